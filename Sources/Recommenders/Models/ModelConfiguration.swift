public import Ratings
import Kernels

/// What a model's parameters mean: everything that predictions need besides the tensors.
public struct ModelConfiguration: Equatable, Sendable {
  /// The kind of model.
  public var type: ModelType
  /// The number of users.
  public var users: Int
  /// The number of items.
  public var items: Int
  /// The number of factors of each user and item; 0 for `bias`.
  public var factors: Int
  /// The widths of the hidden layers; empty unless `neural`.
  public var hidden: [Int]
  /// How a ranking key becomes a rating; never `auto`.
  public var link: Link
  /// What is predicted for pairs that training did not see both sides of.
  public var cold: ColdPolicy
  /// The least and the greatest rating of the dataset.
  public var scale: RatingScale
  /// μ, the mean of the training ratings.
  public var trainMean: Float
  /// What only models of this type have.
  public var details: ModelDetails

  /// Creates a configuration from its parts.
  public init(
    type: ModelType, users: Int, items: Int, factors: Int, hidden: [Int], link: Link,
    cold: ColdPolicy, scale: RatingScale, trainMean: Float, details: ModelDetails = .none
  ) {
    self.type = type
    self.users = users
    self.items = items
    self.factors = factors
    self.hidden = hidden
    self.link = link
    self.cold = cold
    self.scale = scale
    self.trainMean = trainMean
    self.details = details
  }

  /// r_max − r_min.
  public var range: Float { scale.maximum - scale.minimum }

  /// What the identity link adds to a key: μ, or 0 for `dot`, whose factors carry the mean, and for
  /// relevance models, whose keys are no ratings.
  public var offset: Float { type == .dot || type.isRelevance ? 0 : trainMean }

  /// The rating that a ranking key stands for; never falls when the key rises.
  public func rating(ofKey key: Float) -> Float {
    switch link {
    case .sigmoid: Activations.sigmoid(key) * range + scale.minimum
    case .identity, .auto: key + offset
    }
  }

  /// The key of the mean training rating, for pairs that a model knows nothing of.
  public var meanKey: Float {
    switch link {
    case .identity, .auto: return trainMean - offset
    case .sigmoid:
      guard range > 0 else { return 0 }
      let share = Double((trainMean - scale.minimum) / range)
      let bounded = Swift.min(Swift.max(share, 1e-6), 1 - 1e-6)
      return Float(Activations.logarithm(bounded / (1 - bounded)))
    }
  }
}
