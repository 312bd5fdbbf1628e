import Ratings
import TestSupport
import Testing

@testable import Recommenders

struct TrainerTests {
  private static let dataset = try? PlantedDataset(
    users: 120, items: 80, rank: 2, density: 0.4, noise: 0.2, roundsToHalfStars: false, seed: 3
  ).dataset()

  private struct Setting: CustomStringConvertible, Sendable {
    let type: ModelType
    let optimizer: OptimizerType
    let learningRate: Double
    var link = Link.auto
    var description: String { "\(type.rawValue) by \(optimizer.rawValue), \(link.rawValue)" }
  }

  private static let settings = [
    Setting(type: .biasedDot, optimizer: .adam, learningRate: 0.01),
    Setting(type: .biasedDot, optimizer: .lazyAdam, learningRate: 0.01),
    Setting(type: .biasedDot, optimizer: .sgd, learningRate: 4),
    Setting(type: .biasedDot, optimizer: .adagrad, learningRate: 0.5),
    Setting(type: .biasedDot, optimizer: .lazyAdam, learningRate: 0.01, link: .identity),
    Setting(type: .dot, optimizer: .adam, learningRate: 0.02),
    Setting(type: .logisticDot, optimizer: .adam, learningRate: 0.01),
    Setting(type: .neural, optimizer: .adam, learningRate: 0.01),
  ]

  @Test(arguments: settings.indices)
  func recoversPlantedFactors(index: Int) throws {
    let setting = Self.settings[index]
    let dataset = try #require(Self.dataset)
    let split = try DatasetSplit(dataset: dataset, options: SplitOptions())
    let held = dataset.ratings.selecting(split.heldOut)
    let rows = dataset.ratings.selecting(split.trainAndCarvedValidation)
    var (model, training) = options(setting)
    model.hiddenDropout = 0.1
    training.maxEpochs = 60
    training.l2 = setting.optimizer == .adam ? 1e-6 : 0.005
    let trained = try trainer(model, training, dataset).train(
      on: RatingSubset(rows), validation: RatingSubset(held)
    ) { _ in }
    let baseline = BiasModel.fit(
      RatingSubset(rows), users: dataset.users.count, items: dataset.items.count,
      scale: dataset.scale)
    let (rmse, baselineRMSE) = (error(trained.model, held), error(baseline, held))
    // The noise of 0.2 is what no model can predict; the planted factors are all of the rest.
    #expect(rmse < 0.75 * baselineRMSE, "\(setting): \(rmse) against \(baselineRMSE)")
    #expect(rmse > 0.18)
  }

  @Test(arguments: [ModelType.biasedDot, .neural, .logisticDot, .dot])
  func sameSeedGivesTheSameBits(type: ModelType) throws {
    let dataset = try #require(Self.dataset)
    var (model, training) = options(Setting(type: type, optimizer: .adam, learningRate: 0.01))
    training.maxEpochs = 2
    func tensors(seed: UInt32) throws -> [NamedTensor] {
      training.seed = seed
      return try trainer(model, training, dataset)
        .refit(on: RatingSubset(dataset.ratings), epochs: 2) { _ in }.model.tensors
    }
    model.factors = 5
    #expect(try tensors(seed: 1) == tensors(seed: 1))
    #expect(try tensors(seed: 1) != tensors(seed: 2))
  }

  private static let divided = [
    Setting(type: .biasedDot, optimizer: .adam, learningRate: 0.01),
    Setting(type: .neural, optimizer: .adam, learningRate: 0.01),
    Setting(type: .neural, optimizer: .sgd, learningRate: 0.1),
  ]

  @Test(arguments: divided.indices)
  func anyNumberOfThreadsGivesTheSameBits(index: Int) throws {
    let setting = Self.divided[index]
    let dataset = try #require(Self.dataset)
    var (model, training) = options(setting)
    (model.hidden, training.batchSize, training.l2) = ([9, 5], 1500, 0.001)
    let rows = dataset.ratings.selecting(Array(0..<1600))
    func trained(threads: Int) throws -> TrainedModel {
      try trainer(model, training, dataset, threads: threads).refit(
        on: RatingSubset(rows), epochs: 2
      ) { _ in }
    }
    let alone = try trained(threads: 1)
    for threads in [2, 5] {
      let together = try trained(threads: threads)
      #expect(together.history == alone.history, "\(setting), \(threads) threads")
      #expect(together.model.tensors == alone.model.tensors, "\(setting), \(threads) threads")
    }
  }

