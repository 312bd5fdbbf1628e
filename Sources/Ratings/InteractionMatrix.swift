/// The items that each user has rated, as compressed sparse rows.
///
/// The items of user *u* are `indices[indptr[u]..<indptr[u + 1]]`, ascending and distinct.
public struct InteractionMatrix: Sendable, Equatable {
  /// Where each user's items begin, and after them the number of entries; one longer than there
  /// are users.
  public let indptr: [Int]
  /// The items, by user and then ascending.
  public let indices: [ItemIndex]

  /// Creates the matrix of some rows of a dataset.
  ///
  /// - Complexity: O(*n* + users), and a 4096th of users × items.
  /// - Precondition: Every user of the rows is below `users`.
  public init(users: Int, ratings: RatingSubset) {
    let columns = ratings.columns
    let order = Self.orderByUser(ratings)
    var indptr = [0]
    indptr.reserveCapacity(users + 1)
    var indices: [ItemIndex] = []
    indices.reserveCapacity(ratings.count)
    var items = ItemMarks(count: (columns.items.max()?.position ?? -1) + 1)
    for position in 0..<ratings.count {
      let row = ratings.row(at: order.map { Int($0[position]) } ?? position)
      let user = columns.users[row].position
      precondition(user < users, "a rating of a user who is not there")
      // The items of a user end where those of the next begin.
      if indptr.count <= user {
        items.moveAll(to: &indices)
        indptr.append(contentsOf: repeatElement(indices.count, count: user + 1 - indptr.count))
      }
      items.insert(columns.items[row])
    }
    items.moveAll(to: &indices)
    indptr.append(contentsOf: repeatElement(indices.count, count: users + 1 - indptr.count))
    self.indptr = indptr
    self.indices = indices
  }

  /// Creates the matrix of ratings.
  ///
  /// - Precondition: Every user of `columns` is below `users`.
  public init(users: Int, columns: RatingColumns) {
    self.init(users: users, ratings: RatingSubset(columns))
  }

  /// The number of users.
  public var userCount: Int { indptr.count - 1 }

  /// Returns the items of a user, ascending.
  public func items(of user: UserIndex) -> ArraySlice<ItemIndex> {
    indices[indptr[user.position]..<indptr[user.position + 1]]
  }

  /// Returns whether a user has rated an item.
  ///
  /// - Complexity: O(log *n*) in the number of the user's items.
  public func contains(user: UserIndex, item: ItemIndex) -> Bool {
    var low = indptr[user.position]
    let end = indptr[user.position + 1]
    var high = end
    while low < high {
      let middle = low + (high - low) / 2
      if indices[middle] < item {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low < end && indices[low] == item
  }

  /// The positions by user, or `nil` where they stand in that order, as in most files.
  private static func orderByUser(_ ratings: RatingSubset) -> [Int32]? {
    let users = ratings.columns.users
    var last = UserIndex(0)
    for position in 0..<ratings.count {
      let user = users[ratings.row(at: position)]
      if user < last {
        return CountingSort.order((0..<ratings.count).map { users[ratings.row(at: $0)] })
      }
      last = user
    }
    return nil
  }
}

/// A set of items that gives them back in order, which takes less time than to sort them.
private struct ItemMarks {
  /// A bit for each item.
  private var items: [UInt64]
  /// A bit for each word of `items` that has one.
  private var words: [UInt64]

  init(count: Int) {
    items = [UInt64](repeating: 0, count: count / 64 + 1)
    words = [UInt64](repeating: 0, count: items.count / 64 + 1)
  }

  mutating func insert(_ item: ItemIndex) {
    let word = item.position / 64
    items[word] |= 1 << UInt64(item.position % 64)
    words[word / 64] |= 1 << UInt64(word % 64)
  }

  /// Appends the items, ascending and each once, and forgets them.
  mutating func moveAll(to list: inout [ItemIndex]) {
    for group in words.indices where words[group] != 0 {
      for word in Bits(words[group]) {
        for item in Bits(items[64 * group + word]) {
          list.append(ItemIndex(64 * (64 * group + word) + item))
        }
        items[64 * group + word] = 0
      }
      words[group] = 0
    }
  }
}
