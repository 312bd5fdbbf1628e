import Ratings

/// The held-out ratings of each user, by item.
struct HeldOutItems: Sendable {
  private let starts: [Int]
  private let items: [ItemIndex]
  private let values: [Float]

  /// Sorts rows by user and item.
  ///
  /// - Complexity: O(*n* log *n*) in the most rows of a user.
  init(_ rows: RatingColumns, users: Int) {
    var starts = [Int](repeating: 0, count: users + 1)
    for user in rows.users { starts[user.position + 1] += 1 }
    for user in 0..<users { starts[user + 1] += starts[user] }
    var next = starts
    var sorted = [(item: ItemIndex, value: Float)](
      repeating: (ItemIndex(0), 0), count: rows.count)
    for row in 0..<rows.count {
      let user = rows.users[row].position
      sorted[next[user]] = (rows.items[row], rows.values[row])
      next[user] += 1
    }
    for user in 0..<users { sorted[starts[user]..<starts[user + 1]].sort { $0.item < $1.item } }
    self.starts = starts
    items = sorted.map(\.item)
    values = sorted.map(\.value)
  }

  /// Where a user's ratings are.
  func rows(of user: UserIndex) -> Range<Int> {
    starts[user.position]..<starts[user.position + 1]
  }

  /// The number of a user's ratings from a threshold on.
  func count(of user: UserIndex, from threshold: Float) -> Int {
    values[rows(of: user)].count { $0 >= threshold }
  }

  /// A user's rating of an item, if it is held out.
  ///
  /// - Complexity: O(log *n*) in the number of the user's rows.
  func rating(of item: ItemIndex, by user: UserIndex) -> Float? {
    var (low, high) = (starts[user.position], starts[user.position + 1])
    let end = high
    while low < high {
      let middle = low + (high - low) / 2
      if items[middle] < item { low = middle + 1 } else { high = middle }
    }
    return low < end && items[low] == item ? values[low] : nil
  }
}