  @Test func keepsTheBestEpochAndStopsAfterPatience() throws {
    let dataset = try #require(Self.dataset)
    let split = try DatasetSplit(dataset: dataset, options: SplitOptions())
    let watched = dataset.ratings.selecting(split.heldOut)
    let rows = dataset.ratings.selecting(split.train)
    var (model, training) = options(
      Setting(type: .biasedDot, optimizer: .adam, learningRate: 0.05))
    model.factors = 20
    training.maxEpochs = 60
    var records: [EpochRecord] = []
    let trained = try trainer(model, training, dataset).train(
      on: RatingSubset(rows), validation: RatingSubset(watched)
    ) {
      records.append($0)
    }
    #expect(records == trained.history)
    #expect(records.count < 60 && records.count > trained.bestEpoch)
    #expect(records.count <= trained.bestEpoch + 3)
    let best = try #require(records[trained.bestEpoch - 1].validationRMSE)
    #expect(abs(error(trained.model, watched) - best) < 1e-12)

    training.earlyStopping?.restoreBest = false
    let last = try trainer(model, training, dataset).train(
      on: RatingSubset(rows), validation: RatingSubset(watched)
    ) { _ in }
    #expect(last.bestEpoch == last.history.count)
    let final = try #require(last.history.last?.validationRMSE)
    #expect(abs(error(last.model, watched) - final) < 1e-12)
  }

  @Test func withoutEarlyStoppingAllEpochsAreTrained() throws {
    let dataset = try #require(Self.dataset)
    var (model, training) = options(
      Setting(type: .biasedDot, optimizer: .adam, learningRate: 0.05))
    model.factors = 4
    training.maxEpochs = 7
    training.learningRateDecay = 0.5
    training.earlyStopping = nil
    let trained = try trainer(model, training, dataset).train(
      on: RatingSubset(dataset.ratings), validation: RatingSubset(dataset.ratings)
    ) { _ in }
    #expect(trained.history.map(\.epoch) == Array(1...7))
    #expect(trained.history.map(\.learningRate) == (0..<7).map { 0.05 / Double(1 << $0) })
    #expect(trained.bestEpoch == 7)
  }

  @Test func divergenceNamesEpochAndLearningRate() throws {
    let dataset = try #require(Self.dataset)
    let (model, training) = options(Setting(type: .dot, optimizer: .sgd, learningRate: 1e9))
    #expect(throws: TrainingError.diverged(epoch: 1, learningRate: 1e9)) {
      try trainer(model, training, dataset).refit(on: RatingSubset(dataset.ratings), epochs: 3) {
        _ in
      }
    }
  }

  @Test func trainingOnNothingIsRefused() throws {
    let dataset = try #require(Self.dataset)
    let (model, training) = options(Setting(type: .dot, optimizer: .adam, learningRate: 0.1))
    #expect(throws: TrainingError.noTrainingRows) {
      try trainer(model, training, dataset).refit(
        on: RatingSubset(dataset.ratings, rows: []), epochs: 1
      ) { _ in }
    }
  }

  @Test func cancellationEndsTraining() async throws {
    let dataset = try #require(Self.dataset)
    let (model, training) = options(Setting(type: .dot, optimizer: .adam, learningRate: 0.1))
    let trainer = trainer(model, training, dataset)
    let task = Task { () -> TrainingError? in
      while !Task.isCancelled { await Task.yield() }
      do throws(TrainingError) {
        _ = try trainer.refit(on: RatingSubset(dataset.ratings), epochs: 1) { _ in }
        return nil
      } catch {
        return error
      }
    }
    task.cancel()
    #expect(await task.value == .cancelled)
  }

  private func options(_ setting: Setting) -> (ModelOptions, TrainingOptions) {
    var model = ModelOptions()
    model.type = setting.type
    model.factors = 4
    model.link = setting.link
    var training = TrainingOptions()
    training.optimizer = setting.optimizer
    training.learningRate = setting.learningRate
    return (model, training)
  }

  private func trainer(
    _ model: ModelOptions, _ training: TrainingOptions, _ dataset: RatingsDataset, threads: Int = 1
  ) -> Trainer {
    Trainer(
      model: model, training: training,
      resolved: ResolvedTraining(training, model: model, ratings: 1000, watchesHeldOut: false),
      users: dataset.users.count, items: dataset.items.count, scale: dataset.scale,
      threads: threads)
  }

  private func error(_ model: any RatingPredictor, _ rows: RatingColumns) -> Double {
    var sum = 0.0
    for row in 0..<rows.count {
      let rating = model.predictedRating(of: rows.items[row], by: rows.users[row])
      sum +=
        (Double(rating) - Double(rows.values[row])) * (Double(rating) - Double(rows.values[row]))
    }
    return (sum / Double(rows.count)).squareRoot()
  }
}
