import Ratings
import Recommenders

/// Recommendations as JSON lines: one object for each user, with an empty list for a user who has
/// no candidates.
///
/// `{"user_id":"1","recommendations":[{"item_id":"318","rank":1,"score":4.83,"title":"…"}]}`
///
/// Where reasons were asked for, an item ends with
/// `"because":[{"item_id":"296","title":"…","contribution":0.12}]`, the greatest first and empty if no
/// rated item speaks for it, and the line with `"because_kind":"exact"` or `"similarity"`.
struct JSONLinesRecommendationWriter: RecommendationWriter {
  private let catalogue: ExportCatalogue
  private let arrays: JSONRecommendations

  let format = ExportFormat.jsonl

  init(catalogue: ExportCatalogue) {
    self.catalogue = catalogue
    arrays = JSONRecommendations(catalogue: catalogue, givesReasons: true)
  }

  func rows(of list: RecommendationList) -> Int { 1 }

  func append(_ list: RecommendationList, to bytes: inout [UInt8]) throws(PublishingError) {
    bytes += "{\"user_id\":".utf8
    bytes += JSONRecommendations.quoted(catalogue.label(of: list.user)).utf8
    bytes += ",\"recommendations\":".utf8
    try arrays.append(list, to: &bytes)
    if let reasons = list.reasons {
      bytes += ",\"because_kind\":\"\(reasons.kind.rawValue)\"".utf8
    }
    bytes += "}\n".utf8
  }
}
