public import Kernels
public import Ratings

/// The settings of a blend: those of its models, and their weights.
public struct BlendDetails: Equatable, Sendable {
  /// The configurations of the models.
  public var models: [ModelConfiguration]
  /// The weights of their predicted ratings.
  public var weights: [Float]

  /// Puts the parts together.
  public init(models: [ModelConfiguration], weights: [Float]) {
    self.models = models
    self.weights = weights
  }
}

/// A weighted sum of models: r̂_ui = Σ_m w_m·r̂_m,ui.
///
/// The key is the sum without the mean rating, as for every model with the identity link.
public struct BlendModel: RatingPredictor {
  /// What the parameters mean.
  public let configuration: ModelConfiguration
  private let members: MemberModels
  private let weights: [Float]

  /// Joins models that were trained on the same ratings.
  ///
  /// - Precondition: There are as many weights as models, and at least one.
  public init(_ models: [any RatingPredictor], weights: [Float]) {
    precondition(models.count == weights.count, "a weight or a model is missing")
    let members = MemberModels(models)
    self.members = members
    self.weights = weights
    configuration = members.configuration(
      .blend, .blend(BlendDetails(models: models.map(\.configuration), weights: weights)))
  }

  /// Creates the blend from the tensors of a bundle.
  init(
    _ details: BlendDetails, tensors: [NamedTensor], trainingCounts: TrainingCounts
  ) throws(ModelError) {
    self.init(
      try MemberModels.models(details.models, tensors: tensors, trainingCounts: trainingCounts),
      weights: details.weights)
  }

  /// The parameters of all models, their names after `model_<m>.`.
  public var tensors: [NamedTensor] { members.tensors }

  /// The names and shapes of the parameters of all models.
  public var tensorShapes: [TensorShape] { members.tensorShapes }

  /// How many training ratings each user and item had.
  public var trainingCounts: TrainingCounts { members.trainingCounts }

  /// The ranking key of one pair.
  public func rankingKey(of item: ItemIndex, by user: UserIndex) -> Float {
    rankingKeys(by: user, of: [item.rawValue])[0]
  }

  /// The keys of several items, summed over the models in their order.
  public func rankingKeys(by user: UserIndex, of items: [UInt32]) -> [Float] {
    sums(members.ratings(by: user, of: items)).map { $0 - configuration.trainMean }
  }

  /// The weighted sum of what the models predict for the rows, without deviations.
  public func predictions(of rows: RatingColumns, threads: Int) -> RatingPredictions {
    RatingPredictions(ratings: sums(members.predictions(of: rows, threads: threads)))
  }

  private func sums(_ ratings: [[Float]]) -> [Float] {
    var sums = [Float](repeating: 0, count: ratings[0].count)
    for (ratings, weight) in zip(ratings, weights) {
      for place in sums.indices { sums[place] += weight * ratings[place] }
    }
    return sums
  }

  /// What each rated item adds to the key of an item; `nil` where a model of the blend cannot tell.
  public func contributions(
    to item: ItemIndex, by user: UserIndex, of rated: [RatedItem]
  ) -> [Float]? {
    contributions(by: user, of: rated)(item)
  }

  /// The weighted sum of what the models say.
  public func contributions(
    by user: UserIndex, of rated: [RatedItem]
  ) -> (ItemIndex) -> [Float]? {
    // A rating is a sum only where its key is.
    guard members.models.allSatisfy({ $0.configuration.link == .identity }) else {
      return { _ in nil }
    }
    let parts = members.models.map { $0.contributions(by: user, of: rated) }
    return { item in
      var sums = [Float](repeating: 0, count: rated.count)
      for (part, weight) in zip(parts, weights) {
        guard let shares = part(item) else { return nil }
        for place in sums.indices { sums[place] += weight * shares[place] }
      }
      return sums
    }
  }

  /// A way to the items with the greatest ranking keys.
  public func selection(of candidates: [UInt32]) -> any RowSelection {
    KeySelection(candidates: candidates) { user in
      rankingKeys(by: UserIndex(user), of: candidates)
    }
  }
}
