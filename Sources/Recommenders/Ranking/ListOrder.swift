public import Ratings

/// The order of lists: what items are scored by, and what keeps them from being all of a kind.
public struct ListOrder: Sendable {
  /// What items are scored by.
  public enum Score: Sendable {
    /// The model's ranking key.
    case key
    /// The predicted rating − z · its posterior standard deviation; the key for a model without one.
    case lowerBound(z: Float)
    /// A blend of relevance, predicted rating and rarity.
    case relevance(RelevanceBlend)
  }

  /// What items are scored by.
  public let score: Score
  /// What spreads the items of a list; `nil` lists them by their scores.
  public let spread: ListSpread?

  /// Puts an order together.
  public init(_ score: Score, spread: ListSpread? = nil) {
    self.score = score
    self.spread = spread
  }

  /// The order that options ask for; without a blend, that by relevance is the order by keys.
  public init(
    _ options: RecommendOptions, model: any RatingPredictor, blend: RelevanceBlend?,
    details: [ItemDetails]
  ) {
    let score: Score =
      switch options.rankBy {
      case .rating: .key
      case .lowerBound: .lowerBound(z: Float(options.z))
      case .relevance: blend.map { .relevance($0) } ?? .key
      }
    self.init(score, spread: ListSpread(options, model: model, details: details))
  }

  /// The order by the model's ranking key.
  public static let byKey = ListOrder(.key)

  /// Whether it is the order of the ranking keys.
  var isPlain: Bool {
    switch score {
    case .key: spread == nil
    case .lowerBound, .relevance: false
    }
  }

  /// A user's scores of items with some ranking keys, greater being better.
  func scores(
    of items: [UInt32], keys: [Float], by user: UserIndex, _ model: any RatingPredictor
  ) -> [Float] {
    switch score {
    case .key: return keys
    case .lowerBound(let z):
      guard let deviations = model.deviations(by: user, of: items) else { return keys }
      let configuration = model.configuration
      return keys.indices.map { configuration.rating(ofKey: keys[$0]) - z * deviations[$0] }
    case .relevance(let blend):
      let configuration = model.configuration
      return blend.scores(
        by: user, of: items, ratings: keys.map { configuration.rating(ofKey: $0) })
    }
  }
}
