import TestSupport
import Testing

@testable import Ratings

@Suite struct DatasetSplitTests {
  static func options(
    _ strategy: SplitStrategy, test: Double = 0.1, validation: Double = 0.1, seed: UInt32 = 42
  ) -> SplitOptions {
    var options = SplitOptions()
    options.strategy = strategy
    options.testFraction = test
    options.validationFraction = validation
    options.seed = seed
    return options
  }

  @Test(arguments: SplitStrategy.allCases, [0.1, 0.25, 0.5])
  func thePartsAreAscendingDisjointAndTogetherEveryRow(strategy: SplitStrategy, fraction: Double)
    throws
  {
    let dataset = try PlantedDataset(users: 20, items: 40, seed: 2).dataset()
    let split = try DatasetSplit(
      dataset: dataset, options: Self.options(strategy, test: fraction, validation: fraction))
    let rows = Array(0..<Int32(dataset.ratings.count))
    #expect((split.train + split.validation + split.heldOut).sorted() == rows)
    #expect((split.train + split.validation).sorted() == split.trainAndCarvedValidation)
    for part in [split.train, split.validation, split.heldOut] {
      #expect(!part.isEmpty)
      #expect(part == part.sorted())
    }
    if strategy != .perUserTemporal {
      let heldOut = Int((fraction * Double(rows.count)).rounded(.up))
      #expect(split.heldOut.count == heldOut)
      #expect(
        split.validation.count
          == Int((fraction * Double(rows.count - heldOut)).rounded(.up)))
    }
  }

  @Test(arguments: SplitStrategy.allCases)
  func watchedHeldOutRowsAreTheValidationRows(strategy: SplitStrategy) throws {
    let dataset = try PlantedDataset(users: 20, items: 40, seed: 2).dataset()
    var options = Self.options(strategy)
    options.validation = .test
    let split = try DatasetSplit(dataset: dataset, options: options)
    #expect(split.validation == split.heldOut)
    #expect(split.train == split.trainAndCarvedValidation)
    #expect((split.train + split.heldOut).sorted() == Array(0..<Int32(dataset.ratings.count)))
    #expect(
      try DatasetSplit(dataset: dataset, options: Self.options(strategy)).heldOut
        == split.heldOut)
  }

  @Test func carvingIsTheRandomSplitOfTheRestWithTheNextSeed() throws {
    let dataset = try PlantedDataset(users: 10, items: 20, seed: 3).dataset()
    let split = try DatasetSplit(dataset: dataset, options: Self.options(.random, seed: 7))
    let heldOut = RandomSplit.heldOutRows(
      count: dataset.ratings.count, testFraction: 0.1, seed: 7)
    #expect(split.heldOut == heldOut.sorted())
    let rest = split.trainAndCarvedValidation
    let carved = RandomSplit.heldOutRows(count: rest.count, testFraction: 0.1, seed: 8)
    #expect(split.validation == carved.map { rest[Int($0)] }.sorted())
  }

  @Test func theSeedAfterTheLastIsTheFirst() throws {
    let dataset = try PlantedDataset(users: 10, items: 20, seed: 3).dataset()
    let split = try DatasetSplit(dataset: dataset, options: Self.options(.random, seed: .max))
    let rest = split.trainAndCarvedValidation
    let carved = RandomSplit.heldOutRows(count: rest.count, testFraction: 0.1, seed: 0)
    #expect(split.validation == carved.map { rest[Int($0)] }.sorted())
  }

  @Test func aValidationFractionOfZeroCarvesNothing() throws {
    let dataset = try PlantedDataset(users: 10, items: 20, seed: 3).dataset()
    let split = try DatasetSplit(dataset: dataset, options: Self.options(.random, validation: 0))
    #expect(split.validation.isEmpty)
    #expect(split.train == split.trainAndCarvedValidation)
  }

  @Test(arguments: [SplitStrategy.temporal, .perUserTemporal])
  func splitsByTimeNeedTimestamps(strategy: SplitStrategy) throws {
    let dataset = try DatasetFixture.csv("userId,movieId,rating\n1,1,5\n1,2,1\n")
    #expect(throws: RatingsError.missingTimestamps(strategy: strategy)) {
      try DatasetSplit(dataset: dataset, options: Self.options(strategy))
    }
  }

  @Test func aSplitWithoutTrainingOrHeldOutRowsIsRefused() throws {
    let two = try DatasetFixture.rows([(1, 1, 5, 1), (1, 2, 4, 2)])
    #expect(throws: RatingsError.emptySplit(part: .train, strategy: .random, rows: 2)) {
      try DatasetSplit(dataset: two, options: Self.options(.random))
    }
    #expect(throws: RatingsError.emptySplit(part: .heldOut, strategy: .perUserTemporal, rows: 2)) {
      try DatasetSplit(dataset: two, options: Self.options(.perUserTemporal))
    }
    let one = try DatasetFixture.rows([(1, 1, 5, 1)])
    #expect(throws: RatingsError.emptySplit(part: .validation, strategy: .random, rows: 1)) {
      try DatasetSplit(dataset: one, options: Self.options(.random))
    }
  }
}
