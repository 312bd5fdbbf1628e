/// What the filters of a job took away.
public struct FilterReport: Sendable, Equatable {
  /// Ratings that lie outside the time span.
  public let outsideTimeSpan: Int
  /// Ratings of users or items with too few ratings.
  public let belowMinimum: Int
  /// Users without a rating that is left.
  public let usersDropped: Int
  /// Items without a rating that is left.
  public let itemsDropped: Int
}

/// Chooses the ratings of a dataset that its job uses.
enum RatingFilter {
  /// Marks the ratings that lie in the time span and, among these, whose users and items have the
  /// minimum of ratings that are marked.
  ///
  /// A user who loses ratings because an item goes may fall below the minimum himself, and so on;
  /// what is marked in the end is the largest set of ratings that needs no further cut.
  ///
  /// - Complexity: O(*n*) for each round of cuts.
  /// - Returns: The marks, and how many ratings the time span and the minimums took away.
  static func marks(
    _ columns: RatingColumns, users: Int, items: Int, filters: RatingFilters
  ) -> (isKept: [Bool], outsideTimeSpan: Int, belowMinimum: Int) {
    var isKept = [Bool](repeating: true, count: columns.count)
    var outside = 0
    if filters.since != nil || filters.until != nil {
      for row in isKept.indices {
        let timestamp = columns.timestamps[row]
        if filters.since.map({ timestamp < $0 }) ?? false
          || filters.until.map({ timestamp >= $0 }) ?? false
        {
          isKept[row] = false
          outside += 1
        }
      }
    }
    var below = 0
    guard filters.minUserRatings > 1 || filters.minItemRatings > 1 else {
      return (isKept, outside, below)
    }
    var userCounts = [Int](repeating: 0, count: users)
    var itemCounts = [Int](repeating: 0, count: items)
    for row in isKept.indices where isKept[row] {
      userCounts[columns.users[row].position] += 1
      itemCounts[columns.items[row].position] += 1
    }
    var dropped = -1
    while dropped != 0 {
      dropped = 0
      for row in isKept.indices where isKept[row] {
        let (user, item) = (columns.users[row].position, columns.items[row].position)
        guard
          userCounts[user] < filters.minUserRatings || itemCounts[item] < filters.minItemRatings
        else { continue }
        isKept[row] = false
        userCounts[user] -= 1
        itemCounts[item] -= 1
        dropped += 1
      }
      below += dropped
    }
    return (isKept, outside, below)
  }
}

extension LabelEncoder {
  /// Returns an encoder of the labels that are used, and the index in it of each label of this one
  /// that is.
  func restricted(to isUsed: [Bool]) -> (encoder: LabelEncoder, indices: [Index]) {
    let used = labels.indices.filter { isUsed[$0] }
    let (encoder, found) = Self.fit(used.map { labels[$0] })
    var indices = [Index](repeating: Index(0), count: labels.count)
    for (position, index) in zip(used, found) { indices[position] = index }
    return (encoder, indices)
  }
}
