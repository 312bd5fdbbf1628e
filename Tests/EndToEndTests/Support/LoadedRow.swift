import Storage
import Testing

/// A recommendation as somebody downstream has it. Texts are bytes, so that none is taken for another
/// that looks alike.
struct LoadedRow: Hashable {
  let user: [UInt8]
  let rank: Int
  let item: [UInt8]
  let score: Float
  let title: [UInt8]?

  init(user: String, rank: Int, item: String, score: Float, title: String?) {
    self.user = Array(user.utf8)
    self.rank = rank
    self.item = Array(item.utf8)
    self.score = score
    self.title = title.map { Array($0.utf8) }
  }

  /// Reads `[user, rank, item, score, title]`.
  init(_ json: JSONValue) throws {
    let fields = try #require(json.arrayValue)
    try #require(fields.count == 5)
    let title = fields[4].stringValue
    try #require(title != nil || fields[4] == .null)
    self.init(
      user: try #require(fields[0].stringValue), rank: try #require(fields[1].intValue),
      item: try #require(fields[2].stringValue), score: Float(try #require(fields[3].doubleValue)),
      title: title)
  }

  /// Reads a text that is an array of rows.
  static func rows(_ text: String) throws -> Set<LoadedRow> {
    let rows = try #require(JSONParser.parseValue(Array(text.utf8), path: "rows").arrayValue)
    let set = try Set(rows.map { try LoadedRow($0) })
    try #require(set.count == rows.count)
    return set
  }

  /// Reads a user's array of the JSON lines.
  static func rows(user: String, _ list: JSONValue) throws -> [LoadedRow] {
    try #require(list.arrayValue).map { entry in
      LoadedRow(
        user: user, rank: try #require(entry["rank"]?.intValue),
        item: try #require(entry["item_id"]?.stringValue),
        score: Float(try #require(entry["score"]?.doubleValue)),
        title: try entry["title"].map { try #require($0.stringValue) })
    }
  }

  /// The same row with an empty text for a title that is missing, as CSV has it.
  var withTitle: LoadedRow {
    LoadedRow(
      user: String(decoding: user, as: UTF8.self), rank: rank,
      item: String(decoding: item, as: UTF8.self), score: score,
      title: title.map { String(decoding: $0, as: UTF8.self) } ?? "")
  }
}
