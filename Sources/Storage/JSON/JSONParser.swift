/// Reads JSON as RFC 8259 defines it and nothing else: no comments, no trailing commas, UTF-8
/// only, at most 64 levels deep. A byte order mark at the start is skipped.
public enum JSONParser {
  /// The number of objects and arrays that may be open at once.
  public static let maximumDepth = 64

  /// Parses a whole document and keeps the place of every key and value; `path` is what errors
  /// name as the file.
  public static func parse(_ bytes: [UInt8], path: String) throws(JSONError) -> JSONNode {
    var scanner = JSONScanner(bytes: bytes, path: path)
    try scanner.checkEncoding()
    return try scanner.document()
  }

  /// Parses a whole document whose objects must not repeat a key, without places; `path` is what
  /// errors name as the file.
  public static func parseValue(_ bytes: [UInt8], path: String) throws(JSONError) -> JSONValue {
    let node = try parse(bytes, path: path)
    try node.checkUniqueKeys(path: path)
    return node.value
  }
}

/// The state of one parse: the bytes, the next byte, and where the line started.
private struct JSONScanner {
  let bytes: [UInt8]
  let path: String
  var offset = 0
  var line = 1
  var lineStart = 0
  /// A place on the line that was asked for before, so that a long line is counted through once.
  var known = (offset: 0, column: 1)

