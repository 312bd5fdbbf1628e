public import Ratings

/// An item with the rating that is predicted for it.
public struct ScoredItem: Equatable, Sendable {
  /// The item.
  public let item: ItemIndex
  /// The score, on the rating scale.
  public let score: Float

  /// Pairs an item with its score.
  public init(item: ItemIndex, score: Float) {
    self.item = item
    self.score = score
  }
}

/// The recommendations of one user, best first.
public struct RecommendationList: Equatable, Sendable {
  /// The user.
  public let user: UserIndex
  /// At most *k* items by falling ranking key, ties by item index.
  public let items: [ScoredItem]
  /// Why each of them is recommended, where that was asked for.
  public var reasons: ListReasons?

  /// Wraps a list.
  public init(user: UserIndex, items: [ScoredItem]) {
    self.user = user
    self.items = items
  }
}
