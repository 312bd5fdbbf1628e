/// Takes the rows of a delimited file one by one.
protocol RecordConsumer: Sendable {
  /// Takes the names of the columns, or `nil` for a layout without a header.
  mutating func begin(columns: [String]?, file: String) throws(RatingsError)

  /// Takes a row, which has as many fields as the layout says.
  mutating func consume(_ record: DelimitedRecord, line: Int) throws(RowFault)
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
  private(set) var consumer: Consumer
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
    if pending.isEmpty, !isAtStart {
      try read(chunk, isLast: false)
      return
    }
    var bytes = pending
    pending = []
    bytes += chunk
    // The three bytes of the mark may come in as many chunks.
    if isAtStart, bytes.count < 3 {
      pending = bytes
      return
    }
    try read(bytes, isLast: false)
  }

  /// Reads what is left after the last chunk.
  mutating func finish() throws(RatingsError) {
    let bytes = pending
    pending = []
    try read(bytes, isLast: true)
    if fieldCount == nil { try begin(header: layout.hasHeader ? [] : nil) }
  }

  private mutating func read(_ bytes: [UInt8], isLast: Bool) throws(RatingsError) {
    var position = 0
    if isAtStart {
      isAtStart = false
      if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
      if !layout.hasHeader { try begin(header: nil) }
    }
    record.bytes = bytes
    while position < bytes.count {
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
