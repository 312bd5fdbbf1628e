/// What `als` and `svd-plus-plus` need to know of training to say why: the penalty of a user's factors.
public struct RidgeDetails: Equatable, Sendable {
  /// The part that does not grow with the user's ratings.
  public var penalty: Float
  /// What each of the user's ratings adds to it.
  public var penaltyPerRating: Float

  /// Wraps penalties.
  public init(penalty: Float, penaltyPerRating: Float) {
    self.penalty = penalty
    self.penaltyPerRating = penaltyPerRating
  }

  /// Those that a type is trained with.
  init(_ type: ModelType, l2: Float) {
    let penalties = FactorizationPenalties.users(of: type, perRating: l2)
    self.init(penalty: penalties.constant, penaltyPerRating: penalties.perRating)
  }

  /// The penalty of a user with a number of ratings.
  func penalty(ratings: Int) -> Float { penalty + penaltyPerRating * Float(ratings) }
}

/// What `ials` needs to know of training to say why: how ratings weigh, and the penalty of a user's
/// factors.
public struct ImplicitDetails: Equatable, Sendable {
  /// λ.
  public var l2: Double
  /// α₀.
  public var background: Double
  /// ν.
  public var exponent: Double
  /// The rating from which an item is liked.
  public var threshold: Double
  /// The weight of a rating below it.
  public var lowWeight: Double

  /// Wraps settings.
  public init(
    l2: Double, background: Double, exponent: Double, threshold: Double, lowWeight: Double
  ) {
    self.l2 = l2
    self.background = background
    self.exponent = exponent
    self.threshold = threshold
    self.lowWeight = lowWeight
  }

  /// Those of a training.
  init(_ options: ImplicitOptions, l2: Double) {
    self.init(
      l2: l2, background: options.background, exponent: options.exponent,
      threshold: options.threshold, lowWeight: options.lowWeight)
  }

  private var options: ImplicitOptions {
    var options = ImplicitOptions()
    (options.background, options.exponent) = (background, exponent)
    (options.threshold, options.lowWeight) = (threshold, lowWeight)
    return options
  }

  /// The weight of a rating.
  func confidence(of rating: Float) -> Float { options.confidence(of: rating) }

  /// The penalty of a user with a number of ratings.
  func penalty(ratings: Int, items: Int) -> Float {
    options.scale(ratings: ratings, others: items) * Float(l2)
  }
}
