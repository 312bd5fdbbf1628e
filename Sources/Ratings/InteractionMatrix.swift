/// The items that each user has rated, as compressed sparse rows.
///
/// The items of user *u* are `indices[indptr[u]..<indptr[u + 1]]`, ascending and distinct.
public struct InteractionMatrix: Sendable, Equatable {
  /// Where each user's items begin, and after them the number of entries; one longer than there
  /// are users.
  public let indptr: [Int]
  /// The items, by user and then ascending.
  public let indices: [ItemIndex]

  /// Creates the matrix of the rows of a dataset.
  ///
  /// - Complexity: O(*n* + users + items).
  /// - Precondition: Every user of `columns` is below `users`.
  public init(users: Int, columns: RatingColumns) {
    // Two stable counting sorts, by item and then by user, leave each user's items ascending.
    let byItem = CountingSort.order(columns.items)
    var counts = [Int](repeating: 0, count: users + 1)
    for user in columns.users { counts[user.position + 1] += 1 }
    for user in 0..<users { counts[user + 1] += counts[user] }
    var next = counts
    var sorted = [ItemIndex](repeating: ItemIndex(0), count: columns.count)
    for row in byItem {
      let user = columns.users[Int(row)].position
      sorted[next[user]] = columns.items[Int(row)]
      next[user] += 1
    }
    (indptr, indices) = Self.withoutRepeats(indptr: counts, indices: sorted)
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

  private static func withoutRepeats(
    indptr: [Int], indices: [ItemIndex]
  ) -> (indptr: [Int], indices: [ItemIndex]) {
    var starts = [0]
    starts.reserveCapacity(indptr.count)
    var distinct: [ItemIndex] = []
    distinct.reserveCapacity(indices.count)
    for user in 0..<(indptr.count - 1) {
      let start = distinct.count
      for item in indices[indptr[user]..<indptr[user + 1]]
      where distinct.count == start || distinct[distinct.count - 1] != item {
        distinct.append(item)
      }
      starts.append(distinct.count)
    }
    return (starts, distinct)
  }
}
