internal import Kernels

/// Ratings as a parser leaves them: rows in file order whose users and items are codes in the
/// order of their first appearance.
public struct RawRatings: Sendable {
  /// The name of the file, for error messages.
  public let file: String
  /// The rows that were skipped, by reason.
  public internal(set) var skipped: [SkippedRows] = []

  /// The codes of the users, which are of the type of their dense indices so that these can take
  /// their place.
  private(set) var users: [UserIndex] = []
  /// The codes of the items, likewise.
  private(set) var items: [ItemIndex] = []
  private(set) var values: [Float] = []
  private(set) var timestamps = Timestamps()
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

  /// Makes room for rows, so that the columns need not move as they grow.
  ///
  /// Room that is never used takes no memory, since the system gives it page by page.
  mutating func reserveCapacity(_ rows: Int, hasTimestamps: Bool) {
    users.reserveCapacity(rows)
    items.reserveCapacity(rows)
    values.reserveCapacity(rows)
    if hasTimestamps { timestamps.reserveCapacity(rows) }
  }

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
    user: UserIndex, item: ItemIndex, value: Float, timestamp: Int64?, line: Int
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

  mutating func userCode(of bytes: [UInt8], in range: Range<Int>) -> UserIndex {
    UserIndex(Int(userLabelInterner.code(of: bytes, in: range)))
  }

  mutating func itemCode(of bytes: [UInt8], in range: Range<Int>) -> ItemIndex {
    ItemIndex(Int(itemLabelInterner.code(of: bytes, in: range)))
  }

  /// Adds plain rows, the first of which stands in a line.
  mutating func append(_ rows: PlainRows, hasTimestamps: Bool, line: Int) {
    guard rows.count > 0 else { return }
    lines.append(line, row: values.count, count: rows.count)
    users.append(addingCapacity: rows.count) { codes in
      // Most files are sorted by user.
      var last = rows.users[0]
      var code = UserIndex(Int(userLabelInterner.code(ofDecimal: last)))
      for id in rows.users[..<rows.count] {
        if id != last {
          last = id
          code = UserIndex(Int(userLabelInterner.code(ofDecimal: id)))
        }
        codes.append(code)
      }
    }
    items.append(addingCapacity: rows.count) { codes in
      for id in rows.items[..<rows.count] {
        codes.append(ItemIndex(Int(itemLabelInterner.code(ofDecimal: id))))
      }
    }
    values.append(contentsOf: rows.values[..<rows.count])
    if hasTimestamps { timestamps.append(contentsOf: rows.timestamps[..<rows.count]) }
  }

  /// Replaces the codes by dense indices and gives the columns away.
  ///
  /// All happens in place, and no column is ever there twice.
  mutating func takeColumns(
    userOfCode: [UserIndex], itemOfCode: [ItemIndex]
  ) -> RatingColumns {
    for row in users.indices { users[row] = userOfCode[users[row].position] }
    for row in items.indices { items[row] = itemOfCode[items[row].position] }
    let columns = RatingColumns(
      users: users, items: items, values: values, timestamps: timestamps)
    users = []
    items = []
    values = []
    timestamps = []
    return columns
  }
}
