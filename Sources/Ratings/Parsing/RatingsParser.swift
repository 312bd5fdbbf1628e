internal import Kernels

/// A reader of ratings files that is handed a file in chunks of any size.
public struct RatingsParser: Sendable {
  /// Row numbers have 32 bits; the rest of them is room for the rows of one more chunk.
  private static let mostRows = 2_000_000_000

  /// The most rows that room is made for before they are read.
  private static let mostExpectedRows = 1 << 26
  /// The bytes that are read before the number of rows is estimated.
  private static let sampleSize = 1 << 14

  private var rows: RowParser<RatingRecords>
  private var expectedBytes: Int?
  private var bytesRead = 0

  /// Prepares to read a file.
  ///
  /// - Parameters:
  ///   - file: The name of the file, for error messages.
  ///   - format: The layout of the file.
  ///   - options: How many bad rows may be skipped, and the scale beyond which a rating is bad.
  ///   - expectedBytes: How long the file will be, where that is known; memory is then not copied
  ///     as the columns grow. A wrong number does no harm.
  /// - Precondition: `format` is not `auto`.
  public init(
    file: String, format: RatingsFormat, options: ParsingOptions, expectedBytes: Int? = nil
  ) {
    self.expectedBytes = expectedBytes
    let layout = RatingsLayout(format: format, options: options)
    rows = RowParser(
      file: file, layout: layout.rows, maxBadRows: options.maxBadRows,
      consumer: RatingRecords(file: file, layout: layout, scale: options.ratingScale))
  }

  /// Reads the next bytes of the file.
  ///
  /// - Throws: ``RatingsError`` at the first row that can neither be read nor skipped.
  public mutating func parse(_ chunk: [UInt8]) throws(RatingsError) {
    try rows.parse(chunk)
    bytesRead += chunk.count
    makeRoom()
    if rows.consumer.raw.count > Self.mostRows {
      throw .tooManyRows(file: rows.consumer.raw.file, limit: Self.mostRows)
    }
  }

  /// Reads what is left after the last chunk and returns the ratings.
  ///
  /// - Throws: ``RatingsError`` as ``parse(_:)``, and if the file has no good row.
  public mutating func finish() throws(RatingsError) -> RawRatings {
    try rows.finish()
    var raw = rows.consumer.takeRaw()
    guard raw.count > 0 else { throw .emptyDataset(file: raw.file) }
    raw.skipped = rows.badRows.skipped
    return raw
  }

  /// Estimates the number of rows from the bytes of those that were read, a quarter too high since
  /// ids grow longer in a file that is sorted by them.
  private mutating func makeRoom() {
    guard let expectedBytes, bytesRead >= Self.sampleSize, rows.consumer.raw.count > 0 else {
      return
    }
    self.expectedBytes = nil
    let rowsPerByte = Double(rows.consumer.raw.count) / Double(bytesRead)
    let estimate = rowsPerByte * Double(expectedBytes) * 1.25
    rows.consumer.reserveCapacity(Int(min(estimate, Double(Self.mostExpectedRows))))
  }
}

/// Turns the rows of a ratings file into ratings.
struct RatingRecords: RecordConsumer {
  private(set) var raw: RawRatings
  private let layout: RatingsLayout
  private let scale: RatingScale?
  private var user = 0
  private var item = 0
  private var rating = 0
  private var timestamp: Int?
  private var plainRows = PlainRows()
  /// How plain rows are written, or `nil` where the columns are others or in another order.
  private var plainShape: PlainRows.Shape?

  init(file: String, layout: RatingsLayout, scale: RatingScale?) {
    raw = RawRatings(file: file)
    self.layout = layout
    self.scale = scale
  }

  mutating func begin(columns: Columns) throws(RatingsError) {
    if columns.count == 0 { throw .emptyDataset(file: columns.file) }
    user = try columns.position(of: layout.user)
    item = try columns.position(of: layout.item)
    rating = try columns.position(of: layout.rating)
    if let column = layout.timestamp {
      timestamp =
        layout.timestampMayLack
        ? try columns.optionalPosition(of: column) : try columns.position(of: column)
    }

    guard case .delimited(let rows) = layout.rows, rows.delimiter.count <= 2,
      layout.timestamps == .seconds || timestamp == nil,
      [user, item, rating] == [0, 1, 2], columns.count == (timestamp == 3 ? 4 : 3)
    else { return }
    plainShape = PlainRows.Shape(
      delimiter: rows.delimiter, hasTimestamps: timestamp == 3,
      minimum: scale?.minimum ?? -.infinity, maximum: scale?.maximum ?? .infinity)
  }

