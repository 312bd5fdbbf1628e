import Kernels
import Ratings

/// What each user has rated: items ascending, each with its rating.
///
/// Those of user *u* are at `starts[u]..<starts[u + 1]` of the two columns.
struct SeenRatings: Sendable {
  let starts: [Int]
  let items: [ItemIndex]
  let values: [Float]

  /// The users that a thread sorts at a time, as many as a byte can tell apart.
  private static let usersPerRange = 256
  /// How many such ranges are in flight for each thread.
  private static let rangesPerThread = 16

  init(starts: [Int], items: [ItemIndex], values: [Float]) {
    precondition(items.count == values.count, "seen items and ratings differ in length")
    self.starts = starts
    self.items = items
    self.values = values
  }

  /// Sorts ratings by user and item; `threads` has no influence on the result.
  ///
  /// - Precondition: Every user is below `users`, and none has two ratings of an item.
  init(_ ratings: RatingColumns, users: Int, threads: Int) {
    let starts = Self.starts(ratings.users, users: users)
    let rows = Self.rowsByUser(ratings.users, starts: starts)
    var items: [ItemIndex] = []
    items.reserveCapacity(ratings.count)
    var values: [Float] = []
    values.reserveCapacity(ratings.count)
    let ranges = stride(from: 0, to: users, by: Self.usersPerRange).map {
      $0..<min($0 + Self.usersPerRange, users)
    }
    let step = Self.rangesPerThread * max(threads, 1)
    for first in stride(from: 0, to: ranges.count, by: step) {
      let sorted = Parallel.map(min(step, ranges.count - first), threads: threads) { number in
        Self.sorted(ratings, of: ranges[first + number], starts: starts, rows: rows)
      }
      for part in sorted {
        items += part.items
        values += part.values
      }
    }
    self.init(starts: starts, items: items, values: values)
  }

  private static func starts(_ users: [UserIndex], users count: Int) -> [Int] {
    var starts = [Int](repeating: 0, count: count + 1)
    for user in users { starts[user.position + 1] += 1 }
    for user in 0..<count { starts[user + 1] += starts[user] }
    return starts
  }

  /// The rows by ascending user, or `nil` if that is the order in which they are, as in files that
  /// list one user after the other.
  private static func rowsByUser(_ users: [UserIndex], starts: [Int]) -> [Int32]? {
    var isSorted = true
    var previous = UserIndex(0)
    for user in users {
      if user < previous {
        isSorted = false
        break
      }
      previous = user
    }
    if isSorted { return nil }
    var next = starts
    var rows = [Int32](repeating: 0, count: users.count)
    for row in users.indices {
      let user = users[row].position
      rows[next[user]] = Int32(row)
      next[user] += 1
    }
    return rows
  }

  /// The ratings of a range of users by user and item.
  private static func sorted(
    _ ratings: RatingColumns, of users: Range<Int>, starts: [Int], rows: [Int32]?
  ) -> (items: [ItemIndex], values: [Float]) {
    let places = starts[users.lowerBound]..<starts[users.upperBound]
    var entries: [Entry] = []
    entries.reserveCapacity(places.count)
    var greatest: UInt32 = 0
    for place in places {
      var row = place
      if let rows { row = Int(rows[place]) }
      let item = ratings.items[row].rawValue
      greatest = max(greatest, item)
      entries.append(
        Entry(
          user: UInt8(ratings.users[row].position - users.lowerBound), item: item,
          value: ratings.values[row]))
    }
    // By the bytes of the item from the lowest on, then by user; each sort keeps the order before.
    var other = entries
    for shift in stride(from: UInt32(0), to: 32, by: 8) where greatest >> shift > 0 {
      sort(entries, into: &other) { UInt8(truncatingIfNeeded: $0.item >> shift) }
      swap(&entries, &other)
    }
    sort(entries, into: &other) { $0.user }
    for (entry, next) in zip(other, other.dropFirst()) {
      precondition(
        entry.user != next.user || entry.item != next.item, "a user has rated an item twice")
    }
    return (other.map { ItemIndex(Int($0.item)) }, other.map(\.value))
  }

  private struct Entry {
    let user: UInt8
    let item: UInt32
    let value: Float
  }

  /// Sorts by a byte and keeps the order of entries that have the same.
  @inline(__always)
  private static func sort(
    _ entries: [Entry], into target: inout [Entry], by key: (Entry) -> UInt8
  ) {
    var next = [Int](repeating: 0, count: 257)
    for entry in entries { next[Int(key(entry)) + 1] += 1 }
    for byte in 0..<256 { next[byte + 1] += next[byte] }
    for entry in entries {
      let byte = Int(key(entry))
      target[next[byte]] = entry
      next[byte] += 1
    }
  }
}
