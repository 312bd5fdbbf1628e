import Ratings
import Recommenders
import Storage

/// The names that an export prints for users and items.
struct ExportCatalogue: Sendable {
  private let users: LabelEncoder<UserIndex>
  private let items: LabelEncoder<ItemIndex>
  private let details: [ItemDetails]
  /// Whether the dataset has titles at all.
  let hasTitles: Bool

  init(dataset: RatingsDataset) {
    users = dataset.users
    items = dataset.items
    details = dataset.itemDetails
    hasTitles = details.contains { $0.title != nil }
  }

  /// The number of items.
  var itemCount: Int { items.count }

  func label(of user: UserIndex) -> String { users.label(of: user) }

  func label(of item: ItemIndex) -> String { items.label(of: item) }

  /// The title of an item, or `nil` where the dataset has none for it.
  func title(of item: ItemIndex) -> String? {
    hasTitles ? details[item.position].title : nil
  }

  /// Adds the decimal of a recommendation's score.
  func appendScore(
    _ scored: ScoredItem, for user: UserIndex, to bytes: inout [UInt8]
  ) throws(PublishingError) {
    guard scored.score.isFinite else {
      throw .scoreNotFinite(user: label(of: user), item: label(of: scored.item))
    }
    DecimalText.appendShortest(scored.score, to: &bytes)
  }
}
