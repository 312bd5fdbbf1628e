/// One row of a file, as ranges of the bytes that are being read.
struct ParsedRow: Sendable {
  /// How the bytes of a field's content stand for its text.
  enum Escapes: Sendable, Equatable {
    /// They are its text.
    case none
    /// A quote stands for itself when it is doubled.
    case doubledQuotes
    /// As JSON writes a string, with backslashes.
    case json
    /// The content is a JSON array of strings.
    case jsonStrings
  }

  /// A field of a row.
  struct Field: Sendable {
    /// Where the field begins, its quote included.
    let start: Int
    /// The bytes of the field without its quotes.
    let content: Range<Int>
    /// What the bytes have to be rid of.
    let escapes: Escapes
  }

  /// The bytes that are being read.
  var bytes: [UInt8] = []
  /// Where the row begins.
  var start = 0
  /// The fields of the row.
  var fields: [Field] = []
  /// How bytes become text.
  let encoding: TextEncoding

  init(encoding: TextEncoding) {
    self.encoding = encoding
  }

  /// Returns where a byte of the row stands: lines below the first, and the column from 1.
  func place(of position: Int) -> (linesBelow: Int, column: Int) {
    var linesBelow = 0
    var lineStart = start
    for index in start..<position where bytes[index] == UInt8(ascii: "\n") {
      linesBelow += 1
      lineStart = index + 1
    }
    return (linesBelow, position - lineStart + 1)
  }

  /// Whether the bytes of a field's content are its text in UTF-8.
  func isPlain(_ field: Int) -> Bool {
    guard fields[field].escapes == .none else { return false }
    for position in fields[field].content where bytes[position] >= 0x80 { return false }
    return true
  }

  /// Returns the text of a field as UTF-8, or `nil` if it is not of the file's encoding.
  func utf8(_ field: Int) -> [UInt8]? {
    let content = bytes[fields[field].content]
    switch fields[field].escapes {
    case .none: return encoding.utf8(Array(content))
    case .doubledQuotes: return encoding.utf8(Self.undoubled(content))
    case .json: return JSONText.unescaped(content)
    case .jsonStrings: return nil
    }
  }

  /// Returns the text of a field, or `nil` if it is not of the file's encoding.
  func text(_ field: Int) -> String? {
    utf8(field).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Returns the strings of a field that is a JSON array of them, or `nil` if it is none.
  func strings(_ field: Int) -> [String]? {
    guard fields[field].escapes == .jsonStrings else { return nil }
    return JSONText.strings(bytes, in: fields[field].content)
  }

  private static func undoubled(_ content: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    var isSecondQuote = false
    for byte in content {
      if byte == UInt8(ascii: "\""), isSecondQuote {
        isSecondQuote = false
        continue
      }
      isSecondQuote = byte == UInt8(ascii: "\"")
      result.append(byte)
    }
    return result
  }
}
