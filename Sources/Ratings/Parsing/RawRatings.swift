/// Ratings as a parser leaves them: rows in file order whose users and items are codes in the
/// order of their first appearance.
public struct RawRatings: Sendable {
  /// The name of the file, for error messages.
  public let file: String
  /// The rows that were skipped, by reason.
  public internal(set) var skipped: [SkippedRows] = []

  private(set) var users: [Int32] = []
  private(set) var items: [Int32] = []
  private(set) var values: [Float] = []
  private(set) var timestamps: [Int64] = []
  private(set) var lines = RowLines()
  private var userLabelInterner = LabelInterner()
  private var itemLabelInterner = LabelInterner()

  /// Starts without rows.
  public init(file: String) {
    self.file = file
  }

  /// The number of rows.
  public var count: Int { values.count }
  /// The distinct users' raw ids by code.
  var userLabels: [String] { userLabelInterner.labels }
  /// The distinct items' raw ids by code.
  var itemLabels: [String] { itemLabelInterner.labels }

  /// Adds a row as the line after the last one's, or as line 2 after a header.
  ///
  /// - Precondition: `value` is finite, and either all rows have a timestamp or none.
  public mutating func append(
    user: String, item: String, value: Float, timestamp: Int64? = nil
  ) {
    let userBytes = Array(user.utf8)
    let itemBytes = Array(item.utf8)
    let user = userCode(of: userBytes, in: userBytes.indices)
    let item = itemCode(of: itemBytes, in: itemBytes.indices)
    append(user: user, item: item, value: value, timestamp: timestamp, line: lines.last + 1)
  }

  mutating func append(
    user: Int32, item: Int32, value: Float, timestamp: Int64?, line: Int
  ) {
    precondition(value.isFinite, "a rating is not finite")
    lines.append(line, row: values.count)
    users.append(user)
    items.append(item)
    values.append(value)
    if let timestamp { timestamps.append(timestamp) }
    precondition(
      timestamps.isEmpty || timestamps.count == values.count, "some rows have no timestamp")
  }

  mutating func userCode(of bytes: [UInt8], in range: Range<Int>) -> Int32 {
    userLabelInterner.code(of: bytes, in: range)
  }

  mutating func itemCode(of bytes: [UInt8], in range: Range<Int>) -> Int32 {
    itemLabelInterner.code(of: bytes, in: range)
  }
}

/// How many rows were skipped for one reason.
public struct SkippedRows: Sendable, Equatable {
  /// Why.
  public let reason: BadRowReason
  /// How many.
  public let count: Int

  /// Creates a count.
  public init(reason: BadRowReason, count: Int) {
    self.reason = reason
    self.count = count
  }
}

/// The line of each row: only where a line does not follow the row before's is it stored.
struct RowLines: Sendable {
  /// The line of the last row; 1, that of the header, before the first.
  private(set) var last = 1
  private var jumps: [(row: Int, line: Int)] = []

  mutating func append(_ line: Int, row: Int) {
    if jumps.isEmpty || line != last + 1 { jumps.append((row, line)) }
    last = line
  }

  /// Returns the line of a row.
  ///
  /// - Complexity: O(log *n*) in the number of jumps.
  func line(ofRow row: Int) -> Int {
    var low = 0
    var high = jumps.count
    while low < high {
      let middle = low + (high - low) / 2
      if jumps[middle].row <= row {
        low = middle + 1
      } else {
        high = middle
      }
    }
    precondition(low > 0, "a line was asked of rows that were never added")
    return jumps[low - 1].line + row - jumps[low - 1].row
  }
}
