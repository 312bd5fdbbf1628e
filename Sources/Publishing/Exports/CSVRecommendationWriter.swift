import Recommenders

/// Recommendations as CSV: `user_id,rank,item_id,score,title`, one record each, after RFC 4180 with
/// LF; ids and titles are quoted only where they must be.
///
/// The column `title` is there only where the dataset has titles.
struct CSVRecommendationWriter: RecommendationWriter {
  private let catalogue: ExportCatalogue
  private let formulaPolicy: FormulaPolicy

  let fileExtension = "csv"

  init(catalogue: ExportCatalogue, formulaPolicy: FormulaPolicy) {
    self.catalogue = catalogue
    self.formulaPolicy = formulaPolicy
  }

  func appendHeader(to bytes: inout [UInt8]) {
    let columns = ["user_id", "rank", "item_id", "score"]
    CSVText.appendRow(columns + (catalogue.hasTitles ? ["title"] : []), to: &bytes)
  }

  func append(_ list: RecommendationList, to bytes: inout [UInt8]) throws(PublishingError) -> Int {
    let user = catalogue.label(of: list.user)
    for (position, scored) in list.items.enumerated() {
      let item = catalogue.label(of: scored.item)
      let score = try catalogue.scoreText(scored, for: list.user)
      var fields = [user, String(position + 1), item, score]
      if catalogue.hasTitles {
        fields.append(try safeTitle(catalogue.title(of: scored.item) ?? "", item: item))
      }
      CSVText.appendRow(fields, to: &bytes)
    }
    return list.items.count
  }

  /// The title as the policy wants it.
  private func safeTitle(_ title: String, item: String) throws(PublishingError) -> String {
    guard formulaPolicy != .off, Self.looksLikeFormula(title) else { return title }
    guard formulaPolicy == .escape else { throw .formulaInTitle(item: item, title: title) }
    return "'" + title
  }

  /// Whether a spreadsheet would compute the text: it starts with `=`, `+`, `-`, `@`, a tab or a
  /// carriage return.
  private static func looksLikeFormula(_ text: String) -> Bool {
    guard let first = text.utf8.first else { return false }
    return "=+-@\t\r".utf8.contains(first)
  }
}