  init(bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      offset = 3
      lineStart = 3
      known.offset = 3
    }
  }

  // MARK: Places and errors

  mutating func position() -> TextPosition {
    if known.offset < lineStart {
      known = (lineStart, 1)
    }
    known = (offset, known.column + characters(in: known.offset..<offset))
    return TextPosition(line: line, column: known.column)
  }

  func characters(in range: Range<Int>) -> Int {
    // Continuation bytes 10xxxxxx belong to the character before them.
    bytes[range].count { $0 & 0xC0 != 0x80 }
  }

  func error(_ reason: String, at place: Int? = nil) -> JSONError {
    let column = 1 + characters(in: lineStart..<(place ?? offset))
    return JSONError(path: path, line: line, column: column, reason: reason)
  }

  mutating func checkEncoding() throws(JSONError) {
    do {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      let bad = error.byteOffsets.lowerBound
      line = 1 + bytes[..<bad].count { $0 == UInt8(ascii: "\n") }
      if let newline = bytes[..<bad].lastIndex(of: UInt8(ascii: "\n")) {
        lineStart = newline + 1
      }
      throw self.error("the text is not UTF-8", at: bad)
    }
  }

  // MARK: Structure

  mutating func document() throws(JSONError) -> JSONNode {
    skipSpace()
    guard offset < bytes.count else { throw error("the document is empty") }
    let root = try value(depth: 0)
    skipSpace()
    guard offset == bytes.count else { throw error("there is text after the end of the document") }
    return root
  }

  mutating func skipSpace() {
    while offset < bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
        offset += 1
      case UInt8(ascii: "\n"):
        offset += 1
        line += 1
        lineStart = offset
      default:
        return
      }
    }
  }

  mutating func value(depth: Int) throws(JSONError) -> JSONNode {
    guard offset < bytes.count else { throw error("the document ends where a value should be") }
    let start = position()
    let kind: JSONNode.Kind
    switch bytes[offset] {
    case UInt8(ascii: "{"): kind = .object(try members(depth: depth + 1))
    case UInt8(ascii: "["): kind = .array(try elements(depth: depth + 1))
    case UInt8(ascii: "\""): kind = .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): kind = .number(try number())
    case UInt8(ascii: "t") where takeWord("true"): kind = .bool(true)
    case UInt8(ascii: "f") where takeWord("false"): kind = .bool(false)
    case UInt8(ascii: "n") where takeWord("null"): kind = .null
    default: throw error("expected a value but found \(character(at: offset))")
    }
    return JSONNode(kind: kind, position: start)
  }

  mutating func members(depth: Int) throws(JSONError) -> [JSONNode.Member] {
    try open(depth: depth)
    var members: [JSONNode.Member] = []
    if take(UInt8(ascii: "}")) { return members }
    while true {
      guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") else {
        throw unexpected("a key in double quotes")
      }
      let keyPosition = position()
      let key = try string()
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw unexpected("a colon after the key \"\(key)\"") }
      skipSpace()
      let node = try value(depth: depth)
      members.append(JSONNode.Member(key: key, keyPosition: keyPosition, node: node))
      skipSpace()
      if take(UInt8(ascii: "}")) { return members }
      guard take(UInt8(ascii: ",")) else { throw unexpected("a comma or \"}\"") }
      skipSpace()
    }
  }

  mutating func elements(depth: Int) throws(JSONError) -> [JSONNode] {
    try open(depth: depth)
    var elements: [JSONNode] = []
    if take(UInt8(ascii: "]")) { return elements }
    while true {
      elements.append(try value(depth: depth))
      skipSpace()
      if take(UInt8(ascii: "]")) { return elements }
      guard take(UInt8(ascii: ",")) else { throw unexpected("a comma or \"]\"") }
      skipSpace()
    }
  }

  mutating func open(depth: Int) throws(JSONError) {
    guard depth <= JSONParser.maximumDepth else {
      throw error("objects and arrays are nested more than \(JSONParser.maximumDepth) deep")
    }
    offset += 1
    skipSpace()
  }

  mutating func take(_ byte: UInt8) -> Bool {
    guard offset < bytes.count, bytes[offset] == byte else { return false }
    offset += 1
    return true
  }

  mutating func takeWord(_ word: String) -> Bool {
    guard bytes[offset...].starts(with: word.utf8) else { return false }
    offset += word.utf8.count
    return true
  }

  func unexpected(_ expectation: String) -> JSONError {
    error("expected \(expectation) but found \(character(at: offset))")
  }

  func character(at offset: Int) -> String {
    guard offset < bytes.count else { return "the end of the document" }
    guard bytes[offset] >= 0x20 else { return "a control character" }
    return "\"\(String(decoding: bytes[offset...].prefix(4), as: UTF8.self).prefix(1))\""
  }

  // MARK: Numbers

  mutating func number() throws(JSONError) -> JSONNumber {
    let start = offset
    var isInteger = true
    _ = take(UInt8(ascii: "-"))
    let integerStart = offset
    try digits()
    if bytes[integerStart] == UInt8(ascii: "0"), offset - integerStart > 1 {
      throw error("a number does not start with a zero", at: start)
    }
    if take(UInt8(ascii: ".")) {
      isInteger = false
      try digits()
    }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      isInteger = false
      if !take(UInt8(ascii: "+")) {
        _ = take(UInt8(ascii: "-"))
      }
      try digits()
    }
    let text = String(decoding: bytes[start..<offset], as: UTF8.self)
    if isInteger, let integer = Int64(text) { return JSONNumber(integer) }
    guard let double = Double(text), double.isFinite else {
      throw error("the number \(text) is too large", at: start)
    }
    return JSONNumber(double)
  }

  mutating func digits() throws(JSONError) {
    let start = offset
    while offset < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[offset]) {
      offset += 1
    }
    guard offset > start else { throw unexpected("a digit") }
  }

  // MARK: Texts

  mutating func string() throws(JSONError) -> String {
    offset += 1
    var text: [UInt8] = []
    while offset < bytes.count {
      let byte = bytes[offset]
      switch byte {
      case UInt8(ascii: "\""):
        offset += 1
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        offset += 1
        text += String(try escapedCharacter()).utf8
      case 0..<0x20:
        throw error("a text contains a control character; write it as an escape")
      default:
        text.append(byte)
        offset += 1
      }
    }
    throw error("the document ends inside a text")
  }

  mutating func escapedCharacter() throws(JSONError) -> Unicode.Scalar {
    guard offset < bytes.count else { throw error("the document ends inside a text") }
    let escape = bytes[offset]
    offset += 1
    switch escape {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw error("\(character(at: offset - 1)) is no escape", at: offset - 1)
    }
  }

  mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
    let start = offset - 2
    let first = try hexadecimalUnit()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
      throw error("half of a surrogate pair is no character", at: start)
    }
    let second = try hexadecimalUnit()
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(
        0x10000 + (UInt32(first - 0xD800) << 10) + UInt32(second - 0xDC00))
    else {
      throw error("half of a surrogate pair is no character", at: start)
    }
    return scalar
  }

  mutating func hexadecimalUnit() throws(JSONError) -> UInt16 {
    let text = String(decoding: bytes[offset...].prefix(4), as: UTF8.self)
    // A sign would pass the conversion below.
    guard text.utf8.count == 4, text.allSatisfy(\.isHexDigit), let unit = UInt16(text, radix: 16)
    else { throw error("expected four hexadecimal digits after \\u") }
    offset += 4
    return unit
  }
}
