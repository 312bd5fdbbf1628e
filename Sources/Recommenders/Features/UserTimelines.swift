import Ratings

/// The rows of some ratings by user, each user's in the order of time.
struct UserTimelines: Sendable {
  private let starts: [Int]
  /// The position of the row at each place.
  let positions: [Int32]
  /// Its time.
  let times: [Int64]

  /// Sorts rows, which must have timestamps; those of one time stand in their order.
  ///
  /// - Complexity: O(rows × log rows).
  init(_ ratings: RatingSubset, users: Int) {
    let columns = ratings.columns
    var starts = [Int](repeating: 0, count: users + 1)
    for position in 0..<ratings.count {
      starts[columns.users[ratings.row(at: position)].position + 1] += 1
    }
    for user in 0..<users { starts[user + 1] += starts[user] }
    var next = starts
    var entries = [(time: Int64, position: Int32)](repeating: (0, 0), count: ratings.count)
    for position in 0..<ratings.count {
      let row = ratings.row(at: position)
      let user = columns.users[row].position
      entries[next[user]] = (columns.timestamps[row], Int32(position))
      next[user] += 1
    }
    for user in 0..<users {
      entries[starts[user]..<starts[user + 1]].sort {
        $0.time != $1.time ? $0.time < $1.time : $0.position < $1.position
      }
    }
    self.starts = starts
    positions = entries.map(\.position)
    times = entries.map(\.time)
  }

  /// The places of a user's rows.
  func places(of user: Int) -> Range<Int> { starts[user]..<starts[user + 1] }

  /// The place of the first of a user's rows that is not of an earlier time.
  func firstPlace(notBefore time: Int64, of user: Int) -> Int {
    var (low, high) = (starts[user], starts[user + 1])
    while low < high {
      let middle = low + (high - low) / 2
      if times[middle] < time {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }
}
