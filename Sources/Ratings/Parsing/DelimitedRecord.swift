/// One row of a delimited file, as ranges of the bytes that are being read.
struct DelimitedRecord: Sendable {
  /// A field of a row.
  struct Field: Sendable {
    /// Where the field begins, its quote included.
    let start: Int
    /// The bytes of the field without its quotes.
    let content: Range<Int>
    /// Whether the content has doubled quotes.
    let hasEscapes: Bool
  }

  /// What was found where a row was looked for.
  enum Outcome {
    /// A row; the next begins at `end`, so many lines further down.
    case row(end: Int, lines: Int)
    /// A row whose quoted field goes on after its closing quote.
    case misplacedQuote(at: Int, end: Int, lines: Int)
    /// A quote that the file never closes.
    case openQuote(at: Int)
    /// The bytes end within the row.
    case incomplete
  }

  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")
  private static let quote = UInt8(ascii: "\"")

  /// The bytes that are being read.
  var bytes: [UInt8] = []
  /// Where the row begins.
  private(set) var start = 0
  /// The fields of the row.
  private(set) var fields: [Field] = []

  let layout: DelimitedLayout
  private let delimiter: UInt8
  private let secondDelimiter: UInt8?

  init(layout: DelimitedLayout) {
    self.layout = layout
    delimiter = layout.delimiter[0]
    secondDelimiter = layout.delimiter.dropFirst().first
  }

  /// Whether the row has no byte at all.
  var isBlank: Bool {
    fields.count == 1 && fields[0].content.isEmpty
      && fields[0].start == fields[0].content.lowerBound
  }

  /// Finds the fields of the row that begins at `start`.
  mutating func scan(from start: Int, isLast: Bool) -> Outcome {
    self.start = start
    fields.removeAll(keepingCapacity: true)
    var position = start
    var lines = 1
    while true {
      let isQuoted =
        layout.allowsQuotes && position < bytes.count && bytes[position] == Self.quote
      if isQuoted {
        let opening = position
        let closing = closingQuote(after: opening)
        guard let closing else { return isLast ? .openQuote(at: opening) : .incomplete }
        // A quote at the end of the bytes may be the first of a doubled one.
        if closing.position + 1 == bytes.count, !isLast { return .incomplete }
        lines += closing.lineFeeds
        fields.append(
          Field(
            start: opening, content: (opening + 1)..<closing.position,
            hasEscapes: closing.hasEscapes))
        position = closing.position + 1
      } else {
        let fieldStart = position
        position = endOfPlainField(from: position)
        var end = position
        let endsLine = position == bytes.count || bytes[position] == Self.lineFeed
        if endsLine, end > fieldStart, bytes[end - 1] == Self.carriageReturn { end -= 1 }
        fields.append(Field(start: fieldStart, content: fieldStart..<end, hasEscapes: false))
      }

      if isDelimiter(at: position) {
        position += layout.delimiter.count
        continue
      }
      if isQuoted, position < bytes.count, bytes[position] == Self.carriageReturn,
        position + 1 == bytes.count || bytes[position + 1] == Self.lineFeed
      {
        position += 1
      }
      if position == bytes.count {
        return isLast ? .row(end: position, lines: lines) : .incomplete
      }
      if bytes[position] == Self.lineFeed { return .row(end: position + 1, lines: lines) }
      let misplaced = position
      while position < bytes.count, bytes[position] != Self.lineFeed { position += 1 }
      if position == bytes.count, !isLast { return .incomplete }
      return .misplacedQuote(
        at: misplaced, end: min(position + 1, bytes.count), lines: lines)
    }
  }

  /// Returns where a byte of the row stands: lines below the first, and the column from 1.
  func place(of position: Int) -> (linesBelow: Int, column: Int) {
    var linesBelow = 0
    var lineStart = start
    for index in start..<position where bytes[index] == Self.lineFeed {
      linesBelow += 1
      lineStart = index + 1
    }
    return (linesBelow, position - lineStart + 1)
  }

  /// Whether the bytes of a field's content are its text in UTF-8.
  func isPlain(_ field: Int) -> Bool {
    guard !fields[field].hasEscapes else { return false }
    for position in fields[field].content where bytes[position] >= 0x80 { return false }
    return true
  }

  /// Returns the text of a field as UTF-8, or `nil` if it is not of the file's encoding.
  func utf8(_ field: Int) -> [UInt8]? {
    layout.encoding.utf8(unescaped(field))
  }

  /// Returns the text of a field, or `nil` if it is not of the file's encoding.
  func text(_ field: Int) -> String? {
    utf8(field).map { String(decoding: $0, as: UTF8.self) }
  }

  private func unescaped(_ field: Int) -> [UInt8] {
    let content = bytes[fields[field].content]
    guard fields[field].hasEscapes else { return Array(content) }
    var result: [UInt8] = []
    var isSecondQuote = false
    for byte in content {
      if byte == Self.quote, isSecondQuote {
        isSecondQuote = false
        continue
      }
      isSecondQuote = byte == Self.quote
      result.append(byte)
    }
    return result
  }

  private func endOfPlainField(from start: Int) -> Int {
    var position = start
    while position < bytes.count {
      let byte = bytes[position]
      if byte == Self.lineFeed || byte == delimiter && isDelimiter(at: position) { break }
      position += 1
    }
    return position
  }

  private func isDelimiter(at position: Int) -> Bool {
    guard position < bytes.count, bytes[position] == delimiter else { return false }
    guard let secondDelimiter else { return true }
    return position + 1 < bytes.count && bytes[position + 1] == secondDelimiter
  }

  private func closingQuote(
    after opening: Int
  ) -> (position: Int, lineFeeds: Int, hasEscapes: Bool)? {
    var position = opening + 1
    var lineFeeds = 0
    var hasEscapes = false
    while position < bytes.count {
      if bytes[position] == Self.lineFeed { lineFeeds += 1 }
      if bytes[position] == Self.quote {
        guard position + 1 < bytes.count, bytes[position + 1] == Self.quote else {
          return (position, lineFeeds, hasEscapes)
        }
        hasEscapes = true
        position += 1
      }
      position += 1
    }
    return nil
  }
}
