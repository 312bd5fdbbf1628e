import Kernels
import Ratings
import Testing

@testable import Recommenders

struct RelevanceBlendTests {
  @Test func standardizedValuesHaveMeanZeroAndDeviationOne() {
    let values = RelevanceBlend.standardized([1, 4, 2, 8, 5, 7])
    #expect(abs(values.reduce(0, +)) < 1e-12)
    #expect(abs(values.reduce(0) { $0 + $1 * $1 } / 6 - 1) < 1e-12)
    #expect(values[3] > values[5])
    #expect(RelevanceBlend.standardized([0.1, 0.1, 0.1]) == [0, 0, 0])
    #expect(RelevanceBlend.standardized([]) == [])
  }

  /// Keys that are the same for all users.
  static func model(
    _ keys: [Float], counts: [Int32], users: [Int32] = [20, 20], type: ModelType = .bias
  ) -> FactorModel {
    FactorModel(
      ModelConfiguration(
        type: .bias, users: users.count, items: keys.count, factors: 0, hidden: [],
        link: .identity, cold: .asTrained, scale: RatingScale(minimum: 1, maximum: 5), trainMean: 3),
      users: FactorModel.table(
        factors: [], count: 0, rows: users.count, Array(repeating: 0, count: users.count)
      ) { ($0, 1) },
      items: FactorModel.table(factors: [], count: 0, rows: keys.count, keys) { (1, $0) },
      trainingCounts: TrainingCounts(users: users, items: counts))
  }

  private static func lists(
    relevance: [Float], rating: [Float], counts: [Int32], weights: BlendWeights,
    users: [Int32] = [20, 20], k: Int
  ) -> [RecommendationList] {
    let blend = RelevanceBlend(
      model(relevance, counts: counts, users: users), weights: weights)
    return TopNRecommender(
      model: model(rating, counts: counts, users: users),
      excluding: InteractionMatrix(
        users: users.count, columns: RatingColumns(users: [], items: [], values: [])),
      candidates: Array(repeating: true, count: rating.count), k: k,
      order: ListOrder(.relevance(blend))
    ).recommend(0..<users.count)
  }

  @Test func scoresAreTheWeightedSumOfStandardizedParts() {
    let (relevance, rating): ([Float], [Float]) = ([3, 1, 2, 0], [0, 1, 0.5, -1])
    let counts: [Int32] = [100, 10, 1, 0]
    let blend = RelevanceBlend(
      Self.model(relevance, counts: counts), weights: BlendWeights(rating: 0.5, rarity: 2))
    let scores = blend.scores(by: UserIndex(0), of: [0, 1, 2, 3], ratings: rating)
    let logs = counts.map { Float(Activations.logarithm(Double(max($0, 1)))) }
    for item in 0..<4 {
      let expected =
        RelevanceBlend.standardized(relevance)[item]
        + 0.5 * RelevanceBlend.standardized(rating)[item]
        - 2 * RelevanceBlend.standardized(logs)[item]
      #expect(abs(Double(scores[item]) - expected) < 1e-5)
    }
  }

  @Test func listsAreInTheBlendsOrderAndShowPredictedRatings() {
    let lists = Self.lists(
      relevance: [0, 5, 1, 2], rating: [1.5, -1, 0.5, 0], counts: [5, 5, 5, 5],
      weights: BlendWeights(rating: 0, rarity: 0), k: 3)
    #expect(lists[0].items.map(\.item.position) == [1, 3, 2])
    #expect(lists[0].items.map(\.score) == [2, 3, 3.5])
  }

  @Test func tiesGoToTheLowerItem() {
    let lists = Self.lists(
      relevance: [1, 2, 2, 1, 2], rating: [0, 0, 0, 0, 0], counts: [3, 3, 3, 3, 3],
      weights: BlendWeights(), k: 4)
    #expect(lists[1].items.map(\.item.position) == [1, 2, 4, 0])
  }

  @Test func usersWithoutChoicesGetWhatIsPopularAndGood() {
    let lists = Self.lists(
      relevance: [0, 0, 0, 0], rating: [1, 1, 1, -1], counts: [2, 500, 40, 500],
      weights: BlendWeights(), users: [0, 20], k: 4)
    #expect(lists[0].items.map(\.item.position).first == 1)
    #expect(lists[0].items.map(\.item.position).last != 1)
    // Somebody whose choices are known is spared what everybody knows.
    #expect(lists[1].items.map(\.item.position).first == 0)
  }

  @Test func lowerBoundTakesDeviationsOff() {
    let model = UncertainModel(
      base: Self.model([1, 0.9, 0.5], counts: [1, 9, 99]), deviations: [1, 0.2, 0])
    func items(_ z: Float) -> [Int] {
      TopNRecommender(
        model: model,
        excluding: InteractionMatrix(
          users: 2, columns: RatingColumns(users: [], items: [], values: [])),
        candidates: [true, true, true], k: 3, order: ListOrder(.lowerBound(z: z))
      ).recommend(0..<1)[0].items.map(\.item.position)
    }
    #expect(items(0) == [0, 1, 2])
    #expect(items(1) == [1, 2, 0])
    #expect(items(6) == [2, 1, 0])
  }
}

/// A model with given deviations.
struct UncertainModel: RatingPredictor {
  let base: FactorModel
  let deviations: [Float]

  var configuration: ModelConfiguration { base.configuration }
  var tensors: [NamedTensor] { base.tensors }
  var trainingCounts: TrainingCounts { base.trainingCounts }

  func rankingKey(of item: ItemIndex, by user: UserIndex) -> Float {
    base.rankingKey(of: item, by: user)
  }

  func selection(of candidates: [UInt32]) -> any RowSelection {
    base.selection(of: candidates)
  }

  func deviations(by user: UserIndex, of items: [UInt32]) -> [Float]? {
    items.map { deviations[Int($0)] }
  }
}
