import Kernels
import Ratings
import Testing

@testable import Recommenders

/// A network with features in training and afterwards.
struct NeuralFeatureTests {
  private static let genres = ["Comedy", "Drama", ""]
  private static let details = (0..<60).map {
    ItemDetails(title: "\($0)", genres: genres[$0 % 3].isEmpty ? [] : [genres[$0 % 3]])
  }
  private static let day: Int64 = 86_400

  /// Comedies are a point better than average, dramas a point worse; on Sundays all is a point better.
  /// The last six items and the last user are in no training row.
  private static func ratings(hasTimestamps: Bool = true) -> RatingColumns {
    var (users, items, values): ([UserIndex], [ItemIndex], [Float]) = ([], [], [])
    var timestamps: [Int64] = []
    for user in 0..<30 {
      for item in 0..<54 where (user * 7 + item * 5) % 3 != 0 {
        let time = Int64(10_000 + (user * 11 + item * 13) % 700) * day + Int64(item) * 3600
        users.append(UserIndex(user))
        items.append(ItemIndex(item))
        timestamps.append(time)
        values.append(
          3 + [1, -1, 0][item % 3]
            + (hasTimestamps && CivilTime(secondsSince1970: time).weekday == 6 ? 1 : 0))
      }
    }
    return RatingColumns(
      users: users, items: items, values: values,
      timestamps: hasTimestamps ? Timestamps(timestamps) : [])
  }

  private static func trainer(
    _ features: [ModelFeature], threads: Int = 2, optimizer: OptimizerType = .lazyAdam,
    hidden: [Int] = [16]
  ) -> Trainer {
    var model = ModelOptions()
    (model.type, model.userFactors, model.itemFactors) = (.neural, 6, 4)
    (model.hidden, model.features) = (hidden, features)
    (model.inputDropout, model.hiddenDropout) = (0.05, 0.1)
    var training = TrainingOptions()
    (training.optimizer, training.batchSize) = (optimizer, 100)
    (training.learningRate, training.maxEpochs) = (0.01, 4)
    training.earlyStopping?.patience = 2
    return Trainer(
      model: model, training: training,
      resolved: ResolvedTraining(training, model: model, ratings: 1000, watchesHeldOut: false),
      users: 31, items: 60, scale: RatingScale(minimum: 0.5, maximum: 5), details: details,
      threads: threads)
  }

  private static func model(
    _ features: [ModelFeature], epochs: Int, on ratings: RatingColumns
  ) throws -> any RatingPredictor {
    try trainer(features).refit(on: RatingSubset(ratings), epochs: epochs) { _ in }.model
  }

  @Test func genresTellOfItemsThatTrainingNeverSaw() throws {
    let model = try Self.model([.genres], epochs: 20, on: Self.ratings(hasTimestamps: false))
    for (item, expected) in [(54, 4), (55, 2), (56, 3)] as [(Int, Float)] {
      for user in [0, 9] {
        let rating = model.predictedRating(of: ItemIndex(item), by: UserIndex(user))
        #expect(abs(rating - expected) < 0.5, "item \(item): \(rating)")
      }
    }
    // A user that training never saw gets what is known of the item.
    let comedy = model.predictedRating(of: ItemIndex(0), by: UserIndex(30))
    #expect(abs(comedy - 4) < 0.5)
  }

  @Test func datesTellSundaysFromOtherDays() throws {
    let model = try Self.model([.genres, .date], epochs: 20, on: Self.ratings())
    // 1998-01-01 was a Thursday; item 2 is always rated in the hour after 2.
    let sunday = (10_227 + 3) * Self.day + 2 * 3600
    let rows = RatingColumns(
      users: [UserIndex(3), UserIndex(3)], items: [ItemIndex(2), ItemIndex(2)], values: [0, 0],
      timestamps: [sunday, sunday + Self.day])
    let ratings = model.predictions(of: rows, threads: 2).ratings
    #expect(abs(ratings[0] - 4) < 0.5 && abs(ratings[1] - 3) < 0.5, "\(ratings)")
  }

  @Test(arguments: [[16], [8, 4]])
  func rankingKeysAreThoseOfTheNewestTime(hidden: [Int]) throws {
    let ratings = Self.ratings()
    let trainer = Self.trainer([.genres, .date], hidden: hidden)
    let model = try trainer.refit(on: RatingSubset(ratings), epochs: 1) { _ in }.model
    let newest = try #require(ratings.timestamps.max())
    for user in [0, 7, 30] {
      let listed = ListedScores.of(model, user: user)
      let pairs = (0..<60).map { _ in UserIndex(user) }
      let predictions = model.predictions(
        of: RatingColumns(
          users: pairs, items: (0..<60).map { ItemIndex($0) },
          values: Array(repeating: 0, count: 60),
          timestamps: Timestamps(Array(repeating: newest, count: 60))), threads: 1)
      for item in 0..<60 {
        let rating = model.predictedRating(of: ItemIndex(item), by: UserIndex(user))
        #expect(rating.bitPattern == predictions.ratings[item].bitPattern)
        #expect(listed[item]?.bitPattern == rating.bitPattern)
      }
    }
  }

