import Kernels
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
  private let details: [ItemDetails]
  /// The number of threads; it has no influence on the model.
  public var threads: Int

  /// Prepares training.
  ///
  /// - Parameters:
  ///   - model: The model to train.
  ///   - training: How to train it.
  ///   - resolved: The same, with every choice made.
  ///   - users: The number of users of the dataset.
  ///   - items: The number of items of the dataset.
  ///   - scale: The rating scale of the dataset.
  ///   - details: Title and genres of each item; may be empty.
  ///   - threads: The number of threads; it has no influence on the model.
  public init(
    model: ModelOptions, training: TrainingOptions, resolved: ResolvedTraining, users: Int,
    items: Int, scale: RatingScale, details: [ItemDetails] = [], threads: Int = 1
  ) {
    self.model = model
    self.training = training
    self.resolved = resolved
    self.users = users
    self.items = items
    self.scale = scale
    self.details = details
    self.threads = threads
  }

  /// Whether the model is trained epoch by epoch, and not found in one step.
  public var hasEpochs: Bool { !model.type.isFitted }

  /// The number of epochs that are trained where early stopping does not end it.
  public var epochs: Int { model.fixedEpochs ?? training.maxEpochs }

  /// Trains until early stopping or the last epoch.
  ///
  /// - Parameters:
  ///   - ratings: The rows to learn from.
  ///   - validation: The rows that early stopping watches; without any, all epochs are trained.
  ///   - progress: How far an earlier process came with the same training, which then goes on to the
  ///     same bits. Tables of other shapes are passed over, and training begins anew.
  ///   - onEpoch: Is handed each epoch's record as it ends.
  ///   - checkpoint: Is called after that with a way to ask for the progress. What it throws ends the
  ///     training.
  /// - Returns: The model of the best epoch or of the last, with the records of all epochs.
  /// - Throws: ``TrainingError`` if a loss is not finite, there are no rows, or the task is cancelled.
  /// - Complexity: O(epochs × ratings × factors), for `adam` O(epochs × batches × parameters).
  public func train(
    on ratings: RatingSubset, validation: RatingSubset, resuming progress: TrainingProgress? = nil,
    onEpoch: (EpochRecord) -> Void, checkpoint: Checkpointing = { _ in }
  ) throws(TrainingError) -> TrainedModel {
    let stopping =
      validation.count > 0 && model.type.hasBestEpoch ? training.earlyStopping : nil
    return try train(
      on: ratings, validation: validation, epochs: epochs, stopping: stopping,
      resuming: progress, onEpoch: onEpoch, checkpoint: checkpoint)
  }

  /// Takes note of a training's progress, if it asks for it.
  public typealias Checkpointing = (() -> TrainingProgress) throws(TrainingError) -> Void

  /// Trains a fixed number of epochs from the same starting weights, without validation rows.
  ///
  /// - Throws: As ``train(on:validation:resuming:onEpoch:checkpoint:)``.
  public func refit(
    on ratings: RatingSubset, epochs: Int, resuming progress: TrainingProgress? = nil,
    onEpoch: (EpochRecord) -> Void, checkpoint: Checkpointing = { _ in }
  ) throws(TrainingError) -> TrainedModel {
    try train(
      on: ratings, validation: RatingSubset(ratings.columns, rows: []), epochs: epochs,
      stopping: nil, resuming: progress, onEpoch: onEpoch, checkpoint: checkpoint)
  }

  /// The model that a training on these rows ended with, from its parameters.
  ///
  /// - Throws: ``ModelError`` if they are not those of such a model.
  public func model(
    of tensors: [NamedTensor], on ratings: RatingSubset
  ) throws(ModelError) -> any RatingPredictor {
    if model.type == .bayesianFM {
      // It goes on knowing what users rated before, which a bundle does not.
      let inputs = inputs(ratings, validation: RatingSubset(ratings.columns, rows: []))
      return try BayesianFMModel.restored(
        configuration(on: ratings), options: model.machine, tensors: tensors, inputs: inputs)
    }
    return try ModelRestoration.model(
      configuration(on: ratings), tensors: tensors,
      trainingCounts: TrainingCounts(ratings, users: users, items: items))
  }

  private func inputs(_ ratings: RatingSubset, validation: RatingSubset) -> TrainingInputs {
    TrainingInputs(
      ratings: ratings, validation: validation, users: users, items: items, scale: scale,
      details: details, seed: training.seed, threads: threads)
  }

  private func train(
    on ratings: RatingSubset, validation: RatingSubset, epochs: Int,
    stopping options: EarlyStoppingOptions?, resuming progress: TrainingProgress?,
    onEpoch: (EpochRecord) -> Void, checkpoint: Checkpointing
  ) throws(TrainingError) -> TrainedModel {
    guard ratings.count > 0 else { throw .noTrainingRows }
    let inputs = inputs(ratings, validation: validation)
    if model.type.isFitted {
      return TrainedModel(model: try fit(inputs), history: [], bestEpoch: 0)
    }
    var state = try start(inputs)
    var course = TrainingCourse(resolved, stopping: options)
    var history: [EpochRecord] = []
    var best: [EmbeddingTable]?
    if let progress, state.resume(from: progress) {
      history = progress.history
      best = progress.bestWeights
      for record in history { course.observe(record) }
    }
    while !course.isOver, history.count < max(epochs, 1) {
      let epoch = history.count + 1
      let learningRate = course.learningRate
      let trainLoss = try state.trainEpoch(epoch, learningRate: Float(learningRate))
      let record = try Self.record(
        epoch, trainLoss: trainLoss, learningRate: learningRate, validation: state.validate())
      history.append(record)
      onEpoch(record)
      if course.observe(record), options?.restoreBest == true { best = state.weights }
      try checkpoint {
        TrainingProgress(
          history: history, weights: state.weights, memory: state.memory, bestWeights: best)
      }
    }
    if let best { state.weights = best }
    let isRestored = options?.restoreBest ?? false
    return TrainedModel(
      model: state.model(), history: history,
      bestEpoch: (isRestored ? course.bestEpoch : nil) ?? history.count)
  }

  /// The model of a type that is found in one step.
  private func fit(_ inputs: TrainingInputs) throws(TrainingError) -> any RatingPredictor {
    switch model.type {
    case .bias:
      return BiasModel.fit(
        inputs.ratings, users: users, items: items, scale: scale, threads: threads)
    case .itemKNN:
      return try ItemNeighbourModel.fit(inputs, options: model.neighbourhood)
    case .ease:
      var options = model.ease
      options.l2 = training.l2 ?? options.l2
      return try EaseModel.fit(
        inputs.ratings, configuration(on: inputs.ratings), options: options, details: details,
        threads: threads)
    default:
      throw .unsuitable(model: model.type, reason: "there is no training for it")
    }
  }

  /// The start of a training that goes on epoch by epoch.
  private func start(_ inputs: TrainingInputs) throws(TrainingError) -> any EpochTraining {
    let configuration = configuration(on: inputs.ratings)
    switch model.type {
    case .dot, .biasedDot, .logisticDot:
      guard resolved.schedule == .blocks else { return minibatches(inputs, configuration) }
      return BlockTraining(
        configuration, options: training, resolved: resolved,
        counts: TrainingCounts(inputs.ratings, users: users, items: items),
        ratings: inputs.ratings, validation: inputs.validation, threads: threads)
    case .neural:
      return minibatches(inputs, configuration)
    case .bayesianFM:
      return try BayesianFMTraining(configuration, options: model.machine, inputs: inputs)
    case .als, .svdPlusPlus:
      return AlternatingTraining(configuration, inputs: inputs, l2: Float(resolved.l2))
    case .ials:
      return ImplicitTraining(
        configuration, inputs: inputs, options: model.implicit, l2: Float(resolved.l2))
    case .bias, .itemKNN, .ease, .blend, .stack:
      throw .unsuitable(model: model.type, reason: "there is no training for it")
    }
  }

  private func minibatches(
    _ inputs: TrainingInputs, _ configuration: ModelConfiguration
  ) -> MinibatchTraining {
    let l2 = Float(resolved.l2)
    let wholeTables = Optimizer(resolved).penalizesWholeTables
    let state: any ModelInTraining =
      configuration.type == .neural
      ? NeuralTraining(
        configuration, options: model, encodings: encodings(on: inputs.ratings),
        seed: training.seed, l2: l2, penalizesWholeTables: wholeTables,
        batchSize: training.batchSize)
      : FactorTraining(
        configuration, seed: training.seed, l2: l2, penalizesWholeTables: wholeTables,
        batchSize: training.batchSize)
    return MinibatchTraining(
      state, configuration, counts: TrainingCounts(inputs.ratings, users: users, items: items),
      options: training, resolved: resolved, ratings: inputs.ratings,
      validation: inputs.validation, threads: threads)
  }

  private func encodings(on ratings: RatingSubset) -> FeatureTables.Encodings {
    FeatureTables.Encodings(model, ratings: ratings, users: users, items: items, details: details)
  }

  private func details(on ratings: RatingSubset) -> ModelDetails {
    switch model.type {
    case .neural: ModelDetails(model, encodings(on: ratings))
    case .itemKNN: .itemKNN(model.neighbourhood.details)
    case .als, .svdPlusPlus: .ridge(RidgeDetails(model.type, l2: Float(resolved.l2)))
    case .ials: .implicit(ImplicitDetails(model.implicit, l2: resolved.l2))
    default: .none
    }
  }

  private func configuration(on ratings: RatingSubset) -> ModelConfiguration {
    ModelConfiguration(
      type: model.type, users: users, items: items,
      factors: model.storedFactors,
      hidden: model.type == .neural ? model.hidden : [], link: resolved.link, cold: model.cold,
      scale: scale, trainMean: Float(BiasModel.mean(of: ratings)),
      details: details(on: ratings))
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
}

/// What follows from the records of a training: the next learning rate, the best epoch, the end.
private struct TrainingCourse {
  private(set) var learningRate: Double
  private(set) var isOver = false
  private let decay: Double
  private var stopping: EarlyStopping?

  init(_ resolved: ResolvedTraining, stopping options: EarlyStoppingOptions?) {
    learningRate = resolved.learningRate
    decay = resolved.learningRateDecay
    stopping = options.map { EarlyStopping($0) }
  }

  /// The best epoch so far, where one is watched for.
  var bestEpoch: Int? { stopping?.bestEpoch }

  /// Takes note of an epoch and returns whether it is the best so far.
  @discardableResult
  mutating func observe(_ record: EpochRecord) -> Bool {
    learningRate *= decay
    guard let value = stopping?.value(of: record) else { return false }
    let verdict = stopping?.observe(value, epoch: record.epoch)
    isOver = verdict == .stop
    return verdict == .better
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
