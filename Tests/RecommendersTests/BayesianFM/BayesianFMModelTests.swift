import Kernels
import Ratings
import TestSupport
import Testing

@testable import Recommenders

struct BayesianFMModelTests {
  private static let dataset = try? PlantedDataset(
    users: 40, items: 30, rank: 2, density: 0.5, factorDeviation: 0.8, noise: 0.3, seed: 3
  ).dataset()

  /// One sample's score of a pair by the formula of the machine, feature by feature, the pair's own
  /// entries in the implicit sets included.
  @Test func aSampleIsTheFormulaOfTheMachine() throws {
    let dataset = try #require(Self.dataset)
    let split = try DatasetSplit(dataset: dataset, options: SplitOptions())
    var options = Self.options(ModelFeature.ofMachines)
    options.burnIn = 3
    options.samples = 1
    options.keptSamples = 1
    let inputs = Self.inputs(dataset, rows: split.train)
    var training = try BayesianFMTraining(
      Self.configuration(inputs), options: options, inputs: inputs)
    for epoch in 1...4 { _ = try training.trainEpoch(epoch, learningRate: 0) }
    let model = training.fittedModel()
    let rows = dataset.ratings.selecting(split.heldOut)
    let predictions = model.predictions(of: rows, threads: 2)
    let reference = try #require(
      PlainMachine(inputs, options: options, parameters: training.memory, factors: 3))
    for row in 0..<rows.count {
      let plain = reference.rating(rows[row])
      #expect(abs(Double(predictions.ratings[row]) - plain) < 1e-3)
    }
    #expect(predictions.deviations?.allSatisfy { $0 == 0 } == true)
    #expect(predictions.predictiveDeviations?.allSatisfy { $0 > 0 } == true)
  }

  @Test(arguments: RatingLikelihood.allCases)
  func plantedFactorsAreFound(likelihood: RatingLikelihood) throws {
    let dataset = try #require(Self.dataset)
    let split = try DatasetSplit(dataset: dataset, options: SplitOptions())
    var options = Self.options(nil)
    options.likelihood = likelihood
    let rows = split.trainAndCarvedValidation
    let model = try Self.model(options, Self.inputs(dataset, rows: rows))
    let heldOut = dataset.ratings.selecting(split.heldOut)
    let baseline = BiasModel.fit(
      RatingSubset(dataset.ratings, rows: rows), users: dataset.users.count,
      items: dataset.items.count, scale: dataset.scale)
    let error = try #require(
      ErrorMetrics(heldOut, predictions: model.predictions(of: heldOut, threads: 1).ratings))
    let plain = try #require(
      ErrorMetrics(heldOut, predictions: baseline.predictions(of: heldOut, threads: 1).ratings))
    #expect(error.rmse < 0.75 * plain.rmse)
    if likelihood == .gaussian {
      let coverage = try #require(
        IntervalCoverage(heldOut, predictions: model.predictions(of: heldOut, threads: 1)))
      #expect((0.6...0.95).contains(coverage.within80))
      #expect(coverage.within95 > 0.85)
    }
  }

  @Test(arguments: [2, 5])
  func threadsDoNotChangeABit(threads: Int) throws {
    let dataset = try #require(Self.dataset)
    var options = Self.options(ModelFeature.ofMachines)
    options.chains = 2
    let one = try Self.model(options, Self.inputs(dataset))
    let several = try Self.model(options, Self.inputs(dataset, threads: threads))
    #expect(one.tensors == several.tensors)
    #expect(
      one.predictions(of: dataset.ratings, threads: 1)
        == several.predictions(of: dataset.ratings, threads: threads))
  }

  @Test func keysAreThoseOfTheLists() throws {
    let dataset = try #require(Self.dataset)
    let model = try Self.model(Self.options(ModelFeature.ofMachines), Self.inputs(dataset))
    let items = (0..<UInt32(dataset.items.count)).map { $0 }
    for user in [0, 7] {
      let keys = model.rankingKeys(by: UserIndex(user), of: items)
      let listed = ListedScores.of(model, user: user)
      for item in items.indices {
        let key = model.rankingKey(of: ItemIndex(item), by: UserIndex(user))
        #expect(key.bitPattern == keys[item].bitPattern)
        let rating = model.predictedRating(of: ItemIndex(item), by: UserIndex(user))
        #expect(listed[item]?.bitPattern == rating.bitPattern)
      }
      let deviations = try #require(model.deviations(by: UserIndex(user), of: items))
      #expect(deviations.allSatisfy { $0 > 0 && $0.isFinite })
    }
  }

  @Test(arguments: RatingLikelihood.allCases)
  func aModelThatWasReadBackRanksAlike(likelihood: RatingLikelihood) throws {
    let dataset = try #require(Self.dataset)
    var options = Self.options(ModelFeature.ofMachines)
    options.likelihood = likelihood
    let model = try Self.model(options, Self.inputs(dataset))
    let again = try ModelRestoration.model(
      model.configuration, tensors: model.tensors, trainingCounts: model.trainingCounts)
    #expect(again.tensors == model.tensors)
    let items = (0..<UInt32(dataset.items.count)).map { $0 }
    for user in 0..<dataset.users.count {
      #expect(
        again.rankingKeys(by: UserIndex(user), of: items)
          == model.rankingKeys(by: UserIndex(user), of: items))
    }
  }

  @Test func heldOutLabelsReachNothing() throws {
    let dataset = try #require(Self.dataset)
    let split = try DatasetSplit(dataset: dataset, options: SplitOptions())
    var values = dataset.ratings.values
    for row in split.heldOut + split.validation { values[Int(row)] = .nan }
    let blinded = RatingColumns(
      users: dataset.ratings.users, items: dataset.ratings.items, values: values,
      timestamps: dataset.ratings.timestamps)
    let options = Self.options(ModelFeature.ofMachines)
    var inputs = Self.inputs(dataset, rows: split.train)
    let model = try Self.model(options, inputs)
    inputs.ratings = RatingSubset(blinded, rows: split.train)
    let blind = try Self.model(options, inputs)
    #expect(blind.tensors == model.tensors)
    let heldOut = dataset.ratings.selecting(split.heldOut)
    let predictions = blind.predictions(of: blinded.selecting(split.heldOut), threads: 1)
    #expect(predictions == model.predictions(of: heldOut, threads: 1))
    #expect(predictions.ratings.allSatisfy { $0.isFinite })
  }

  @Test func unknownUsersAndItemsArePredictedSensibly() throws {
    let dataset = try #require(Self.dataset)
    let rows = (0..<dataset.ratings.count).map { Int32($0) }.filter {
      dataset.ratings.users[Int($0)].position != 3 && dataset.ratings.items[Int($0)].position != 4
    }
    let model = try Self.model(
      Self.options(ModelFeature.ofMachines), Self.inputs(dataset, rows: rows))
    for (user, item) in [(3, 0), (0, 4), (3, 4)] {
      let rating = model.predictedRating(of: ItemIndex(item), by: UserIndex(user))
      #expect((1...5).contains(rating))
    }
    let known = try #require(model.deviations(by: UserIndex(0), of: [0, 4]))
    #expect(known[1] > known[0])
  }

  @Test func aFeatureThatTheDataLacksIsRefused() throws {
    let dataset = try #require(Self.dataset)
    var inputs = Self.inputs(dataset)
    inputs.details = []
    #expect(throws: TrainingError.self) { try Self.model(Self.options([.genres]), inputs) }
    let model = try Self.model(Self.options(nil), inputs)
    #expect(model.details.features == [.implicit])
  }

  static func options(_ features: [ModelFeature]?) -> BayesianFMOptions {
    var options = BayesianFMOptions()
    options.features = features
    options.burnIn = 10
    options.samples = 40
    options.keptSamples = 20
    return options
  }

  static func inputs(
    _ dataset: RatingsDataset, rows: [Int32]? = nil, threads: Int = 1
  ) -> TrainingInputs {
    TrainingInputs(
      ratings: RatingSubset(dataset.ratings, rows: rows),
      validation: RatingSubset(dataset.ratings, rows: []), users: dataset.users.count,
      items: dataset.items.count, scale: dataset.scale, details: dataset.itemDetails, seed: 5,
      threads: threads)
  }

  static func configuration(_ inputs: TrainingInputs) -> ModelConfiguration {
    ModelConfiguration(
      type: .bayesianFM, users: inputs.users, items: inputs.items, factors: 3, hidden: [],
      link: .identity, cold: .knownTerms, scale: inputs.scale,
      trainMean: Float(BiasModel.mean(of: inputs.ratings)))
  }

  static func model(
    _ options: BayesianFMOptions, _ inputs: TrainingInputs
  ) throws -> BayesianFMModel {
    var training = try BayesianFMTraining(
      configuration(inputs), options: options, inputs: inputs)
    for epoch in 1...options.epochs { _ = try training.trainEpoch(epoch, learningRate: 0) }
    return training.fittedModel()
  }
}
