import Ratings
import Recommenders
import Storage

/// Recommendations as CSV: `user_id,rank,item_id,score,title`, one record each, after RFC 4180 with
/// LF; ids and titles are quoted only where they must be.
///
/// The column `title` is there only where the dataset has titles.
struct CSVRecommendationWriter: RecommendationWriter {
  private let catalogue: ExportCatalogue
  /// What stands before an item's score, its id, and after it, its title.
  private let heads: TextRows
  private let tails: TextRows
  /// The items whose titles may not be exported.
  private let refused: Set<ItemIndex>

  let format = ExportFormat.csv

  private static let comma = UInt8(ascii: ",")

  init(catalogue: ExportCatalogue, formulaPolicy: FormulaPolicy) {
    self.catalogue = catalogue
    heads = TextRows(count: catalogue.itemCount) { item, bytes in
      CSVText.appendField(catalogue.label(of: ItemIndex(item)), to: &bytes)
      bytes.append(Self.comma)
    }
    var refused: Set<ItemIndex> = []
    tails = TextRows(count: catalogue.itemCount) { item, bytes in
      if catalogue.hasTitles {
        var title = catalogue.title(of: ItemIndex(item)) ?? ""
        switch formulaPolicy {
        case .off: break
        case .escape: title = FormulaGuard.escaping(title)
        case .error: if FormulaGuard.finds(in: title) { refused.insert(ItemIndex(item)) }
        }
        bytes.append(Self.comma)
        CSVText.appendField(title, to: &bytes)
      }
      bytes.append(UInt8(ascii: "\n"))
    }
    self.refused = refused
  }

  func rows(of list: RecommendationList) -> Int { list.items.count }

  func appendHeader(to bytes: inout [UInt8]) {
    let columns = ["user_id", "rank", "item_id", "score"]
    CSVText.appendRow(columns + (catalogue.hasTitles ? ["title"] : []), to: &bytes)
  }

  func append(_ list: RecommendationList, to bytes: inout [UInt8]) throws(PublishingError) {
    var user: [UInt8] = []
    CSVText.appendField(catalogue.label(of: list.user), to: &user)
    user.append(Self.comma)
    for (position, scored) in list.items.enumerated() {
      let item = scored.item
      bytes += user
      DecimalText.append(position + 1, to: &bytes)
      bytes.append(Self.comma)
      heads.append(item.position, to: &bytes)
      try catalogue.appendScore(scored, for: list.user, to: &bytes)
      if !refused.isEmpty, refused.contains(item) {
        throw .formulaInTitle(
          item: catalogue.label(of: item), title: catalogue.title(of: item) ?? "")
      }
      tails.append(item.position, to: &bytes)
    }
  }
}
