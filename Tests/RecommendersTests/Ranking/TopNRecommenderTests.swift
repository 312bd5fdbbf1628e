import Ratings
import TestSupport
import Testing

@testable import Recommenders

struct TopNRecommenderTests {
  /// Users like the squares of their own colour; what they have not rated of it must come first.
  @Test func missingSquaresOfACheckerboardAreRecommended() async throws {
    let size = 24
    var (users, items, values): ([UserIndex], [ItemIndex], [Float]) = ([], [], [])
    for user in 0..<size {
      for item in 0..<size where (user * 5 + item * 3) % 7 != 0 {
        users.append(UserIndex(user))
        items.append(ItemIndex(item))
        values.append((user + item) % 2 == 0 ? 5 : 1)
      }
    }
    let ratings = RatingColumns(users: users, items: items, values: values)
    var (model, training) = (ModelOptions(), TrainingOptions())
    model.factors = 4
    training.learningRate = 0.02
    let trained = try Trainer(
      model: model, training: training,
      resolved: ResolvedTraining(training, model: model, ratings: 400, watchesHeldOut: false),
      users: size, items: size, scale: RatingScale(minimum: 1, maximum: 5)
    ).refit(on: RatingSubset(ratings), epochs: 60) { _ in }
    let seen = InteractionMatrix(users: size, columns: ratings)
    let lists = try await TopNRecommender(
      model: trained.model, excluding: seen, candidates: Array(repeating: true, count: size), k: 3
    ).recommendAll(threads: 2)
    #expect(lists.count == size)
    for list in lists {
      let user = list.user.position
      let missing = (0..<size).filter { (user * 5 + $0 * 3) % 7 == 0 }
      let liked = missing.filter { (user + $0) % 2 == 0 }
      #expect(list.items.count == min(3, missing.count))
      #expect(
        Set(list.items.prefix(liked.count).map(\.item.position)).isSubset(of: liked),
        "user \(user)")
    }
  }

  @Test func tiesGoToTheLowerItemAndListsMayBeShort() {
    let model = Self.model(itemBias: [1, 3, 3, 2, 3])
    let seen = InteractionMatrix(
      users: 2,
      columns: RatingColumns(
        users: [UserIndex(0), UserIndex(0)], items: [ItemIndex(2), ItemIndex(0)], values: [1, 1]))
    func items(_ k: Int, candidates: [Bool]) -> [[Int]] {
      TopNRecommender(model: model, excluding: seen, candidates: candidates, k: k)
        .recommend(0..<2).map { $0.items.map(\.item.position) }
    }
    let all = [Bool](repeating: true, count: 5)
    #expect(items(2, candidates: all) == [[1, 4], [1, 2]])
    #expect(items(9, candidates: all) == [[1, 4, 3], [1, 2, 4, 3, 0]])
    #expect(items(.max, candidates: all) == items(9, candidates: all))
    #expect(items(9, candidates: [true, false, true, false, false]) == [[], [2, 0]])
  }

  @Test func threadsDoNotChangeTheLists() async throws {
    let model = Self.model(itemBias: (0..<40).map { Float($0 * 17 % 11) }, users: 100)
    let seen = InteractionMatrix(
      users: 100,
      columns: RatingColumns(
        users: (0..<100).map { UserIndex($0) }, items: (0..<100).map { ItemIndex($0 % 40) },
        values: Array(repeating: 1, count: 100)))
    let recommender = TopNRecommender(
      model: model, excluding: seen, candidates: Array(repeating: true, count: 40), k: 5)
    let one = try await recommender.recommendAll(threads: 1)
    #expect(one.map(\.user.position) == Array(0..<100))
    for threads in [2, 5, .max] {
      #expect(try await recommender.recommendAll(threads: threads) == one)
    }
  }

  private static func model(itemBias: [Float], users: Int = 2) -> FactorModel {
    FactorModel(
      ModelConfiguration(
        type: .bias, users: users, items: itemBias.count, factors: 0, hidden: [], link: .identity,
        cold: .asTrained, scale: RatingScale(minimum: 1, maximum: 5), trainMean: 0),
      users: FactorModel.table(
        factors: [], count: 0, rows: users, Array(repeating: 0, count: users)
      ) { ($0, 1) },
      items: FactorModel.table(factors: [], count: 0, rows: itemBias.count, itemBias) { (1, $0) },
      trainingCounts: TrainingCounts(
        users: Array(repeating: 1, count: users),
        items: Array(repeating: 1, count: itemBias.count)))
  }
}
