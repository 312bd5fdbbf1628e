import Kernels
import Ratings
import TestSupport
import Testing

@testable import Recommenders

struct BayesianFMTrainingTests {
  private static let dataset = try? PlantedDataset(
    users: 25, items: 20, rank: 2, density: 0.5, noise: 0.3, seed: 4
  ).dataset()

  @Test(arguments: RatingLikelihood.allCases)
  func goingOnFromAnyEpochEndsInTheSameBits(likelihood: RatingLikelihood) throws {
    let dataset = try #require(Self.dataset)
    let split = try DatasetSplit(dataset: dataset, options: SplitOptions())
    let trainer = Self.trainer(dataset, likelihood)
    let train = RatingSubset(dataset.ratings, rows: split.train)
    let validation = RatingSubset(dataset.ratings, rows: split.validation)
    var progress: [TrainingProgress] = []
    let whole = try trainer.train(on: train, validation: validation) { _ in
    } checkpoint: {
      progress.append($0())
    }
    #expect(whole.history.count == 11 && whole.bestEpoch == 11)
    for state in [progress[1], progress[3], progress[6], progress[9]] {
      let resumed = try trainer.train(on: train, validation: validation, resuming: state) { _ in }
      #expect(resumed.history == whole.history)
      #expect(resumed.model.tensors == whole.model.tensors)
    }
    // A training that had ended is made again from its tensors, and knows what users rated before.
    let again = try trainer.model(of: whole.model.tensors, on: train)
    let heldOut = dataset.ratings.selecting(split.heldOut)
    #expect(again.configuration == whole.model.configuration)
    #expect(
      again.predictions(of: heldOut, threads: 1)
        == whole.model.predictions(of: heldOut, threads: 1))
  }

  @Test func theRecordsHaveTheErrorOfTheMeanSoFar() throws {
    let dataset = try #require(Self.dataset)
    let split = try DatasetSplit(dataset: dataset, options: SplitOptions())
    let trained = try Self.trainer(dataset, .gaussian).train(
      on: RatingSubset(dataset.ratings, rows: split.train),
      validation: RatingSubset(dataset.ratings, rows: split.validation)
    ) { _ in }
    let rows = dataset.ratings.selecting(split.validation)
    let errors = try #require(
      ErrorMetrics(rows, predictions: trained.model.predictions(of: rows, threads: 1).ratings))
    let last = try #require(trained.history.last?.validationRMSE)
    #expect(abs(last - errors.rmse) < 1e-9)
  }

  /// Without validation rows nobody asks for the model before the end, and samples are written sixteen
  /// at a time. Three chains' do not fit into sixteen.
  @Test func samplesThatWaitedAreKeptLikeOthers() throws {
    let dataset = try #require(Self.dataset)
    let split = try DatasetSplit(dataset: dataset, options: SplitOptions())
    let train = RatingSubset(dataset.ratings, rows: split.train)
    let trainer = Self.trainer(dataset, .gaussian, chains: 3, keptSamples: 24)
    let watched = try trainer.train(
      on: train, validation: RatingSubset(dataset.ratings, rows: split.validation)
    ) { _ in }
    let nothing = RatingSubset(dataset.ratings, rows: [])
    var progress: [TrainingProgress] = []
    let unwatched = try trainer.train(on: train, validation: nothing) { _ in
    } checkpoint: {
      progress.append($0())
    }
    #expect(unwatched.model.tensors == watched.model.tensors)
    for state in [progress[4], progress[8]] {
      let resumed = try trainer.train(on: train, validation: nothing, resuming: state) { _ in }
      #expect(resumed.model.tensors == watched.model.tensors)
    }
  }

  @Test(arguments: [
    (0, 300, 1, 48), (20, 7, 3, 48), (5, 10, 2, 3), (3, 1, 1, 1), (0, 10, 4, 1),
  ])
  func samplesAreKeptEvenly(burnIn: Int, samples: Int, chains: Int, kept: Int) {
    var options = BayesianFMOptions()
    (options.burnIn, options.samples) = (burnIn, samples)
    (options.chains, options.keptSamples) = (chains, kept)
    let events = (0...options.epochs).map { options.keptEvents(after: $0) }
    #expect(events[burnIn] == 0)
    #expect(zip(events, events.dropFirst()).allSatisfy { $1 == $0 || $1 == $0 + 1 })
    #expect(events[options.epochs] * chains == options.lanesNeeded)
    #expect(options.lanesNeeded <= max(kept, chains))
  }

  private static func trainer(
    _ dataset: RatingsDataset, _ likelihood: RatingLikelihood, chains: Int = 2, keptSamples: Int = 4
  ) -> Trainer {
    var model = ModelOptions()
    model.type = .bayesianFM
    model.factors = 3
    model.bayesianFM.features = ModelFeature.ofMachines
    model.bayesianFM.burnIn = 3
    model.bayesianFM.samples = 8
    model.bayesianFM.keptSamples = keptSamples
    model.bayesianFM.chains = chains
    model.bayesianFM.likelihood = likelihood
    let training = TrainingOptions()
    let resolved = ResolvedTraining(training, model: model, ratings: 100, watchesHeldOut: false)
    return Trainer(
      model: model, training: training, resolved: resolved, users: dataset.users.count,
      items: dataset.items.count, scale: dataset.scale, details: dataset.itemDetails)
  }
}
