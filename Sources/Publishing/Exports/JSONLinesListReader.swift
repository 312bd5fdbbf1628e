import Recommenders
import Storage

/// Reads what ``JSONLinesRecommendationWriter`` writes: its keys in its order and without spaces.
///
/// An item may have more keys after its score, and a list more after its items, with any values.
struct JSONLinesListReader: ListReader {
  private(set) var records = 0
  private var list = RawList()
  private var rest: [UInt8] = []

  mutating func begin() {}

  mutating func read(_ chunk: [UInt8], _ use: (RawList) -> Void) throws(ListProblem) {
    var start = 0
    var position = rest.count
    // A line may be long, so that what has arrived of it is not copied again and again.
    rest += chunk
    let bytes = rest
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "\n") {
        records += 1
        var line = JSONListLine(bytes, start..<position)
        list.removeAll()
        guard line.read(into: &list) else {
          throw ListProblem(record: records, "something else than a list of recommendations")
        }
        use(list)
        start = position + 1
      }
      position += 1
    }
    if start > 0 { rest = Array(bytes[start...]) }
  }

  mutating func end() throws(ListProblem) {
    guard rest.isEmpty else { throw ListProblem(record: records + 1, "no end") }
  }

  mutating func finish(_ use: (RawList) -> Void) {}
}

/// One line of the format.
private struct JSONListLine {
  private let bytes: [UInt8]
  private var offset: Int
  private let end: Int

  private static let user = Array("{\"user_id\":".utf8)
  private static let recommendations = Array(",\"recommendations\":[".utf8)
  private static let item = Array("{\"item_id\":".utf8)
  private static let rank = Array(",\"rank\":".utf8)
  private static let score = Array(",\"score\":".utf8)

  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    offset = range.lowerBound
    end = range.upperBound
  }

  /// Reads the line into a list that is empty; false if it is anything else.
  mutating func read(into list: inout RawList) -> Bool {
    guard take(Self.user), appendText(to: &list), take(Self.recommendations) else { return false }
    if !take(UInt8(ascii: "]")) {
      repeat {
        guard take(Self.item), appendText(to: &list), take(Self.rank),
          takeNumber() == list.count, take(Self.score), skipValue(), skipMembers()
        else { return false }
      } while take(UInt8(ascii: ","))
      guard take(UInt8(ascii: "]")) else { return false }
    }
    return skipMembers() && offset == end
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard offset < end, bytes[offset] == byte else { return false }
    offset += 1
    return true
  }

  private mutating func take(_ text: [UInt8]) -> Bool {
    guard end - offset >= text.count else { return false }
    for position in text.indices where bytes[offset + position] != text[position] { return false }
    offset += text.count
    return true
  }

  private mutating func takeNumber() -> Int? {
    var number = 0
    let start = offset
    while offset < end, offset - start < 9, case let digit = bytes[offset] &- UInt8(ascii: "0"),
      digit <= 9
    {
      number = number * 10 + Int(digit)
      offset += 1
    }
    return offset == start ? nil : number
  }

  /// Passes over more members, and the brace after them.
  private mutating func skipMembers() -> Bool {
    while take(UInt8(ascii: ",")) {
      guard skipText() != nil, take(UInt8(ascii: ":")), skipValue() else { return false }
    }
    return take(UInt8(ascii: "}"))
  }

  /// Passes over a text, a number, a word, or what is in brackets.
  private mutating func skipValue() -> Bool {
    if offset < end, bytes[offset] == UInt8(ascii: "\"") { return skipText() != nil }
    if take(UInt8(ascii: "[")) || take(UInt8(ascii: "{")) { return skipBrackets() }
    let start = offset
    while offset < end, bytes[offset] != UInt8(ascii: ","), bytes[offset] != UInt8(ascii: "}") {
      offset += 1
    }
    return offset > start
  }

  /// Passes over the rest of an array or object, of which the bracket has been taken.
  private mutating func skipBrackets() -> Bool {
    var depth = 1
    while offset < end {
      switch bytes[offset] {
      case UInt8(ascii: "\""):
        guard skipText() != nil else { return false }
        continue
      case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      default: break
      }
      offset += 1
      if depth == 0 { return true }
    }
    return false
  }

  /// Passes over a text and returns where it is between its quotes, and whether it has escapes.
  private mutating func skipText() -> (range: Range<Int>, hasEscapes: Bool)? {
    guard take(UInt8(ascii: "\"")) else { return nil }
    let start = offset
    var hasEscapes = false
    while offset < end {
      let byte = bytes[offset]
      if byte == UInt8(ascii: "\"") {
        offset += 1
        return (start..<(offset - 1), hasEscapes)
      }
      if byte == UInt8(ascii: "\\") {
        hasEscapes = true
        offset += 1
      }
      offset += 1
    }
    return nil
  }

  private mutating func appendText(to list: inout RawList) -> Bool {
    guard let (range, hasEscapes) = skipText() else { return false }
    if !hasEscapes {
      list.append(bytes[range])
      return true
    }
    let quoted = bytes[(range.lowerBound - 1)...range.upperBound]
    guard let value = try? JSONParser.parseValue(Array(quoted), path: ""),
      let text = value.stringValue
    else { return false }
    list.append(Array(text.utf8)[...])
    return true
  }
}
