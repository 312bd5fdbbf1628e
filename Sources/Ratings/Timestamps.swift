/// The timestamps of rows, in seconds since 1970-01-01 UTC.
///
/// They take four bytes each for as long as all of them lie in the years 1970 to 2105, which
/// 32 bits can count, and eight bytes otherwise.
public struct Timestamps: Sendable {
  private var narrow: [UInt32] = []
  /// Takes the place of `narrow` where that is `nil`.
  private var wide: [Int64]?

  /// Starts without timestamps.
  public init() {}

  /// Takes timestamps, in seconds since 1970-01-01 UTC.
  public init(_ seconds: some Sequence<Int64>) {
    for timestamp in seconds { append(timestamp) }
  }

  mutating func reserveCapacity(_ count: Int) {
    if wide != nil {
      wide?.reserveCapacity(count)
    } else {
      narrow.reserveCapacity(count)
    }
  }

  mutating func append(_ timestamp: Int64) {
    if wide == nil, let seconds = UInt32(exactly: timestamp) {
      narrow.append(seconds)
    } else {
      widen()
      wide?.append(timestamp)
    }
  }

  mutating func append(contentsOf timestamps: ArraySlice<Int64>) {
    var bits: UInt64 = 0
    for timestamp in timestamps { bits |= UInt64(bitPattern: timestamp) }
    if wide == nil, bits <= UInt64(UInt32.max) {
      narrow.append(addingCapacity: timestamps.count) { seconds in
        for timestamp in timestamps { seconds.append(UInt32(truncatingIfNeeded: timestamp)) }
      }
    } else {
      widen()
      wide?.append(contentsOf: timestamps)
    }
  }

  /// Returns the timestamps of some rows, in the order in which the rows are given.
  func selecting(_ rows: [Int32]) -> Timestamps {
    var selected = Timestamps()
    if let wide {
      selected.wide = rows.map { wide[Int($0)] }
    } else {
      selected.narrow = rows.map { narrow[Int($0)] }
    }
    return selected
  }

  /// Drops the rows that are not marked.
  mutating func keep(_ isKept: [Bool]) {
    if wide != nil {
      wide?.keep(isKept)
    } else {
      narrow.keep(isKept)
    }
  }

  /// Returns the oldest timestamp, or `nil` if there are none.
  public func min() -> Int64? {
    if let wide { return wide.min() }
    return narrow.min().map { Int64($0) }
  }

  /// Returns the newest timestamp, or `nil` if there are none.
  public func max() -> Int64? {
    if let wide { return wide.max() }
    return narrow.max().map { Int64($0) }
  }

  private mutating func widen() {
    guard wide == nil else { return }
    var seconds: [Int64] = []
    seconds.reserveCapacity(narrow.capacity)
    for timestamp in narrow { seconds.append(Int64(timestamp)) }
    wide = seconds
    narrow = []
  }
}

extension Timestamps: RandomAccessCollection, Equatable, ExpressibleByArrayLiteral {
  /// The position of the first row.
  public var startIndex: Int { 0 }

  /// The number of rows.
  public var endIndex: Int { wide?.count ?? narrow.count }

  /// The timestamp of a row, in seconds since 1970-01-01 UTC.
  public subscript(row: Int) -> Int64 {
    if let wide { return wide[row] }
    return Int64(narrow[row])
  }

  /// Takes the timestamps that are written out.
  public init(arrayLiteral elements: Int64...) {
    self.init(elements)
  }

  /// Returns whether two columns have the same timestamps, however they are kept.
  public static func == (lhs: Timestamps, rhs: Timestamps) -> Bool {
    lhs.elementsEqual(rhs)
  }
}

extension Array {
  /// Drops the elements that are not marked, in place.
  mutating func keep(_ isKept: [Bool]) {
    precondition(isKept.count == count, "marks and elements differ in number")
    var kept = 0
    for position in indices where isKept[position] {
      if kept != position { self[kept] = self[position] }
      kept += 1
    }
    removeLast(count - kept)
  }
}
