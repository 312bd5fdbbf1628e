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
  private let models: [any RatingPredictor]
  private let weights: [Float]

  /// Joins models that were trained on the same ratings.
  ///
  /// - Precondition: There are as many weights as models, and at least one.
  public init(_ models: [any RatingPredictor], weights: [Float]) {
    precondition(!models.isEmpty && models.count == weights.count, "a weight or a model is missing")
    let first = models[0].configuration
    self.models = models
    self.weights = weights
    configuration = ModelConfiguration(
      type: .blend, users: first.users, items: first.items, factors: 0, hidden: [],
      link: .identity, cold: first.cold, scale: first.scale, trainMean: first.trainMean,
      details: .blend(BlendDetails(models: models.map(\.configuration), weights: weights)))
  }

  /// Creates the blend from the tensors of a bundle, those of model *m* named `model_<m>.<name>`.
  init(
    _ details: BlendDetails, tensors: [NamedTensor], trainingCounts: TrainingCounts
  ) throws(ModelError) {
    var models: [any RatingPredictor] = []
    for (number, configuration) in details.models.enumerated() {
      let prefix = Self.prefix(number)
      let own = tensors.filter { $0.name.hasPrefix(prefix) }.map {
        NamedTensor(
          name: String($0.name.dropFirst(prefix.count)), shape: $0.shape, values: $0.values)
      }
      models.append(
        try ModelRestoration.model(configuration, tensors: own, trainingCounts: trainingCounts))
    }
    self.init(models, weights: details.weights)
  }

  private static func prefix(_ number: Int) -> String { "model_\(number + 1)." }

  /// The parameters of all models, their names after `model_<m>.`.
  public var tensors: [NamedTensor] {
    models.enumerated().flatMap { number, model in
      model.tensors.map {
        NamedTensor(name: Self.prefix(number) + $0.name, shape: $0.shape, values: $0.values)
      }
    }
  }

  /// The names and shapes of the parameters of all models.
  public var tensorShapes: [TensorShape] {
    models.enumerated().flatMap { number, model in
      model.tensorShapes.map {
        TensorShape(name: Self.prefix(number) + $0.name, shape: $0.shape)
      }
    }
  }

  /// How many training ratings each user and item had.
  public var trainingCounts: TrainingCounts { models[0].trainingCounts }

  /// The ranking key of one pair.
  public func rankingKey(of item: ItemIndex, by user: UserIndex) -> Float {
    rankingKeys(by: user, of: [item.rawValue])[0]
  }

  /// The keys of several items, summed over the models in their order.
  public func rankingKeys(by user: UserIndex, of items: [UInt32]) -> [Float] {
    var sums = [Float](repeating: 0, count: items.count)
    for (model, weight) in zip(models, weights) {
      let configuration = model.configuration
      let keys = model.rankingKeys(by: user, of: items)
      for place in sums.indices { sums[place] += weight * configuration.rating(ofKey: keys[place]) }
    }
    for place in sums.indices { sums[place] -= configuration.trainMean }
    return sums
  }

  /// The weighted sum of what the models predict for the rows, without deviations.
  public func predictions(of rows: RatingColumns, threads: Int) -> RatingPredictions {
    var sums = [Float](repeating: 0, count: rows.count)
    for (model, weight) in zip(models, weights) {
      let ratings = model.predictions(of: rows, threads: threads).ratings
      for row in sums.indices { sums[row] += weight * ratings[row] }
    }
    return RatingPredictions(ratings: sums)
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
    guard models.allSatisfy({ $0.configuration.link == .identity }) else { return { _ in nil } }
    let parts = models.map { $0.contributions(by: user, of: rated) }
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
