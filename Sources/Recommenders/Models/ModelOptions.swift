/// The kinds of model that can be trained.
public enum ModelType: String, CaseIterable, Sendable {
  /// Global mean and damped offsets of users and items; the baseline of every run.
  case bias
  /// The dot product of a user's and an item's factors.
  case dot
  /// The dot product with user and item biases.
  case biasedDot = "biased-dot"
  /// A small network over the concatenated factors.
  case neural
  /// The biased dot product, trained as a probability by cross-entropy.
  case logisticDot = "logistic-dot"
  /// The biased dot product with what a user rated added to the user's factors.
  case svdPlusPlus = "svd-plus-plus"
  /// The biased dot product by alternating least squares.
  case als
  /// The ratings of the most similar items, around the bias baseline.
  case itemKNN = "item-knn"
  /// A factorization machine over ids and features, sampled by Gibbs.
  case bayesianFM = "bayesian-fm"
  /// A linear model from what a user rated to what the user would rate, in closed form.
  case ease
  /// The dot product of factors of implicit feedback, by alternating least squares.
  case ials
  /// A weighted sum of other models; made by `select`, not named in a job.
  case blend
  /// A model corrected by trees over what other models predict; made by `select`, not named in a job.
  case stack

  /// The types that a job can name.
  public static let trainable = allCases.filter { !$0.isMadeOfSeveral }

  /// Whether it is made of several models.
  public var isMadeOfSeveral: Bool { self == .blend || self == .stack }

  /// Whether the ranking key says how likely a user is to choose an item, and not how the user would
  /// rate it.
  public var isRelevance: Bool { self == .ease || self == .ials }

  /// Whether training has no epochs: the model is found in one step.
  public var isFitted: Bool { self == .bias || self == .itemKNN || self == .ease }

  /// Whether it is trained by steps along the gradient, with an optimizer.
  public var takesSteps: Bool {
    switch self {
    case .dot, .biasedDot, .neural, .logisticDot: true
    case .bias, .svdPlusPlus, .als, .itemKNN, .bayesianFM, .ease, .ials, .blend, .stack: false
    }
  }

  /// Whether early stopping can look for the best number of epochs. A sampler's mean and a relevance
  /// model are trained for a fixed number.
  public var hasBestEpoch: Bool { !isFitted && self != .bayesianFM && self != .ials }

  /// Whether the model has factors of users and items.
  public var hasFactors: Bool {
    switch self {
    case .bias, .itemKNN, .ease, .blend, .stack: false
    case .dot, .biasedDot, .neural, .logisticDot, .svdPlusPlus, .als, .bayesianFM, .ials: true
    }
  }

  /// Whether the ranking key has a bias of the user and one of the item.
  public var hasBiases: Bool {
    switch self {
    case .bias, .biasedDot, .logisticDot, .svdPlusPlus, .als: true
    case .dot, .neural, .itemKNN, .bayesianFM, .ease, .ials, .blend, .stack: false
    }
  }

  /// The number of factors where the job does not say.
  public var customaryFactors: Int {
    switch self {
    case .bayesianFM: 8
    case .svdPlusPlus: 30
    case .ials: 64
    default: 50
    }
  }
}

/// How a model's raw score becomes a rating.
public enum Link: String, CaseIterable, Sendable {
  /// `sigmoid`, the only link of models that have just one.
  case auto
  /// The logistic function, scaled to the range of the ratings.
  case sigmoid
  /// The score plus the mean of the training ratings.
  case identity
}

/// What is predicted for a pair whose user or item training never saw.
public enum ColdPolicy: String, CaseIterable, Sendable {
  /// The terms that training did see: the known side's bias where the model has biases, else the
  /// mean of the training ratings. Where a model with biases saw neither side, the key is 0.
  case knownTerms = "known-terms"
  /// The untrained parameters of the unseen side, as Keras does.
  case asTrained = "as-trained"
}

/// The model of a job and its shape.
public struct ModelOptions: Equatable, Sendable {
  /// The kind of model. The default is `biased-dot`.
  public var type: ModelType = .biasedDot
  /// The number of factors of each user and item as it was given; `nil` stands for the customary
  /// number of the type.
  public var givenFactors: Int?
  /// The number of factors of each user and item. The default is that of the type, 50 for most.
  public var factors: Int {
    get { givenFactors ?? type.customaryFactors }
    set { givenFactors = newValue }
  }
  /// The link of `biased-dot`. The default, `auto`, is `sigmoid`.
  public var link: Link = .auto
  /// The widths of the hidden layers of `neural`. The default is one layer of 10.
  public var hidden: [Int] = [10]
  /// The share of `neural`'s inputs, and of each hidden layer's outputs, dropped in training.
  /// The default is 0.05 of the inputs and 0.5 of a hidden layer.
  public var inputDropout: Double = 0.05
  /// The share of each hidden layer's outputs dropped in training. The default is 0.5.
  public var hiddenDropout: Double = 0.5
  /// What `ials` makes of ratings, and for how long it trains.
  public var implicit = ImplicitOptions()
  /// The number of factors of each user of `neural`. The default is `factors`.
  public var userFactors: Int?
  /// The number of factors of each item of `neural`. The default is `factors`.
  public var itemFactors: Int?
  /// What `neural` and `bayesian-fm` know besides user and item. The default is nothing for `neural`,
  /// for `bayesian-fm` all that the data has and that needs no time.
  public var features: [ModelFeature]?
  /// What is predicted where training saw neither or only one side. The default is `known-terms`.
  public var cold: ColdPolicy = .knownTerms
  /// How `bayesian-fm` is sampled.
  public var bayesianFM = BayesianFMOptions()
  /// The settings of `item-knn`.
  public var neighbourhood = NeighbourOptions()
  /// How `ease` learns.
  public var ease = EaseOptions()

  /// Creates the default options.
  public init() {}

  /// The number of factors that the model's tables have: `svd-plus-plus` has two more, which hold what
  /// a pair adds to both histories.
  public var storedFactors: Int {
    guard type.hasFactors else { return 0 }
    return factors + (type == .svdPlusPlus ? PairHistory.lanes : 0)
  }

  /// The number of epochs of a model that no validation rating says when to stop; `nil` for others.
  public var fixedEpochs: Int? {
    switch type {
    case .ials: implicit.sweeps
    case .bayesianFM: bayesianFM.epochs
    default: nil
    }
  }
}
