/// How a `bayesian-fm` model takes ratings to arise.
public enum RatingLikelihood: String, CaseIterable, Sendable {
  /// A rating is the score and normal noise.
  case gaussian
  /// A rating is the interval between sampled cut-points that the score and standard normal noise
  /// fall into.
  case orderedProbit = "ordered-probit"
}

/// What is done to ratings before a model learns from them, and undone in its predictions.
public enum RatingStandardization: String, CaseIterable, Sendable {
  /// Nothing.
  case none
  /// Each user's ratings lose the user's mean and are divided by the user's standard deviation.
  case user
}

/// How a `bayesian-fm` model is sampled.
public struct BayesianFMOptions: Equatable, Sendable {
  /// The number of Gibbs iterations after the burn-in, of each chain. The default is 300.
  public var samples: Int = 300
  /// The number of iterations that are thrown away first. The default is 20.
  public var burnIn: Int = 20
  /// The number of chains, which start from different numbers and are averaged. The default is 1.
  public var chains: Int = 1
  /// How many samples of all chains together the model keeps, evenly spaced. The default is 48.
  public var keptSamples: Int = 48
  /// How ratings arise. The default is `gaussian`.
  public var likelihood: RatingLikelihood = .gaussian
  /// What the model knows besides user and item; `nil`, the default, is all that the data has and that
  /// needs no time.
  public var features: [ModelFeature]?
  /// What is done to ratings first. The default is `user`; `ordered-probit` takes ratings as they are.
  public var standardize: RatingStandardization = .user

  /// The most factors: the sums that a draw starts from grow with their square and lie on the stack.
  public static let mostFactors = 256

  /// Creates the default options.
  public init() {}
}
