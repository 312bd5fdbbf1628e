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
  /// The number of factors of each user and item. The default is 50.
  public var factors: Int = 50
  /// The link of `biased-dot`. The default, `auto`, is `sigmoid`.
  public var link: Link = .auto
  /// The widths of the hidden layers of `neural`. The default is one layer of 10.
  public var hidden: [Int] = [10]
  /// The share of `neural`'s inputs, and of each hidden layer's outputs, dropped in training.
  /// The default is 0.05 of the inputs and 0.5 of a hidden layer.
  public var inputDropout: Double = 0.05
  /// The share of each hidden layer's outputs dropped in training. The default is 0.5.
  public var hiddenDropout: Double = 0.5
  /// The number of factors of each user of `neural`. The default is `factors`.
  public var userFactors: Int?
  /// The number of factors of each item of `neural`. The default is `factors`.
  public var itemFactors: Int?
  /// What `neural` knows besides user and item. The default is nothing.
  public var features: [FeatureName] = []
  /// What is predicted where training saw neither or only one side. The default is `known-terms`.
  public var cold: ColdPolicy = .knownTerms

  /// Creates the default options.
  public init() {}
}

/// What a model can know of a rating besides its user and item.
public enum FeatureName: String, CaseIterable, Sendable {
  /// The item's genres.
  case genres
  /// The time of the rating.
  case date
}
