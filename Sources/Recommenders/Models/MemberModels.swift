import Ratings

/// Models that were trained on the same ratings and of which one is made.
struct MemberModels: Sendable {
  let models: [any RatingPredictor]

  /// Joins models.
  ///
  /// - Precondition: There is at least one.
  init(_ models: [any RatingPredictor]) {
    precondition(!models.isEmpty, "a model is missing")
    self.models = models
  }

  /// Creates models from the tensors of a bundle, those of model *m* named `model_<m>.<name>`.
  static func models(
    _ configurations: [ModelConfiguration], tensors: [NamedTensor], trainingCounts: TrainingCounts
  ) throws(ModelError) -> [any RatingPredictor] {
    var models: [any RatingPredictor] = []
    for (number, configuration) in configurations.enumerated() {
      let prefix = prefix(number)
      let own = tensors.filter { $0.name.hasPrefix(prefix) }.map {
        NamedTensor(
          name: String($0.name.dropFirst(prefix.count)), shape: $0.shape, values: $0.values)
      }
      models.append(
        try ModelRestoration.model(configuration, tensors: own, trainingCounts: trainingCounts))
    }
    return models
  }

  private static func prefix(_ number: Int) -> String { "model_\(number + 1)." }

  /// The configuration of what is made of them.
  func configuration(_ type: ModelType, _ details: ModelDetails) -> ModelConfiguration {
    let first = models[0].configuration
    return ModelConfiguration(
      type: type, users: first.users, items: first.items, factors: 0, hidden: [],
      link: .identity, cold: first.cold, scale: first.scale, trainMean: first.trainMean,
      details: details)
  }

  /// The parameters of all models, their names after `model_<m>.`.
  var tensors: [NamedTensor] {
    models.enumerated().flatMap { number, model in
      model.tensors.map {
        NamedTensor(name: Self.prefix(number) + $0.name, shape: $0.shape, values: $0.values)
      }
    }
  }

  /// The names and shapes of the parameters of all models.
  var tensorShapes: [TensorShape] {
    models.enumerated().flatMap { number, model in
      model.tensorShapes.map {
        TensorShape(name: Self.prefix(number) + $0.name, shape: $0.shape)
      }
    }
  }

  /// How many training ratings each user and item had.
  var trainingCounts: TrainingCounts { models[0].trainingCounts }

  /// The predicted ratings of a user for several items, by model.
  func ratings(by user: UserIndex, of items: [UInt32]) -> [[Float]] {
    models.map { model in
      let configuration = model.configuration
      return model.rankingKeys(by: user, of: items).map { configuration.rating(ofKey: $0) }
    }
  }

  /// The predicted ratings of rows, by model.
  func predictions(of rows: RatingColumns, threads: Int) -> [[Float]] {
    models.map { $0.predictions(of: rows, threads: threads).ratings }
  }
}
