import Kernels
import Ratings
import TestSupport
import Testing

@testable import Recommenders

@Suite struct BlockTrainingTests {
  private static let dataset = try? PlantedDataset(
    users: 150, items: 90, rank: 2, density: 0.4, noise: 0.2, roundsToHalfStars: false, seed: 3
  ).dataset()

  struct Setting: CustomStringConvertible, Sendable {
    let type: ModelType
    let optimizer: OptimizerType
    let learningRate: Double
    var link = Link.auto
    var description: String { "\(type.rawValue) by \(optimizer.rawValue), \(link.rawValue)" }
  }

  static let settings = [
    Setting(type: .biasedDot, optimizer: .sgd, learningRate: 0.1),
    Setting(type: .biasedDot, optimizer: .sgd, learningRate: 0.1, link: .identity),
    Setting(type: .biasedDot, optimizer: .adagrad, learningRate: 0.1),
    Setting(type: .biasedDot, optimizer: .lazyAdam, learningRate: 0.003, link: .identity),
    Setting(type: .dot, optimizer: .sgd, learningRate: 0.05),
    Setting(type: .dot, optimizer: .lazyAdam, learningRate: 0.01),
    Setting(type: .logisticDot, optimizer: .sgd, learningRate: 0.3),
    Setting(type: .logisticDot, optimizer: .adagrad, learningRate: 0.1),
  ]

  @Test(arguments: settings)
  func recoversPlantedFactors(setting: Setting) throws {
    let dataset = try #require(Self.dataset)
    let split = try DatasetSplit(dataset: dataset, options: SplitOptions())
    let rows = RatingSubset(dataset.ratings, rows: split.trainAndCarvedValidation)
    let held = RatingSubset(dataset.ratings, rows: split.heldOut)
    var training = options(setting)
    training.maxEpochs = 25
    training.l2 = 0.01
    training.learningRateDecay = 0.95
    let trained = try trainer(setting, training, dataset).train(on: rows, validation: held) { _ in }
    let baseline = BiasModel.fit(
      rows, users: dataset.users.count, items: dataset.items.count, scale: dataset.scale)
    let (found, plain) = (error(trained.model, held), error(baseline, held))
    #expect(found < 0.85 * plain, "\(found), the bias baseline \(plain)")
    // What early stopping saw is what the model gives.
    let best = try #require(trained.history[trained.bestEpoch - 1].validationRMSE)
    #expect(abs(best - found) < 1e-5)
  }

  @Test(arguments: [ModelType.dot, .biasedDot, .logisticDot], [2, 5])
  func doesNotDependOnTheNumberOfThreads(type: ModelType, threads: Int) throws {
    let dataset = try #require(Self.dataset)
    let setting = Setting(type: type, optimizer: .sgd, learningRate: 0.05)
    func tensors(_ threads: Int) throws -> ([NamedTensor], [EpochRecord]) {
      let trained = try trainer(setting, options(setting), dataset, threads: threads).train(
        on: RatingSubset(dataset.ratings),
        validation: RatingSubset(dataset.ratings, rows: Array(0..<900))
      ) { _ in }
      return (trained.model.tensors, trained.history)
    }
    let (one, other) = (try tensors(1), try tensors(threads))
    #expect(one.0 == other.0)
    #expect(one.1 == other.1)
  }

  @Test(arguments: [1, 13, 14, 15, 16, 30, 46, 47, 48, 62, 63, 64])
  func biasesFindTheirLanesWhateverTheNumberOfFactors(factors: Int) throws {
    let dataset = try #require(Self.dataset)
    let setting = Setting(type: .biasedDot, optimizer: .sgd, learningRate: 0.1, link: .identity)
    var training = options(setting)
    training.maxEpochs = 12
    let rows = RatingSubset(dataset.ratings)
    let trained = try trainer(setting, training, dataset, factors: factors).train(
      on: rows, validation: rows
    ) { _ in }
    let names = Dictionary(uniqueKeysWithValues: trained.model.tensors.map { ($0.name, $0.values) })
    #expect(names["user_bias"]?.contains { abs($0) > 0.1 } ?? false)
    #expect(names["item_bias"]?.contains { abs($0) > 0.1 } ?? false)
    let best = try #require(trained.history[trained.bestEpoch - 1].validationRMSE)
    #expect(abs(best - error(trained.model, rows)) < 1e-5)
  }

  @Test(arguments: [ModelType.dot, .biasedDot])
  func whatTrainingNeverSawFallsBackWhileItIsWatchedToo(type: ModelType) throws {
    let dataset = try #require(Self.dataset)
    // Training lacks the first user and the first item.
    let rows = dataset.ratings.users.indices.filter {
      dataset.ratings.users[$0].position > 0 && dataset.ratings.items[$0].position > 0
    }.map { Int32($0) }
    let rest = Set(0..<Int32(dataset.ratings.count)).subtracting(rows).sorted()
    let setting = Setting(type: type, optimizer: .sgd, learningRate: 0.02, link: .auto)
    let watched = RatingSubset(dataset.ratings, rows: rest)
    let trained = try trainer(setting, options(setting), dataset).train(
      on: RatingSubset(dataset.ratings, rows: rows), validation: watched
    ) { _ in }
    let best = try #require(trained.history[trained.bestEpoch - 1].validationRMSE)
    #expect(abs(best - error(trained.model, watched)) < 1e-5)
  }

  @Test func ratingsThatExplodeAreNamed() throws {
    let dataset = try #require(Self.dataset)
    let setting = Setting(type: .dot, optimizer: .sgd, learningRate: 1e6)
    #expect(throws: TrainingError.self) {
      try trainer(setting, options(setting), dataset).refit(
        on: RatingSubset(dataset.ratings), epochs: 5
      ) { _ in }
    }
  }

  private func options(_ setting: Setting) -> TrainingOptions {
    var training = TrainingOptions()
    training.schedule = .blocks
    (training.grid.userBlocks, training.grid.itemBlocks) = (8, 4)
    training.optimizer = setting.optimizer
    training.learningRate = setting.learningRate
    training.maxEpochs = 4
    return training
  }

  private func trainer(
    _ setting: Setting, _ training: TrainingOptions, _ dataset: RatingsDataset, factors: Int = 4,
    threads: Int = 2
  ) -> Trainer {
    var model = ModelOptions()
    model.type = setting.type
    model.factors = factors
    model.link = setting.link
    return Trainer(
      model: model, training: training,
      resolved: ResolvedTraining(training, model: model, ratings: 1000, watchesHeldOut: false),
      users: dataset.users.count, items: dataset.items.count, scale: dataset.scale, threads: threads
    )
  }

  private func error(_ model: any RatingPredictor, _ rows: RatingSubset) -> Double {
    var sum = 0.0
    for position in 0..<rows.count {
      let rating = rows.columns[rows.row(at: position)]
      let error = Double(model.predictedRating(of: rating.item, by: rating.user))
      sum += (error - Double(rating.value)) * (error - Double(rating.value))
    }
    return (sum / Double(rows.count)).squareRoot()
  }
}
