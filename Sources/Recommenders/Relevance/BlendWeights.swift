/// What the predicted rating and rarity count beside relevance, all three being standardised.
public struct BlendWeights: Equatable, Sendable {
  /// The weight of the predicted rating. The default is 0.5.
  public var rating: Double = 0.5
  /// The weight of −log popularity. The default is 1.75.
  public var rarity: Double = 1.75

  /// Creates the default weights.
  public init() {}

  /// Creates weights.
  public init(rating: Double, rarity: Double) {
    self.rating = rating
    self.rarity = rarity
  }
}
