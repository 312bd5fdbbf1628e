/// The merge of several ratings of one item by one user into one.
///
/// The result stands in the row of the newest: the greatest timestamp, then the last row. It keeps
/// that row's rating or, by ``DuplicatePolicy/mean``, takes the mean of all, summed in file order
/// in double precision.
///
/// The rows are walked user by user, so that one mark for each item is enough to find every repeat.
/// Beside the marks this takes nothing where each user's rows stand together and none is repeated,
/// and at most nine bytes a row otherwise.
struct DuplicateMerge {
  /// A row whose user and item an earlier row has.
  struct Repeat {
    /// The first such row, in file order.
    let row: Int32
    /// The first row of the same user and item.
    let earlierRow: Int32
  }

  /// Merges repeated ratings in place or, where the policy calls them an error, returns the first.
  ///
  /// - Complexity: O(*n* + users + items).
  static func merge(_ columns: inout RatingColumns, policy: DuplicatePolicy) -> Repeat? {
    let order = isGrouped(columns.users) ? nil : CountingSort.order(columns.users)
    guard hasRepeat(columns, order: order) else { return nil }
    var merge = DuplicateMerge(columns)
    if let order {
      for row in order { merge.visit(row, of: columns) }
    } else {
      for row in 0..<Int32(columns.count) { merge.visit(row, of: columns) }
    }
    merge.endUser()
    if policy == .error { return merge.firstRepeat }
    if policy == .mean {
      for (row, mean) in merge.means { columns.replaceValue(ofRow: Int(row), by: mean) }
    }
    columns.keep(merge.isKept)
    return nil
  }

  /// What was seen of an item since the user began.
  private struct Mark {
    var user: UserIndex?
    var firstRow: Int32 = 0
    var newestRow: Int32 = 0
    var count = 0
    var sum = 0.0
  }

  private var marks: [Mark]
  private var user: UserIndex?
  /// The items that the user has rated more than once.
  private var repeatedItems: [ItemIndex] = []
  private var isKept: [Bool]
  private var means: [(row: Int32, mean: Float)] = []
  private var firstRepeat: Repeat?

  private init(_ columns: RatingColumns) {
    marks = [Mark](repeating: Mark(), count: (columns.items.max()?.position ?? -1) + 1)
    isKept = [Bool](repeating: true, count: columns.count)
  }

  private mutating func visit(_ row: Int32, of columns: RatingColumns) {
    let user = columns.users[Int(row)]
    let item = columns.items[Int(row)]
    let value = Double(columns.values[Int(row)])
    if user != self.user {
      endUser()
      self.user = user
    }
    var mark = marks[item.position]
    if mark.user != user {
      marks[item.position] = Mark(user: user, firstRow: row, newestRow: row, count: 1, sum: value)
      return
    }
    if mark.count == 1 { repeatedItems.append(item) }
    mark.count += 1
    mark.sum += value
    let timestamps = columns.timestamps
    if timestamps.isEmpty || timestamps[Int(row)] >= timestamps[Int(mark.newestRow)] {
      isKept[Int(mark.newestRow)] = false
      mark.newestRow = row
    } else {
      isKept[Int(row)] = false
    }
    marks[item.position] = mark
    if firstRepeat.map({ row < $0.row }) ?? true {
      firstRepeat = Repeat(row: row, earlierRow: mark.firstRow)
    }
  }

  private mutating func endUser() {
    for item in repeatedItems {
      let mark = marks[item.position]
      means.append((mark.newestRow, Float(mark.sum / Double(mark.count))))
    }
    repeatedItems.removeAll(keepingCapacity: true)
  }

  /// Returns whether no user's rows are parted by another's.
  private static func isGrouped(_ users: [UserIndex]) -> Bool {
    var isSeen = [Bool](repeating: false, count: (users.max()?.position ?? -1) + 1)
    var last: UserIndex?
    for user in users where user != last {
      if isSeen[user.position] { return false }
      isSeen[user.position] = true
      last = user
    }
    return true
  }

  /// Returns whether any user has two ratings of an item, which most datasets do not have.
  private static func hasRepeat(_ columns: RatingColumns, order: [Int32]?) -> Bool {
    let users = columns.users
    let items = columns.items
    // A mark is the user who rated the item last, counted from 1.
    var marks = [UInt32](repeating: 0, count: (items.max()?.position ?? -1) + 1)
    for position in users.indices {
      let row = order.map { Int($0[position]) } ?? position
      let mark = users[row].rawValue + 1
      let item = items[row].position
      if marks[item] == mark { return true }
      marks[item] = mark
    }
    return false
  }
}
