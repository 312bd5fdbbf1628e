import Ratings
import Recommenders
import Storage

/// Recommendations as JSON lines: one object for each user, with an empty list for a user who has
/// no candidates.
///
/// `{"user_id":"1","recommendations":[{"item_id":"318","rank":1,"score":4.83,"title":"…"}]}`; ids
/// are texts whatever they look like, and an item without a title has no such key.
struct JSONLinesRecommendationWriter: RecommendationWriter {
  private let catalogue: ExportCatalogue
  /// What stands before an item's rank, its id, and after its score, its title.
  private let heads: TextRows
  private let tails: TextRows

  let fileExtension = "jsonl"

  private static let score = Array(",\"score\":".utf8)

  init(catalogue: ExportCatalogue) {
    self.catalogue = catalogue
    heads = TextRows(count: catalogue.itemCount) { item, bytes in
      bytes += "{\"item_id\":".utf8
      bytes += Self.quoted(catalogue.label(of: ItemIndex(item))).utf8
      bytes += ",\"rank\":".utf8
    }
    tails = TextRows(count: catalogue.itemCount) { item, bytes in
      if let title = catalogue.title(of: ItemIndex(item)) {
        bytes += ",\"title\":".utf8
        bytes += Self.quoted(title).utf8
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  func appendHeader(to bytes: inout [UInt8]) {}

  func append(_ list: RecommendationList, to bytes: inout [UInt8]) throws(PublishingError) -> Int {
    bytes += "{\"user_id\":".utf8
    bytes += Self.quoted(catalogue.label(of: list.user)).utf8
    bytes += ",\"recommendations\":[".utf8
    for (position, scored) in list.items.enumerated() {
      if position > 0 { bytes.append(UInt8(ascii: ",")) }
      heads.append(scored.item.position, to: &bytes)
      DecimalText.append(position + 1, to: &bytes)
      bytes += Self.score
      try catalogue.appendScore(scored, for: list.user, to: &bytes)
      tails.append(scored.item.position, to: &bytes)
    }
    bytes += "]}\n".utf8
    return 1
  }

  private static func quoted(_ text: String) -> String {
    JSONValue.string(text).text()
  }
}
