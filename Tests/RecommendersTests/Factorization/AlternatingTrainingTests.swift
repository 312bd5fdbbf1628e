import Kernels
import Ratings
import TestSupport
import Testing

@testable import Recommenders

@Suite struct AlternatingTrainingTests {
  private static let dataset = try? PlantedDataset(
    users: 150, items: 90, rank: 2, density: 0.4, noise: 0.2, roundsToHalfStars: false, seed: 3
  ).dataset()

  @Test(arguments: [ModelType.als, .svdPlusPlus])
  func recoversPlantedFactors(type: ModelType) throws {
    let dataset = try #require(Self.dataset)
    let split = try DatasetSplit(dataset: dataset, options: SplitOptions())
    let rows = RatingSubset(dataset.ratings, rows: split.trainAndCarvedValidation)
    let held = RatingSubset(dataset.ratings, rows: split.heldOut)
    var training = TrainingOptions()
    training.l2 = 0.001
    let trained = try trainer(type, training, dataset).train(on: rows, validation: held) { _ in }
    let baseline = BiasModel.fit(
      rows, users: dataset.users.count, items: dataset.items.count, scale: dataset.scale)
    let (found, plain) = (rmse(trained.model, held), rmse(baseline, held))
    #expect(found < 0.75 * plain, "\(found), the bias baseline \(plain)")
    // What early stopping saw is what the model gives.
    let best = try #require(trained.history[trained.bestEpoch - 1].validationRMSE)
    #expect(abs(best - found) < 1e-5)
  }

  @Test func theObjectiveOfALSNeverRises() throws {
    let dataset = try #require(Self.dataset)
    let inputs = inputs(dataset, threads: 1)
    var training = AlternatingTraining(
      configuration(.als, dataset, factors: 5), inputs: inputs, l2: 0.1)
    let counts = TrainingCounts(inputs.ratings, users: inputs.users, items: inputs.items)
    var last = Double.infinity
    for epoch in 1...8 {
      let loss = try training.trainEpoch(epoch, learningRate: 0)
      var objective = loss * Double(inputs.ratings.count)
      for (table, counts) in zip(training.weights, [counts.users, counts.items]) {
        for (row, count) in counts.enumerated() {
          for lane in 0..<5 {
            let value = Double(table[row, lane])
            objective += (2 + 0.1 * Double(count)) * value * value
          }
          objective += 3 * Double(table[row, 5]) * Double(table[row, 5])
        }
      }
      #expect(objective <= last * (1 + 1e-6), "epoch \(epoch): \(objective) after \(last)")
      last = objective
    }
  }

  @Test func historiesAreTheLeastSquaresFitToTheRows() throws {
    let dataset = try #require(Self.dataset)
    let lists = RatingLists.both(inputs(dataset, threads: 1))
    let penalties = FactorizationPenalties(
      perRating: 0.1, constant: 4, bias: 3, history: 20, historyBias: 10)
    var side = FactorizationSide(
      lists: lists.users, factors: 2, hasHistory: true, penalties: penalties)
    let start = Initializer(seed: 5).uniform(count: lists.users.rows * 3, unit: 0)
    side.rows = EmbeddingTable(rows: lists.users.rows, dimension: 3, values: start)
    side.fitHistory(turned: lists.items, steps: 60, threads: 1)
    let history = try #require(side.history)
    let centers = try #require(side.centers(threads: 1))
    // The gradient by y_j: λ_y y_j − Σ_u λ_u n_u^−½ (p_u − z_u).
    for item in 0..<lists.items.rows {
      for lane in 0..<3 {
        var gradient = Double(history[item, lane]) * (lane < 2 ? 20 : 10)
        for place in lists.items.starts[item]..<lists.items.starts[item + 1] {
          let user = Int(lists.items.others[place])
          let count = Double(lists.users.count(of: user))
          let penalty = lane < 2 ? 4 + 0.1 * count : 3
          gradient -=
            penalty / count.squareRoot() * Double(side.rows[user, lane] - centers[user, lane])
        }
        #expect(abs(gradient) < 1e-4, "item \(item), lane \(lane)")
      }
    }
  }

  @Test func theKeyOfAPairCountsItInBothHistories() throws {
    let dataset = try #require(Self.dataset)
    let inputs = inputs(dataset, threads: 1)
    var training = AlternatingTraining(
      configuration(.svdPlusPlus, dataset, factors: 5), inputs: inputs, l2: 0.01)
    for epoch in 1...3 { _ = try training.trainEpoch(epoch, learningRate: 0) }
    let lists = RatingLists.both(inputs)
    let (p, q, y, x) = (
      training.weights[0], training.weights[1], training.weights[2], training.weights[3]
    )
    let model = training.model()
    for (user, item) in [(0, 0), (7, 30), (149, 89)] {
      func joined(
        _ rows: EmbeddingTable, _ row: Int, _ lists: RowLists, _ history: EmbeddingTable
      ) -> (row: [Double], share: Double) {
        let count = Double(lists.count(of: row))
        let share = 1 / (count + 1).squareRoot()
        return (
          (0..<4).map { lane in
            var sum = 0.0
            for place in lists.starts[row]..<lists.starts[row + 1] {
              sum += Double(history[Int(lists.others[place]), lane])
            }
            return Double(rows[row, lane]) + sum * (share - 1 / count.squareRoot())
          }, share
        )
      }
      let (a, alpha) = joined(p, user, lists.users, y)
      let (b, beta) = joined(q, item, lists.items, x)
      var key = a[3] + b[3] + alpha * Double(y[item, 3]) + beta * Double(x[user, 3])
      for lane in 0..<3 {
        key += a[lane] * b[lane] + alpha * Double(y[item, lane]) * b[lane]
        key += beta * Double(x[user, lane]) * a[lane]
      }
      let found = model.rankingKey(of: ItemIndex(item), by: UserIndex(user))
      #expect(abs(Double(found) - key) < 1e-5)
    }
  }

