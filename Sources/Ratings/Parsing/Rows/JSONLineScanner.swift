/// Where a value is in the objects of a JSON Lines file.
struct JSONPath: Sendable, Equatable {
  /// The keys from the outermost object to the value.
  let keys: [[UInt8]]
  /// Whether an object without the value is an error.
  let isRequired: Bool

  /// Takes keys with a point between them.
  init(_ path: String, isRequired: Bool = true) {
    keys = path.split(separator: ".", omittingEmptySubsequences: false).map { Array($0.utf8) }
    self.isRequired = isRequired
  }

  /// The keys with a point between them.
  var text: String {
    keys.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ".")
  }
}

/// Takes lines apart that hold a JSON object each (RFC 8259), keeping the values of some paths.
///
/// A value is a string, a number as it is written, an array of strings, or `null`, which counts as
/// an empty text. The rest of a line is checked and passed over.
struct JSONLineScanner: Sendable {
  /// How deep values may be nested.
  static let deepest = 64

  private let paths: [JSONPath]

  init(paths: [JSONPath]) {
    self.paths = paths
  }

  /// Finds the values of a line, in the order of the paths, or passes over a blank line.
  func scan(_ row: inout ParsedRow, isLast: Bool) -> RowScanner.Outcome {
    let bytes = row.bytes
    var end = row.start
    while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
    if end == bytes.count, !isLast { return .incomplete }
    let next = min(end + 1, bytes.count)
    var line = JSONLine(bytes: bytes, position: row.start, end: end, paths: paths)
    do throws(RowFault) {
      guard try line.read() else { return .nothing(end: next, lines: 1) }
      for (path, value) in zip(paths, line.values) {
        if let value {
          row.fields.append(value)
        } else if path.isRequired {
          throw RowFault(
            reason: .missingField, position: row.start,
            text: "the object has no \"\(path.text)\"")
        } else {
          row.fields.append(
            ParsedRow.Field(start: row.start, content: row.start..<row.start, escapes: .none))
        }
      }
    } catch {
      return .fault(error, end: next, lines: 1)
    }
    return .row(end: next, lines: 1)
  }
}

/// The reader of one line.
private struct JSONLine {
  let bytes: [UInt8]
  var position: Int
  let end: Int
  let paths: [JSONPath]
  /// What was found at each path.
  var values: [ParsedRow.Field?]

  init(bytes: [UInt8], position: Int, end: Int, paths: [JSONPath]) {
    self.bytes = bytes
    self.position = position
    self.end = end
    self.paths = paths
    values = Array(repeating: nil, count: paths.count)
  }

  /// Reads the object; returns whether there is one.
  mutating func read() throws(RowFault) -> Bool {
    skipSpace()
    guard let first = byte else { return false }
    guard first == UInt8(ascii: "{") else { throw fault("the line is not a JSON object") }
    try object(depth: 0, candidates: Array(paths.indices))
    skipSpace()
    guard byte == nil else { throw fault("there is text after the object") }
    return true
  }

  private var byte: UInt8? { position < end ? bytes[position] : nil }

  private func fault(_ text: String) -> RowFault {
    RowFault(reason: .invalidJSON, position: min(position, max(end - 1, 0)), text: text)
  }

  private mutating func skipSpace() {
    while let byte, byte == 0x20 || byte == 0x09 || byte == 0x0D { position += 1 }
  }

  private mutating func take(_ expected: UInt8) throws(RowFault) {
    skipSpace()
    guard byte == expected else {
      throw fault("\"\(Character(Unicode.Scalar(expected)))\" is missing here")
    }
    position += 1
  }

  /// Reads an object; `candidates` are the paths whose first `depth` keys lead here.
  private mutating func object(depth: Int, candidates: [Int]) throws(RowFault) {
    guard depth < JSONLineScanner.deepest else { throw fault("the values are nested too deep") }
    try take(UInt8(ascii: "{"))
    skipSpace()
    if byte == UInt8(ascii: "}") {
      position += 1
      return
    }
    while true {
      skipSpace()
      let keyStart = position
      let (content, escaped) = try string()
      let key = escaped ? JSONText.unescaped(bytes[content]) : Array(bytes[content])
      let matching = candidates.filter { paths[$0].keys[depth] == key }
      try take(UInt8(ascii: ":"))
      skipSpace()
      let leaves = matching.filter { paths[$0].keys.count == depth + 1 }
      if leaves.isEmpty, !matching.isEmpty, byte == UInt8(ascii: "{") {
        try object(depth: depth + 1, candidates: matching)
      } else if leaves.isEmpty {
        try skipValue(depth: depth + 1)
      } else {
        let value = try leaf(depth: depth + 1)
        for path in leaves {
          guard values[path] == nil else {
            throw RowFault(
              reason: .invalidJSON, position: keyStart,
              text: "\"\(paths[path].text)\" is written twice")
          }
          values[path] = value
        }
      }
      skipSpace()
      if byte == UInt8(ascii: ",") {
        position += 1
        continue
      }
      try take(UInt8(ascii: "}"))
      return
    }
  }

  /// Reads a value that is wanted.
  private mutating func leaf(depth: Int) throws(RowFault) -> ParsedRow.Field {
    let start = position
    switch byte {
    case UInt8(ascii: "\""):
      let (content, escaped) = try string()
      return ParsedRow.Field(start: start, content: content, escapes: escaped ? .json : .none)
    case UInt8(ascii: "["):
      var areStrings = true
      try array(depth: depth) { areStrings = areStrings && $0 == UInt8(ascii: "\"") }
      guard areStrings else {
        throw RowFault(
          reason: .invalidJSON, position: start, text: "the array holds other things than strings")
      }
      return ParsedRow.Field(start: start, content: start..<position, escapes: .jsonStrings)
    case UInt8(ascii: "n"):
      try skipValue(depth: depth)
      return ParsedRow.Field(start: start, content: start..<start, escapes: .none)
    case UInt8(ascii: "{"), UInt8(ascii: "t"), UInt8(ascii: "f"):
      throw fault("a string or a number is expected here")
    default:
      try number()
      return ParsedRow.Field(start: start, content: start..<position, escapes: .none)
    }
  }

