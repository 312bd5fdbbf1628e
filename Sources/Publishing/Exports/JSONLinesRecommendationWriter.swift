import Recommenders
import Storage

/// Recommendations as JSON lines: one object for each user, with an empty list for a user who has
/// no candidates.
///
/// `{"user_id":"1","recommendations":[{"item_id":"318","rank":1,"score":4.83,"title":"…"}]}`; ids
/// are texts whatever they look like, and an item without a title has no such key.
struct JSONLinesRecommendationWriter: RecommendationWriter {
  private let catalogue: ExportCatalogue

  let fileExtension = "jsonl"

  init(catalogue: ExportCatalogue) {
    self.catalogue = catalogue
  }

  func appendHeader(to bytes: inout [UInt8]) {}

  func append(_ list: RecommendationList, to bytes: inout [UInt8]) throws(PublishingError) -> Int {
    bytes += "{\"user_id\":".utf8
    bytes += Self.quoted(catalogue.label(of: list.user)).utf8
    bytes += ",\"recommendations\":[".utf8
    for (position, scored) in list.items.enumerated() {
      if position > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes += "{\"item_id\":".utf8
      bytes += Self.quoted(catalogue.label(of: scored.item)).utf8
      bytes += ",\"rank\":\(position + 1),\"score\":".utf8
      bytes += try catalogue.scoreText(scored, for: list.user).utf8
      if let title = catalogue.title(of: scored.item) {
        bytes += ",\"title\":".utf8
        bytes += Self.quoted(title).utf8
      }
      bytes.append(UInt8(ascii: "}"))
    }
    bytes += "]}\n".utf8
    return 1
  }

  private static func quoted(_ text: String) -> String {
    JSONValue.string(text).text()
  }
}
