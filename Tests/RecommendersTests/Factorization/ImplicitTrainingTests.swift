import Kernels
import Ratings
import Testing

@testable import Recommenders

@Suite struct ImplicitTrainingTests {
  /// Two groups of users and two of items; a user likes the items of the own group, but for one.
  private static let columns: RatingColumns = {
    var (users, items, values): ([UserIndex], [ItemIndex], [Float]) = ([], [], [])
    for user in 0..<20 {
      for item in 0..<20 where item % 2 == user % 2 && item != user {
        users.append(UserIndex(user))
        items.append(ItemIndex(item))
        values.append(5)
      }
    }
    return RatingColumns(users: users, items: items, values: values)
  }()

  @Test func theMissingItemOfTheOwnGroupComesFirst() throws {
    let model = try trained(sweeps: 8)
    for user in 0..<20 {
      let items = (0..<UInt32(20)).filter { Int($0) == user || Int($0) % 2 != user % 2 }
      let keys = model.rankingKeys(by: UserIndex(user), of: items)
      let best = try #require(zip(keys, items).max { $0.0 < $1.0 })
      #expect(Int(best.1) == user)
      #expect(best.0 > 0.5)
    }
  }

  @Test func theObjectiveNeverRises() throws {
    let options = options
    var training = ImplicitTraining(configuration, inputs: inputs, options: options, l2: 0.02)
    var last = Double.infinity
    for epoch in 1...6 {
      let loss = try training.trainEpoch(epoch, learningRate: 0)
      let (users, items) = (training.weights[0], training.weights[1])
      var objective = loss * Double(Self.columns.count)
      for user in 0..<20 {
        for item in 0..<20 {
          let key = Double(users.dot(user, items, item))
          objective += options.background * key * key
        }
      }
      // Every row has 9 ratings, and 20 rows on the other side.
      let penalty = 0.02 * (9 + options.background * 20)
      for row in 0..<20 {
        objective += penalty * Double(users.dot(row, users, row) + items.dot(row, items, row))
      }
      #expect(objective <= last * (1 + 1e-6), "epoch \(epoch): \(objective) after \(last)")
      last = objective
    }
  }

  @Test func aDislikedItemWeighsLess() {
    let options = ImplicitOptions()
    #expect(options.confidence(of: 4) == 1)
    #expect(options.confidence(of: 3.5) == Float(options.lowWeight))
  }

  private var options: ImplicitOptions { ImplicitOptions() }

  private var configuration: ModelConfiguration {
    ModelConfiguration(
      type: .ials, users: 20, items: 20, factors: 4, hidden: [], link: .identity,
      cold: .knownTerms, scale: RatingScale(minimum: 1, maximum: 5), trainMean: 5)
  }

  private var inputs: TrainingInputs {
    TrainingInputs(
      ratings: RatingSubset(Self.columns), validation: RatingSubset(Self.columns, rows: []),
      users: 20, items: 20, scale: RatingScale(minimum: 1, maximum: 5), details: [], seed: 7,
      threads: 1)
  }

  private func trained(sweeps: Int) throws -> any RatingPredictor {
    var training = ImplicitTraining(configuration, inputs: inputs, options: options, l2: 0.02)
    for epoch in 1...sweeps { _ = try training.trainEpoch(epoch, learningRate: 0) }
    return training.model()
  }
}
