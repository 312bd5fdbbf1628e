/// Takes the rows of a delimited file one by one.
protocol RecordConsumer: Sendable {
  /// Takes the names of the columns, or `nil` for a layout without a header.
  mutating func begin(columns: [String]?, file: String) throws(RatingsError)

  /// Takes a row, which has as many fields as the layout says.
  mutating func consume(_ record: DelimitedRecord, line: Int) throws(RowFault)

  /// Takes the rows from `start` on, the first of which stands in `line`, for as long as they are
  /// whole, good, and so simple that there is a faster way to them.
  mutating func consumePlainRows(of bytes: [UInt8], from start: Int, line: Int) -> PlainRun
}

/// A run of rows that were taken together, a line each.
struct PlainRun {
  /// Where the next row begins.
  var end: Int
  var rows: Int
}

extension RecordConsumer {
  mutating func consumePlainRows(of bytes: [UInt8], from start: Int, line: Int) -> PlainRun {
    PlainRun(end: start, rows: 0)
  }
}

/// A reader of delimited rows that is handed a file in chunks of any size.
///
/// Lines end in LF or CR LF, the last one may lack its end; blank lines and a byte order mark are
/// passed over. Bad rows are skipped up to a limit, all but a quote that is never closed: the rows
/// that it may have swallowed cannot be counted.
struct DelimitedParser<Consumer: RecordConsumer>: Sendable {
  /// The length of a row beyond which a quote must have been left open.
  static var longestRow: Int { 1 << 20 }

  private let file: String
  private let layout: DelimitedLayout
  private var record: DelimitedRecord
  /// The bytes of a row that the next chunk completes.
  private var pending: [UInt8] = []
  private var line = 1
  private var isAtStart = true
  /// The number of fields of a row; not known before the header was read.
  private var fieldCount: Int?
  var consumer: Consumer
  private(set) var badRows: BadRows

  init(file: String, layout: DelimitedLayout, maxBadRows: Int, consumer: Consumer) {
    self.file = file
    self.layout = layout
    record = DelimitedRecord(layout: layout)
    self.consumer = consumer
    badRows = BadRows(file: file, limit: maxBadRows)
  }

  /// Reads the next bytes of the file.
  mutating func parse(_ chunk: [UInt8]) throws(RatingsError) {
    if isAtStart {
      pending += chunk
      // The three bytes of the mark may come in as many chunks.
      if pending.count < 3 { return }
      try readPending(isLast: false)
      return
    }
    if pending.isEmpty {
      try read(chunk, from: 0, isLast: false)
      return
    }
    // The pending row most likely ends with its line, so that only this line need be copied.
    let end = chunk.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? chunk.count
    pending += chunk[..<end]
    try readPending(isLast: false)
    if pending.isEmpty {
      try read(chunk, from: end, isLast: false)
    } else if end < chunk.count {
      pending += chunk[end...]
      try readPending(isLast: false)
    }
  }

  /// Reads what is left after the last chunk.
  mutating func finish() throws(RatingsError) {
    try readPending(isLast: true)
    if fieldCount == nil { try begin(header: layout.hasHeader ? [] : nil) }
  }

  private mutating func readPending(isLast: Bool) throws(RatingsError) {
    let bytes = pending
    pending = []
    try read(bytes, from: 0, isLast: isLast)
  }

  private mutating func read(
    _ bytes: [UInt8], from start: Int, isLast: Bool
  ) throws(RatingsError) {
    var position = start
    if isAtStart {
      isAtStart = false
      if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
      if !layout.hasHeader { try begin(header: nil) }
    }
    record.bytes = bytes
    while position < bytes.count {
      if fieldCount != nil {
        let run = consumer.consumePlainRows(of: bytes, from: position, line: line)
        position = run.end
        line += run.rows
        if position == bytes.count { break }
      }
      switch record.scan(from: position, isLast: isLast) {
      case .row(let end, let lines):
        try take()
        position = end
        line += lines
      case .misplacedQuote(let misplaced, let end, let lines):
        try add(
          RowFault(
            reason: .misplacedQuote, position: misplaced,
            text: "there is text after the closing quote of a field"))
        position = end
        line += lines
      case .openQuote(let opening):
        throw malformed("a quote is opened and never closed", at: opening)
      case .incomplete:
        guard bytes.count - position <= Self.longestRow else {
          throw malformed(
            "the row is longer than \(Self.longestRow) bytes; a quote may have been left open",
            at: position)
        }
        pending = Array(bytes[position...])
        position = bytes.count
      }
    }
    record.bytes = []
  }

  private mutating func take() throws(RatingsError) {
    if record.isBlank { return }
    guard let fieldCount else {
      try begin(
        header: record.fields.indices.map { record.text($0) ?? "" })
      return
    }
    do throws(RowFault) {
      guard record.fields.count == fieldCount else {
        throw RowFault(
          reason: .wrongFieldCount, position: record.start,
          text: "the row has \(record.fields.count) fields instead of \(fieldCount)")
      }
      try consumer.consume(record, line: line)
    } catch {
      try add(error)
    }
  }

  private mutating func begin(header: [String]?) throws(RatingsError) {
    try consumer.begin(columns: header, file: file)
    fieldCount = header?.count ?? layout.fieldCount
  }

  private mutating func add(_ fault: RowFault) throws(RatingsError) {
    let place = record.place(of: fault.position)
    try badRows.add(fault, line: line + place.linesBelow, column: place.column)
  }

  private func malformed(_ reason: String, at position: Int) -> RatingsError {
    let place = record.place(of: position)
    return .malformedRow(
      file: file, line: line + place.linesBelow, column: place.column, reason: reason)
  }
}

extension ColumnReference {
  /// Returns the position of the column, or `nil` if the header lacks its name.
  func position(in columns: [String]?) -> Int? {
    switch self {
    case .position(let position): position
    case .named(let name): columns?.firstIndex(of: name)
    }
  }

  /// Returns the position of a column that is needed.
  func requiredPosition(in columns: [String]?, file: String) throws(RatingsError) -> Int {
    if let position = position(in: columns) { return position }
    guard case .named(let name) = self else { preconditionFailure("a position needs no header") }
    throw .missingColumn(file: file, name: name, found: columns ?? [])
  }
}
