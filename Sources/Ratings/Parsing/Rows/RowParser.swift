/// Takes the rows of a file one by one.
protocol RecordConsumer: Sendable {
  /// Takes the columns before the first row, or those of no row if there is none.
  mutating func begin(columns: Columns) throws(RatingsError)

  /// Takes a row, which has as many fields as there are columns.
  mutating func consume(_ record: ParsedRow, line: Int) throws(RowFault)

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

/// The columns of a file.
struct Columns: Sendable {
  /// The name of the file.
  let file: String
  /// The names in the header, or `nil` if there is none.
  let names: [String]?
  /// The number of columns.
  let count: Int
  /// The line of the header or of the first row.
  let line: Int

  /// Returns the position of a column that is needed.
  func position(of column: ColumnReference) throws(RatingsError) -> Int {
    if let position = try optionalPosition(of: column) { return position }
    throw .missingColumn(file: file, line: line, name: column.text, found: names ?? [])
  }

  /// Returns the position of a column, or `nil` if the header lacks its name.
  func optionalPosition(of column: ColumnReference) throws(RatingsError) -> Int? {
    switch column {
    case .position(let position):
      guard position < count else {
        throw .missingPosition(file: file, line: line, position: position, count: count)
      }
      return position
    case .named(let name):
      guard let names, let position = names.firstIndex(of: name) else { return nil }
      guard names.lastIndex(of: name) == position else {
        throw .repeatedColumn(file: file, line: line, name: name)
      }
      return position
    }
  }
}

/// A reader of rows that is handed a file in chunks of any size.
///
/// Lines end in LF or CR LF, the last one may lack its end; blank lines and a byte order mark are
/// passed over. Bad rows are skipped up to a limit, all but a quote that is never closed: the rows
/// that it may have swallowed cannot be counted.
struct RowParser<Consumer: RecordConsumer>: Sendable {
  /// The length of a row beyond which a quote must have been left open.
  static var longestRow: Int { 1 << 20 }

  private let file: String
  private let scanner: RowScanner
  private let hasHeader: Bool
  private var utf16: UTF16Reader?
  private var record: ParsedRow
  /// The bytes of a row that the next chunk completes.
  private var pending: [UInt8] = []
  private var line = 1
  private var isAtStart = true
  /// The number of fields of a row; not known before the header or the first row was read.
  private var fieldCount: Int?
  /// The number of fields that the layout tells before anything is read.
  private let knownFieldCount: Int?
  var consumer: Consumer
  private(set) var badRows: BadRows

  init(file: String, layout: RowLayout, maxBadRows: Int, consumer: Consumer) {
    self.file = file
    scanner = RowScanner(layout)
    switch layout {
    case .delimited(let rows):
      hasHeader = rows.hasHeader
      knownFieldCount = rows.fieldCount
    case .jsonLines(let paths):
      hasHeader = false
      knownFieldCount = paths.count
    }
    if case .utf16(let isBigEndian) = layout.encoding {
      utf16 = UTF16Reader(isBigEndian: isBigEndian)
    }
    record = ParsedRow(encoding: layout.encoding)
    self.consumer = consumer
    badRows = BadRows(file: file, limit: maxBadRows)
  }

  /// Reads the next bytes of the file.
  mutating func parse(_ chunk: [UInt8]) throws(RatingsError) {
    guard utf16 != nil else { return try parseUTF8(chunk) }
    // The rows before a fault come first, however the file is cut.
    try parseUTF8(utf16?.read(chunk) ?? [])
    if let fault = utf16?.fault { throw malformed(fault) }
  }

  private mutating func parseUTF8(_ chunk: [UInt8]) throws(RatingsError) {
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
    do throws(UTF16Reader.Fault) {
      try utf16?.finish()
    } catch {
      throw malformed(error)
    }
    try readPending(isLast: true)
    if fieldCount == nil { try begin(names: hasHeader ? [] : nil, count: 0) }
  }

  private func malformed(_ fault: UTF16Reader.Fault) -> RatingsError {
    .unreadableText(file: file, line: fault.linesBefore + 1, reason: fault.text)
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
      if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
        throw .unreadableText(
          file: file, line: 1, reason: "the file is in UTF-16; set \"encoding\" to \"utf-16\"")
      }
      if !hasHeader, let knownFieldCount { try begin(names: nil, count: knownFieldCount) }
    }
    record.bytes = bytes
    while position < bytes.count {
      if fieldCount != nil {
        let run = consumer.consumePlainRows(of: bytes, from: position, line: line)
        position = run.end
        line += run.rows
        if position == bytes.count { break }
      }
      switch scanner.scan(&record, from: position, isLast: isLast) {
      case .row(let end, let lines):
        try take()
        position = end
        line += lines
      case .nothing(let end, let lines):
        position = end
        line += lines
      case .fault(let fault, let end, let lines):
        try add(fault)
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
    guard let fieldCount else {
      if hasHeader {
        try begin(
          names: record.fields.indices.map { record.text($0) ?? "" }, count: record.fields.count)
        return
      }
      try begin(names: nil, count: record.fields.count)
      return try take()
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

  private mutating func begin(names: [String]?, count: Int) throws(RatingsError) {
    try consumer.begin(columns: Columns(file: file, names: names, count: count, line: line))
    fieldCount = count
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