  mutating func consumePlainRows(of bytes: [UInt8], from start: Int, line: Int) -> PlainRun {
    guard let plainShape else { return PlainRun(end: start, rows: 0) }
    var run = PlainRun(end: start, rows: 0)
    repeat {
      let rest = bytes.span.extracting(droppingFirst: run.end)
      run.end += plainRows.read(rest, shape: plainShape)
      raw.append(plainRows, hasTimestamps: plainShape.hasTimestamps, line: line + run.rows)
      run.rows += plainRows.count
    } while plainRows.count == PlainRows.capacity
    return run
  }

  mutating func consume(_ record: ParsedRow, line: Int) throws(RowFault) {
    // All is checked before an id gets a code: a skipped row must not leave a user or an item.
    let value = try ratingValue(of: record)
    let seconds = try timestamp.map { field throws(RowFault) in
      try timestampValue(of: record, field: field)
    }
    try record.requireID(user, of: "user")
    try record.requireID(item, of: "item")
    let userCode =
      if record.isPlain(user) {
        raw.userCode(of: record.bytes, in: record.fields[user].content)
      } else {
        raw.userCode(of: record.utf8(user) ?? [])
      }
    let itemCode =
      if record.isPlain(item) {
        raw.itemCode(of: record.bytes, in: record.fields[item].content)
      } else {
        raw.itemCode(of: record.utf8(item) ?? [])
      }
    raw.append(user: userCode, item: itemCode, value: value, timestamp: seconds, line: line)
  }

  mutating func reserveCapacity(_ rows: Int) {
    raw.reserveCapacity(rows, hasTimestamps: timestamp != nil)
  }

  /// Gives the ratings away.
  mutating func takeRaw() -> RawRatings {
    let taken = raw
    raw = RawRatings(file: taken.file)
    return taken
  }

  private func ratingValue(of record: ParsedRow) throws(RowFault) -> Float {
    let field = record.fields[rating]
    switch DecimalNumber.parse(record.bytes, in: field.content) {
    case .number(let value):
      if let scale, !scale.contains(value) {
        throw RowFault(
          reason: .ratingOutOfScale, position: field.start,
          text: "the rating \(value) lies outside the rating_scale of \(scale.minimum) to "
            + "\(scale.maximum)",
          outOfScale: (value, scale))
      }
      return value
    case .malformed:
      throw RowFault(
        reason: .invalidRating, position: field.start,
        text: "the rating \(record.excerpt(rating)) is not a finite decimal number"
          + (hasDecimalComma(record) ? "; decimals are written with a point" : ""))
    case .overflow:
      throw RowFault(
        reason: .nonFiniteRating, position: field.start,
        text: "the rating \(record.excerpt(rating)) is too large")
    }
  }

  private func hasDecimalComma(_ record: ParsedRow) -> Bool {
    let pointed = record.bytes[record.fields[rating].content].map {
      $0 == UInt8(ascii: ",") ? UInt8(ascii: ".") : $0
    }
    guard case .number = DecimalNumber.parse(pointed, in: pointed.indices) else { return false }
    return true
  }

  private func timestampValue(of record: ParsedRow, field: Int) throws(RowFault) -> Int64 {
    let seconds =
      switch layout.timestamps {
      case .seconds: DecimalNumber.integer(record.bytes, in: record.fields[field].content)
      case .milliseconds:
        DecimalNumber.integer(record.bytes, in: record.fields[field].content).map {
          // Towards the past, also before 1970.
          $0 >= 0 ? $0 / 1000 : ($0 - 999) / 1000
        }
      case .iso8601: ISO8601.seconds(record.bytes[record.fields[field].content])
      }
    if let seconds { return seconds }
    let expected =
      switch layout.timestamps {
      case .seconds: "a whole number of seconds"
      case .milliseconds: "a whole number of milliseconds"
      case .iso8601: "a date and time as ISO 8601 writes it"
      }
    throw RowFault(
      reason: .invalidTimestamp, position: record.fields[field].start,
      text: "the timestamp \(record.excerpt(field)) is not \(expected)")
  }
}

extension RawRatings {
  fileprivate mutating func userCode(of label: [UInt8]) -> UserIndex {
    userCode(of: label, in: label.indices)
  }

  fileprivate mutating func itemCode(of label: [UInt8]) -> ItemIndex {
    itemCode(of: label, in: label.indices)
  }
}
