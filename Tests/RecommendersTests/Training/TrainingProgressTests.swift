import Kernels
import Ratings
import TestSupport
import Testing

@testable import Recommenders

/// A training that goes on from the end of an epoch ends as one that was never interrupted.
struct TrainingProgressTests {
  private static let dataset = try? PlantedDataset(
    users: 60, items: 40, rank: 2, density: 0.4, noise: 0.2, seed: 3
  ).dataset()

  struct Setting: CustomStringConvertible, Sendable {
    let type: ModelType
    let optimizer: OptimizerType
    var schedule = ScheduleType.minibatch
    var restoresBest = true
    var description: String {
      "\(type.rawValue) by \(optimizer.rawValue) in \(schedule.rawValue), best \(restoresBest)"
    }
  }

  static let settings =
    [ModelType.dot, .biasedDot, .logisticDot, .neural].flatMap { type in
      [OptimizerType.adam, .lazyAdam, .sgd, .adagrad].map { Setting(type: type, optimizer: $0) }
    }
    + [ModelType.dot, .biasedDot, .logisticDot].flatMap { type in
      [OptimizerType.lazyAdam, .sgd, .adagrad].map {
        Setting(type: type, optimizer: $0, schedule: .blocks)
      }
    } + [Setting(type: .biasedDot, optimizer: .adam, restoresBest: false)]

  @Test(arguments: settings)
  func goingOnFromAnyEpochEndsInTheSameBits(setting: Setting) throws {
    let dataset = try #require(Self.dataset)
    let split = try DatasetSplit(dataset: dataset, options: SplitOptions())
    let trainer = trainer(setting, dataset)
    let train = RatingSubset(dataset.ratings, rows: split.train)
    let validation = RatingSubset(dataset.ratings, rows: split.validation)
    var progress: [TrainingProgress] = []
    let whole = try trainer.train(on: train, validation: validation) { _ in
    } checkpoint: {
      progress.append($0())
    }
    #expect(progress.count == whole.history.count && progress.count >= 3)
    for (epoch, state) in progress.enumerated() {
      var epochs: [Int] = []
      let resumed = try trainer.train(on: train, validation: validation, resuming: state) {
        epochs.append($0.epoch)
      }
      #expect(resumed.history == whole.history)
      #expect(resumed.bestEpoch == whole.bestEpoch)
      #expect(resumed.model.tensors == whole.model.tensors, "after epoch \(epoch + 1)")
      #expect(epochs == Array((epoch + 1)..<whole.history.count).map { $0 + 1 })
    }
  }

  @Test func aRefitGoesOnToo() throws {
    let dataset = try #require(Self.dataset)
    let trainer = trainer(Setting(type: .biasedDot, optimizer: .adam), dataset)
    let rows = RatingSubset(dataset.ratings)
    var progress: [TrainingProgress] = []
    let whole = try trainer.refit(on: rows, epochs: 3) { _ in
    } checkpoint: {
      progress.append($0())
    }
    let resumed = try trainer.refit(on: rows, epochs: 3, resuming: progress[1]) { _ in }
    #expect(resumed.model.tensors == whole.model.tensors && resumed.history == whole.history)
  }

  @Test func tablesOfAnotherShapeArePassedOver() throws {
    let dataset = try #require(Self.dataset)
    let trainer = trainer(Setting(type: .biasedDot, optimizer: .adam), dataset)
    let rows = RatingSubset(dataset.ratings)
    var last: TrainingProgress?
    let whole = try trainer.refit(on: rows, epochs: 2) { _ in
    } checkpoint: {
      last = $0()
    }
    let progress = try #require(last)
    let small = EmbeddingTable(rows: 1, dimension: 1)
    var damaged = [progress, progress, progress, progress]
    damaged[0].weights[0] = small
    damaged[1].memory.removeLast()
    damaged[2].bestWeights = [small]
    damaged[3].weights.append(small)
    for other in damaged {
      var epochs = 0
      let trained = try trainer.refit(on: rows, epochs: 2, resuming: other) { _ in epochs += 1 }
      #expect(epochs == 2 && trained.model.tensors == whole.model.tensors)
    }
  }

  @Test func whatTheObserverThrowsEndsTheTraining() throws {
    let dataset = try #require(Self.dataset)
    let trainer = trainer(Setting(type: .biasedDot, optimizer: .adam), dataset)
    var epochs = 0
    #expect(throws: TrainingError.cancelled) {
      try trainer.refit(on: RatingSubset(dataset.ratings), epochs: 5) { _ in
        epochs += 1
      } checkpoint: { (_) throws(TrainingError) in
        if epochs == 2 { throw .cancelled }
      }
    }
    #expect(epochs == 2)
  }

  @Test func aModelIsMadeAgainFromItsTensors() throws {
    let dataset = try #require(Self.dataset)
    for type in [ModelType.dot, .biasedDot, .logisticDot, .neural] {
      let trainer = trainer(Setting(type: type, optimizer: .adam), dataset)
      // Rows that some users and items are missing from.
      let rows = RatingSubset(dataset.ratings, rows: Array(0..<40))
      let model = try trainer.refit(on: rows, epochs: 1) { _ in }.model
      let again = try trainer.model(of: model.tensors, on: rows)
      #expect(again.configuration == model.configuration)
      #expect(again.trainingCounts == model.trainingCounts)
      #expect(again.tensors == model.tensors)
    }
  }

  private func trainer(_ setting: Setting, _ dataset: RatingsDataset) -> Trainer {
    var model = ModelOptions()
    model.type = setting.type
    model.factors = 4
    var training = TrainingOptions()
    training.optimizer = setting.optimizer
    training.schedule = setting.schedule
    (training.grid.userBlocks, training.grid.itemBlocks) = (8, 4)
    training.maxEpochs = 6
    training.earlyStopping?.patience = 2
    training.earlyStopping?.restoreBest = setting.restoresBest
    return Trainer(
      model: model, training: training,
      resolved: ResolvedTraining(training, model: model, ratings: 1000, watchesHeldOut: false),
      users: dataset.users.count, items: dataset.items.count, scale: dataset.scale, threads: 2)
  }
}