  private mutating func skipValue(depth: Int) throws(RowFault) {
    switch byte {
    case UInt8(ascii: "{"): try object(depth: depth, candidates: [])
    case UInt8(ascii: "["): try array(depth: depth) { _ in }
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "t"): try literal("true")
    case UInt8(ascii: "f"): try literal("false")
    case UInt8(ascii: "n"): try literal("null")
    default: try number()
    }
  }

  /// Reads an array and tells the first byte of each element.
  private mutating func array(depth: Int, _ element: (UInt8) -> Void) throws(RowFault) {
    guard depth < JSONLineScanner.deepest else { throw fault("the values are nested too deep") }
    try take(UInt8(ascii: "["))
    skipSpace()
    if byte == UInt8(ascii: "]") {
      position += 1
      return
    }
    while true {
      skipSpace()
      if let byte { element(byte) }
      try skipValue(depth: depth + 1)
      skipSpace()
      if byte == UInt8(ascii: ",") {
        position += 1
        continue
      }
      try take(UInt8(ascii: "]"))
      return
    }
  }

  private mutating func literal(_ text: StaticString) throws(RowFault) {
    let expected = Array("\(text)".utf8)
    guard bytes[position..<end].starts(with: expected) else {
      throw fault("a value is expected here")
    }
    position += expected.count
  }

  /// Reads a string and returns its content, and whether that has escapes.
  private mutating func string() throws(RowFault) -> (content: Range<Int>, isEscaped: Bool) {
    guard byte == UInt8(ascii: "\"") else { throw fault("a string is expected here") }
    let opening = position
    position += 1
    var isEscaped = false
    while let byte {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return ((opening + 1)..<(position - 1), isEscaped)
      case UInt8(ascii: "\\"):
        isEscaped = true
        position += 1
        try escape()
      case ..<0x20:
        throw fault("a string holds a control character")
      default: position += 1
      }
    }
    position = opening
    throw fault("a string is not closed")
  }

  private mutating func escape() throws(RowFault) {
    switch byte {
    case UInt8(ascii: "u"):
      for offset in 1...4 {
        guard position + offset < end, JSONText.hexadecimal(bytes[position + offset]) != nil else {
          throw fault("an escape lacks four hexadecimal digits")
        }
      }
      position += 5
    case let byte? where JSONText.escaped(byte) != nil: position += 1
    default: throw fault("an escape is unknown")
    }
  }

  private mutating func number() throws(RowFault) {
    if byte == UInt8(ascii: "-") { position += 1 }
    if byte == UInt8(ascii: "0") {
      position += 1
    } else {
      try digits("a value is expected here")
    }
    if byte == UInt8(ascii: ".") {
      position += 1
      try digits("a number has no digit after its point")
    }
    if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
      position += 1
      if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { position += 1 }
      try digits("a number has no digit in its exponent")
    }
  }

  private mutating func digits(_ complaint: String) throws(RowFault) {
    let start = position
    while let byte, 0x30...0x39 ~= byte { position += 1 }
    guard position > start else { throw fault(complaint) }
  }
}

/// The text of JSON strings.
enum JSONText {
  /// Returns the UTF-8 that the content of a well-formed string stands for, or `nil` if half a
  /// surrogate pair or a byte is left over.
  static func unescaped(_ content: ArraySlice<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    var units: [UInt16] = []
    var position = content.startIndex
    func flush() -> Bool {
      if units.isEmpty { return true }
      guard let text = String(validating: units, as: UTF16.self) else { return false }
      result += Array(text.utf8)
      units = []
      return true
    }
    while position < content.endIndex {
      let byte = content[position]
      guard byte == UInt8(ascii: "\\"), position + 1 < content.endIndex else {
        guard flush() else { return nil }
        result.append(byte)
        position += 1
        continue
      }
      if content[position + 1] == UInt8(ascii: "u") {
        let digits = content[(position + 2)...].prefix(4)
        units.append(digits.reduce(0) { $0 << 4 | UInt16(hexadecimal($1) ?? 0) })
        position += 6
      } else {
        guard flush(), let plain = escaped(content[position + 1]) else { return nil }
        result.append(plain)
        position += 2
      }
    }
    return flush() && String(validating: result, as: UTF8.self) != nil ? result : nil
  }

  /// Returns the strings of a well-formed array that holds nothing else, or `nil` if one of them is
  /// no text.
  static func strings(_ bytes: [UInt8], in range: Range<Int>) -> [String]? {
    var result: [String] = []
    var position = range.lowerBound
    while position < range.upperBound {
      guard bytes[position] == UInt8(ascii: "\"") else {
        position += 1
        continue
      }
      let start = position + 1
      position = start
      while position < range.upperBound, bytes[position] != UInt8(ascii: "\"") {
        position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
      }
      guard position < range.upperBound, let text = unescaped(bytes[start..<position]) else {
        return nil
      }
      result.append(String(decoding: text, as: UTF8.self))
      position += 1
    }
    return result
  }

  /// The value of a hexadecimal digit.
  static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }

  /// What a backslash and this byte stand for, if they do.
  static func escaped(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: nil
    }
  }
}
