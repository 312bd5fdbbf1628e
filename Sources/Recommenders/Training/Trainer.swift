public import Ratings

/// Trains a model on rows of ratings, with early stopping on other rows.
///
/// The trainer never sees held-out rows unless the caller passes them as validation rows.
public struct Trainer: Sendable {
  private let model: ModelOptions
  private let training: TrainingOptions
  private let resolved: ResolvedTraining
  private let users: Int
  private let items: Int
  private let scale: RatingScale
  private let threads: Int

  /// Prepares training.
  ///
  /// - Parameters:
  ///   - model: The model to train.
  ///   - training: How to train it.
  ///   - resolved: The same, with every choice made.
  ///   - users: The number of users of the dataset.
  ///   - items: The number of items of the dataset.
  ///   - scale: The rating scale of the dataset.
  ///   - threads: The number of threads; it has no influence on the model.
  public init(
    model: ModelOptions, training: TrainingOptions, resolved: ResolvedTraining, users: Int,
    items: Int, scale: RatingScale, threads: Int = 1
  ) {
    self.model = model
    self.training = training
    self.resolved = resolved
    self.users = users
    self.items = items
    self.scale = scale
    self.threads = threads
  }

  /// Trains until early stopping or the last epoch.
  ///
  /// - Parameters:
  ///   - ratings: The rows to learn from.
  ///   - validation: The rows that early stopping watches; without any, all epochs are trained.
  ///   - onEpoch: Is handed each epoch's record as it ends.
  /// - Returns: The model of the best epoch or of the last, with the records of all epochs.
  /// - Throws: ``TrainingError`` if a loss is not finite, there are no rows, or the task is cancelled.
  /// - Complexity: O(epochs × ratings × factors), for `adam` O(epochs × batches × parameters).
  public func train(
    on ratings: RatingSubset, validation: RatingSubset,
    onEpoch: (EpochRecord) -> Void
  ) throws(TrainingError) -> TrainedModel {
    let stopping = validation.count > 0 ? training.earlyStopping : nil
    return try train(
      on: ratings, validation: validation, epochs: training.maxEpochs, stopping: stopping,
      onEpoch: onEpoch)
  }

  /// Trains a fixed number of epochs from the same starting weights, without validation rows.
  ///
  /// - Throws: As ``train(on:validation:onEpoch:)``.
  public func refit(
    on ratings: RatingSubset, epochs: Int, onEpoch: (EpochRecord) -> Void
  ) throws(TrainingError) -> TrainedModel {
    try train(
      on: ratings, validation: RatingSubset(ratings.columns, rows: []), epochs: epochs,
      stopping: nil, onEpoch: onEpoch)
  }

  private func train(
    on ratings: RatingSubset, validation: RatingSubset, epochs: Int,
    stopping options: EarlyStoppingOptions?, onEpoch: (EpochRecord) -> Void
  ) throws(TrainingError) -> TrainedModel {
    guard ratings.count > 0 else { throw .noTrainingRows }
    if model.type == .bias {
      let model = BiasModel.fit(
        ratings, users: users, items: items, scale: scale, threads: threads)
      return TrainedModel(model: model, history: [], bestEpoch: 0)
    }
    var state = start(on: ratings, validation: validation)
    var stopping = options.map { EarlyStopping($0) }
    var best: (any EpochTraining)?
    var history: [EpochRecord] = []
    var learningRate = resolved.learningRate
    epochs: for epoch in 1...max(epochs, 1) {
      let trainLoss = try state.trainEpoch(epoch, learningRate: Float(learningRate))
      let record = try Self.record(
        epoch, trainLoss: trainLoss, learningRate: learningRate, validation: state.validate())
      history.append(record)
      onEpoch(record)
      learningRate *= resolved.learningRateDecay
      guard let options, let value = Self.value(of: record, options.monitor) else { continue }
      switch stopping?.observe(value, epoch: epoch) {
      case .better: if options.restoreBest { best = state }
      case .stop: break epochs
      case .notBetter, nil: break
      }
    }
    let bestEpoch = stopping?.bestEpoch ?? history.count
    let isRestored = options?.restoreBest ?? false
    return TrainedModel(
      model: (best ?? state).model(), history: history,
      bestEpoch: isRestored ? bestEpoch : history.count)
  }

  private func start(on ratings: RatingSubset, validation: RatingSubset) -> any EpochTraining {
    let counts = TrainingCounts(ratings, users: users, items: items)
    let configuration = ModelConfiguration(
      type: model.type, users: users, items: items, factors: model.factors,
      hidden: model.type == .neural ? model.hidden : [], link: resolved.link, cold: model.cold,
      scale: scale, trainMean: Float(BiasModel.mean(of: ratings)))
    if resolved.schedule == .blocks {
      return BlockTraining(
        configuration, options: training, resolved: resolved, counts: counts, ratings: ratings,
        validation: validation, threads: threads)
    }
    let l2 = Float(resolved.l2)
    let wholeTables = Optimizer(resolved).penalizesWholeTables
    let state: any ModelInTraining =
      configuration.type == .neural
      ? NeuralTraining(
        configuration, options: model, seed: training.seed, l2: l2,
        penalizesWholeTables: wholeTables, batchSize: training.batchSize)
      : FactorTraining(
        configuration, seed: training.seed, l2: l2, penalizesWholeTables: wholeTables,
        batchSize: training.batchSize)
    return MinibatchTraining(
      state, configuration, counts: counts, options: training, resolved: resolved,
      ratings: ratings, validation: validation, threads: threads)
  }

  private static func record(
    _ epoch: Int, trainLoss: Double, learningRate: Double, validation: (loss: Double, rmse: Double)?
  ) throws(TrainingError) -> EpochRecord {
    let values = [trainLoss, validation?.loss ?? 0, validation?.rmse ?? 0]
    guard values.allSatisfy(\.isFinite) else {
      throw .diverged(epoch: epoch, learningRate: learningRate)
    }
    return EpochRecord(
      epoch: epoch, trainLoss: trainLoss, validationLoss: validation?.loss,
      validationRMSE: validation?.rmse, learningRate: learningRate)
  }

  private static func value(of record: EpochRecord, _ monitor: MonitoredValue) -> Double? {
    switch monitor {
    case .validationRMSE: record.validationRMSE
    case .validationLoss: record.validationLoss
    }
  }
}

/// What training ended with.
public struct TrainedModel: Sendable {
  /// The model, of the best epoch or of the last.
  public let model: any RatingPredictor
  /// A record of each epoch that was trained.
  public let history: [EpochRecord]
  /// The epoch whose parameters the model has; 0 for a model that has no epochs.
  public let bestEpoch: Int
}
