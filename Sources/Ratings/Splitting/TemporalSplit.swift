/// The splits by time.
enum TemporalSplit {
  /// The least number of ratings that a user has for one of them to be held out.
  static let leastRatingsPerUser = 10

  /// Returns the newest ⌈`fraction` · *n*⌉ of *n* rows by (timestamp, row).
  static func newestRows(
    from rows: [Int32], of ratings: RatingColumns, fraction: Double
  ) -> [Int32] {
    let newest = DatasetSplit.rowCount(fraction: fraction, of: rows.count)
    return Array(sortedByTime(rows, of: ratings).suffix(newest))
  }

  /// Returns each user's newest max(1, ⌊`fraction` · *n*⌋) rows by (timestamp, row), *n* being the
  /// user's number of rows; none of a user with fewer than 10, and none at a fraction of 0.
  static func newestRowsByUser(
    from rows: [Int32], of ratings: RatingColumns, fraction: Double
  ) -> [Int32] {
    guard fraction > 0 else { return [] }
    let byTime = sortedByTime(rows, of: ratings)
    let order = CountingSort.order(byTime.map { ratings.users[Int($0)] })
    var newest: [Int32] = []
    var start = 0
    while start < order.count {
      let user = ratings.users[Int(byTime[Int(order[start])])]
      var end = start
      while end < order.count, ratings.users[Int(byTime[Int(order[end])])] == user { end += 1 }
      if end - start >= leastRatingsPerUser {
        let count = max(1, Int((fraction * Double(end - start)).rounded(.down)))
        newest += order[(end - count)..<end].map { byTime[Int($0)] }
      }
      start = end
    }
    return newest
  }

  private static func sortedByTime(_ rows: [Int32], of ratings: RatingColumns) -> [Int32] {
    rows.sorted { lhs, rhs in
      let left = ratings.timestamps[Int(lhs)]
      let right = ratings.timestamps[Int(rhs)]
      return left != right ? left < right : lhs < rhs
    }
  }
}
