import Recommenders

/// Reads what ``CSVRecommendationWriter`` writes.
///
/// The columns are `user_id,rank,item_id,score` and any that follow. A list begins at rank 1 and goes
/// on with the ranks that follow for the same user.
struct CSVListReader: ListReader {
  private(set) var records = 0
  private var list = RawList()
  /// What has arrived of a record that is not whole yet.
  private var rest: [UInt8] = []
  private var isAtHeader = true
  /// Where the fields of a record are, and the bytes of those that have doubled quotes.
  private var fields: [Field] = []

  private struct Field {
    let range: Range<Int>
    let hasDoubledQuotes: Bool
  }

  private static let header = ["user_id", "rank", "item_id", "score"]
  /// No record is longer; what is, has a quote that is never closed.
  private static let longestRecord = 4 << 20
  private static let comma = UInt8(ascii: ",")
  private static let quote = UInt8(ascii: "\"")
  private static let lineFeed = UInt8(ascii: "\n")

  mutating func begin() {
    isAtHeader = true
  }

  mutating func read(_ chunk: [UInt8], _ use: (RawList) -> Void) throws(ListProblem) {
    let bytes = rest.isEmpty ? chunk : rest + chunk
    rest = []
    var offset = 0
    while let end = try scan(bytes, from: offset) {
      offset = end
      if isAtHeader {
        isAtHeader = false
        guard fields.count >= Self.header.count,
          zip(Self.header, fields).allSatisfy({ bytes[$1.range].elementsEqual($0.utf8) })
        else { throw ListProblem("has another header than \(Self.header.joined(separator: ","))") }
      } else {
        try take(bytes, use)
      }
    }
    guard bytes.count - offset <= Self.longestRecord else {
      throw ListProblem(record: records + 1, "no end")
    }
    rest = Array(bytes[offset...])
  }

  mutating func end() throws(ListProblem) {
    guard rest.isEmpty, !isAtHeader else {
      throw ListProblem(record: records + 1, "no end")
    }
  }

  mutating func finish(_ use: (RawList) -> Void) {
    if !list.isEmpty { use(list) }
    list.removeAll()
  }

  /// Adds a record to its list.
  private mutating func take(_ bytes: [UInt8], _ use: (RawList) -> Void) throws(ListProblem) {
    records += 1
    guard fields.count >= Self.header.count else {
      throw ListProblem(record: records, "fewer than four fields")
    }
    guard let rank = number(bytes, fields[1].range) else {
      throw ListProblem(record: records, "a rank that is no number")
    }
    let user = text(bytes, fields[0])
    if rank == 1 {
      finish(use)
      list.append(user)
    } else {
      guard rank == list.count + 1, list.bytes[list.user].elementsEqual(user) else {
        throw ListProblem(record: records, "a rank that does not follow")
      }
    }
    list.append(text(bytes, fields[2]))
  }

  private func number(_ bytes: [UInt8], _ range: Range<Int>) -> Int? {
    guard 1...9 ~= range.count else { return nil }
    var number = 0
    for position in range {
      let digit = bytes[position] &- UInt8(ascii: "0")
      guard digit <= 9 else { return nil }
      number = number * 10 + Int(digit)
    }
    return number
  }

  private func text(_ bytes: [UInt8], _ field: Field) -> ArraySlice<UInt8> {
    guard field.hasDoubledQuotes else { return bytes[field.range] }
    var text: [UInt8] = []
    var isSecond = false
    for byte in bytes[field.range] {
      isSecond = byte == Self.quote && !isSecond
      if !isSecond { text.append(byte) }
    }
    return text[...]
  }

  /// Finds the fields of the record that begins at an offset and returns where it ends, or `nil` where
  /// the bytes end before.
  private mutating func scan(
    _ bytes: [UInt8], from offset: Int
  ) throws(ListProblem) -> Int? {
    fields.removeAll(keepingCapacity: true)
    var position = offset
    while true {
      guard position < bytes.count else { return nil }
      if bytes[position] == Self.quote {
        guard let (field, end) = quoted(bytes, from: position) else { return nil }
        fields.append(field)
        position = end
      } else {
        let start = position
        while position < bytes.count, bytes[position] != Self.comma,
          bytes[position] != Self.lineFeed
        {
          position += 1
        }
        fields.append(Field(range: start..<position, hasDoubledQuotes: false))
      }
      guard position < bytes.count else { return nil }
      let end = bytes[position]
      position += 1
      if end == Self.lineFeed { return position }
      guard end == Self.comma else {
        throw ListProblem(record: records + 1, "text after a closing quote")
      }
    }
  }

  /// A field in quotes and where it ends; `nil` where the bytes do not show its end.
  private func quoted(_ bytes: [UInt8], from opening: Int) -> (Field, end: Int)? {
    var hasDoubledQuotes = false
    var position = opening + 1
    while position < bytes.count {
      if bytes[position] == Self.quote {
        guard position + 1 < bytes.count else { return nil }
        guard bytes[position + 1] == Self.quote else {
          let range = (opening + 1)..<position
          return (Field(range: range, hasDoubledQuotes: hasDoubledQuotes), position + 1)
        }
        hasDoubledQuotes = true
        position += 1
      }
      position += 1
    }
    return nil
  }
}