  @Test(arguments: [ModelType.als, .svdPlusPlus, .ials], [2, 5])
  func doesNotDependOnTheNumberOfThreads(type: ModelType, threads: Int) throws {
    let dataset = try #require(Self.dataset)
    func tensors(_ threads: Int) throws -> ([NamedTensor], [EpochRecord]) {
      var training = TrainingOptions()
      training.maxEpochs = 3
      let trained = try trainer(type, training, dataset, threads: threads).train(
        on: RatingSubset(dataset.ratings),
        validation: RatingSubset(dataset.ratings, rows: Array(0..<900))
      ) { _ in }
      return (trained.model.tensors, trained.history)
    }
    let (one, other) = (try tensors(1), try tensors(threads))
    #expect(one.0 == other.0)
    #expect(one.1 == other.1)
  }

  @Test(arguments: [ModelType.als, .svdPlusPlus, .ials])
  func goesOnFromItsProgressToTheSameBits(type: ModelType) throws {
    let dataset = try #require(Self.dataset)
    let rows = RatingSubset(dataset.ratings)
    var training = TrainingOptions()
    training.maxEpochs = 4
    let trainer = trainer(type, training, dataset)
    var kept: TrainingProgress?
    let whole = try trainer.refit(on: rows, epochs: 4) { _ in
    } checkpoint: { progress in
      let now = progress()
      if now.history.count == 2 { kept = now }
    }
    #expect(kept?.history.count == 2)
    let resumed = try trainer.refit(on: rows, epochs: 4, resuming: kept) { _ in }
    #expect(resumed.model.tensors == whole.model.tensors)
    #expect(resumed.history == whole.history)
  }

  @Test(arguments: [ModelType.als, .svdPlusPlus, .ials])
  func isTheSameModelAgainFromItsTensors(type: ModelType) throws {
    let dataset = try #require(Self.dataset)
    var training = TrainingOptions()
    training.maxEpochs = 2
    let rows = RatingSubset(dataset.ratings)
    let model = try trainer(type, training, dataset).refit(on: rows, epochs: 2) { _ in }.model
    let again = try trainer(type, training, dataset).model(of: model.tensors, on: rows)
    for user in 0..<5 {
      let items = (0..<UInt32(dataset.items.count)).map(\.self)
      #expect(
        model.rankingKeys(by: UserIndex(user), of: items)
          == again.rankingKeys(by: UserIndex(user), of: items))
    }
  }

  @Test(arguments: [ModelType.als, .svdPlusPlus])
  func usersWithoutRatingsGetTheItemsBias(type: ModelType) throws {
    let dataset = try #require(Self.dataset)
    let rows = (0..<Int32(dataset.ratings.count)).filter {
      dataset.ratings.users[Int($0)] != UserIndex(3)
    }
    var training = TrainingOptions()
    training.maxEpochs = 3
    let model = try trainer(type, training, dataset).refit(
      on: RatingSubset(dataset.ratings, rows: rows), epochs: 3
    ) { _ in }.model
    let biases = try #require(model.tensors.first { $0.name == "item_bias" }).values
    for item in 0..<dataset.items.count {
      #expect(model.rankingKey(of: ItemIndex(item), by: UserIndex(3)) == biases[item])
    }
  }

  private func inputs(_ dataset: RatingsDataset, threads: Int) -> TrainingInputs {
    TrainingInputs(
      ratings: RatingSubset(dataset.ratings), validation: RatingSubset(dataset.ratings, rows: []),
      users: dataset.users.count, items: dataset.items.count, scale: dataset.scale, details: [],
      seed: 7, threads: threads)
  }

  private func configuration(
    _ type: ModelType, _ dataset: RatingsDataset, factors: Int
  ) -> ModelConfiguration {
    ModelConfiguration(
      type: type, users: dataset.users.count, items: dataset.items.count, factors: factors,
      hidden: [], link: .identity, cold: .knownTerms, scale: dataset.scale,
      trainMean: Float(BiasModel.mean(of: RatingSubset(dataset.ratings))))
  }

  private func trainer(
    _ type: ModelType, _ training: TrainingOptions, _ dataset: RatingsDataset, threads: Int = 1
  ) -> Trainer {
    var model = ModelOptions()
    model.type = type
    model.factors = 3
    model.implicit.sweeps = 3
    return Trainer(
      model: model, training: training,
      resolved: ResolvedTraining(
        training, model: model, ratings: dataset.ratings.count, watchesHeldOut: false),
      users: dataset.users.count, items: dataset.items.count, scale: dataset.scale,
      threads: threads)
  }

  private func rmse(_ model: any RatingPredictor, _ rows: RatingSubset) -> Double {
    var sum = 0.0
    for position in 0..<rows.count {
      let rating = rows.columns[rows.row(at: position)]
      let error = Double(model.predictedRating(of: rating.item, by: rating.user) - rating.value)
      sum += error * error
    }
    return (sum / Double(rows.count)).squareRoot()
  }
}