  @Test func withoutTimesAllDatesAreAlike() throws {
    let model = try Self.model([.date], epochs: 1, on: Self.ratings(hasTimestamps: false))
    let user = UserIndex(3)
    let rows = RatingColumns(
      users: [user, user], items: [ItemIndex(2), ItemIndex(2)], values: [0, 0],
      timestamps: [0, 951_782_400])
    let ratings = model.predictions(of: rows, threads: 1).ratings
    #expect(ratings[0] == ratings[1])
    #expect(ratings[0] == model.predictedRating(of: ItemIndex(2), by: user))
  }

  @Test(arguments: [OptimizerType.adam, .lazyAdam, .sgd, .adagrad])
  func theNumberOfThreadsHasNoInfluence(optimizer: OptimizerType) throws {
    let ratings = RatingSubset(Self.ratings())
    let tensors = try [1, 2, 5].map { threads in
      try Self.trainer([.genres, .date], threads: threads, optimizer: optimizer)
        .refit(on: ratings, epochs: 2) { _ in }.model.tensors
    }
    #expect(tensors[0] == tensors[1] && tensors[0] == tensors[2])
    #expect(tensors[0].allSatisfy { $0.values.allSatisfy(\.isFinite) })
  }

  @Test(arguments: [OptimizerType.adam, .lazyAdam, .sgd, .adagrad])
  func goingOnFromAnyEpochEndsInTheSameBits(optimizer: OptimizerType) throws {
    let columns = Self.ratings()
    let train = RatingSubset(columns, rows: Array(0..<900))
    let validation = RatingSubset(columns, rows: Array(900..<Int32(columns.count)))
    let trainer = Self.trainer([.genres, .date], optimizer: optimizer)
    var progress: [TrainingProgress] = []
    let whole = try trainer.train(on: train, validation: validation) { _ in
    } checkpoint: {
      progress.append($0())
    }
    #expect(progress.count == whole.history.count && progress.count >= 3)
    for state in progress {
      let resumed = try trainer.train(on: train, validation: validation, resuming: state) { _ in }
      #expect(resumed.history == whole.history && resumed.bestEpoch == whole.bestEpoch)
      #expect(resumed.model.tensors == whole.model.tensors)
    }
  }

  @Test(arguments: [[.genres, .date], [.genres], [.date], []] as [[ModelFeature]])
  func aModelIsMadeAgainFromItsTensors(features: [ModelFeature]) throws {
    let columns = Self.ratings()
    // Rows that some users and items are missing from.
    let rows = RatingSubset(columns, rows: Array(0..<300))
    let trainer = Self.trainer(features)
    let model = try trainer.refit(on: rows, epochs: 1) { _ in }.model
    let again = try trainer.model(of: model.tensors, on: rows)
    #expect(again.configuration == model.configuration)
    #expect(again.tensors == model.tensors)
    #expect(
      again.predictions(of: columns, threads: 2) == model.predictions(of: columns, threads: 1))
    for user in [0, 20, 30] {
      let items = (0..<60).map { UInt32($0) }
      #expect(
        again.rankingKeys(by: UserIndex(user), of: items)
          == model.rankingKeys(by: UserIndex(user), of: items))
    }
  }

  @Test func daysThatNoFloatHoldsAreRefused() throws {
    let rows = RatingSubset(Self.ratings())
    let trainer = Self.trainer([.date])
    let model = try trainer.refit(on: rows, epochs: 1) { _ in }.model
    let tensors = model.tensors.map { tensor in
      tensor.name != "user_first_day"
        ? tensor
        : NamedTensor(
          name: tensor.name, shape: tensor.shape, values: [1e9] + tensor.values.dropFirst())
    }
    #expect(throws: ModelError.outOfRange(name: "user_first_day", index: 0)) {
      try trainer.model(of: tensors, on: rows)
    }
  }

  @Test func theTutorialsNetworkHasNoDetails() throws {
    var model = ModelOptions()
    model.type = .neural
    (model.userFactors, model.itemFactors) = (50, nil)
    #expect(ModelDetails(model, FeatureTables.Encodings()) == .none)
    model.itemFactors = 20
    #expect(
      ModelDetails(model, FeatureTables.Encodings())
        == .neural(NeuralDetails(userFactors: 50, itemFactors: 20)))
  }
}
