import Ratings
import Recommenders
import Storage

/// Lists as JSON: `[{"item_id":"318","rank":1,"score":4.83,"title":"…"}]`.
///
/// Ids are texts whatever they look like, and an item without a title has no such key.
struct JSONRecommendations: Sendable {
  private let catalogue: ExportCatalogue
  /// What stands before an item's rank, its id, and after its score, its title.
  private let heads: TextRows
  private let tails: TextRows

  private let givesReasons: Bool

  private static let because = Array(",\"because\":[".utf8)
  private static let score = Array(",\"score\":".utf8)

  /// With `givesReasons`, recommendations of lists that have reasons have them under `because`.
  init(catalogue: ExportCatalogue, givesReasons: Bool = false) {
    self.catalogue = catalogue
    self.givesReasons = givesReasons
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
    }
  }

  /// Adds the array of a user's list.
  func append(_ list: RecommendationList, to bytes: inout [UInt8]) throws(PublishingError) {
    bytes.append(UInt8(ascii: "["))
    for (position, scored) in list.items.enumerated() {
      if position > 0 { bytes.append(UInt8(ascii: ",")) }
      heads.append(scored.item.position, to: &bytes)
      DecimalText.append(position + 1, to: &bytes)
      bytes += Self.score
      try catalogue.appendScore(scored, for: list.user, to: &bytes)
      tails.append(scored.item.position, to: &bytes)
      if givesReasons, let reasons = list.reasons { append(reasons[position], to: &bytes) }
      bytes.append(UInt8(ascii: "}"))
    }
    bytes.append(UInt8(ascii: "]"))
  }

  /// The bytes that every list with an item has of it, whatever rank and score.
  func appendItem(_ item: ItemIndex, to bytes: inout [UInt8]) {
    heads.append(item.position, to: &bytes)
    tails.append(item.position, to: &bytes)
    bytes.append(UInt8(ascii: "}"))
  }

  private func append(_ reasons: ArraySlice<Reason>, to bytes: inout [UInt8]) {
    bytes += Self.because
    for (position, reason) in reasons.enumerated() {
      if position > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes += "{\"item_id\":".utf8
      bytes += Self.quoted(catalogue.label(of: reason.item)).utf8
      if let title = catalogue.title(of: reason.item) {
        bytes += ",\"title\":".utf8
        bytes += Self.quoted(title).utf8
      }
      bytes += ",\"contribution\":".utf8
      DecimalText.appendShortest(reason.contribution, to: &bytes)
      bytes.append(UInt8(ascii: "}"))
    }
    bytes.append(UInt8(ascii: "]"))
  }

  static func quoted(_ text: String) -> String {
    JSONValue.string(text).text()
  }
}
