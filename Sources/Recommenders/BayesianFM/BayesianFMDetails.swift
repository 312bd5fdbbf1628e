/// What a `bayesian-fm` model needs besides its tensors.
public struct BayesianFMDetails: Equatable, Sendable {
  /// How many samples there are.
  public var samples: Int
  /// What the model knows besides user and item.
  public var features: [ModelFeature]
  /// The ratings of the ordered probit's levels, ascending; empty if the noise is normal.
  public var levels: [Float]
  /// The time of the newest training row in seconds since 1970-01-01 UTC; `nil` without timestamps.
  public var asOf: Int64?

  /// Puts the parts together.
  public init(samples: Int, features: [ModelFeature], levels: [Float], asOf: Int64?) {
    self.samples = samples
    self.features = features
    self.levels = levels
    self.asOf = asOf
  }
}
