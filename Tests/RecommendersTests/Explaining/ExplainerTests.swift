import Kernels
import Ratings
import Testing

@testable import Recommenders

/// Reasons by a stub whose contributions are known, by factors, and by who rated what.
struct ExplainerTests {
  /// Four users; the first three rated items 0 and 1 together, the last one items 2 and 3.
  private let ratings = RatingColumns(
    users: [0, 0, 0, 1, 1, 2, 2, 2, 3, 3].map { UserIndex($0) },
    items: [0, 1, 2, 0, 1, 0, 1, 4, 2, 3].map { ItemIndex($0) },
    values: [5, 1, 5, 5, 4, 5, 3, 5, 2, 4])

  private func list(_ user: Int, _ items: [Int]) -> RecommendationList {
    RecommendationList(
      user: UserIndex(user), items: items.map { ScoredItem(item: ItemIndex($0), score: 4) })
  }

  @Test func anExactModelsGreatestTermsAreTheReasons() {
    let explainer = Explainer(model: Stub(isExact: true), ratings: ratings, count: 2)
    let reasons = explainer.explaining(list(0, [3, 4])).reasons
    #expect(reasons?.kind == .exact)
    // Item j adds (j + 1) × rating − 5: 0, −3 and 10.
    #expect(reasons.map { Array($0[0]) } == [Reason(item: ItemIndex(2), contribution: 10)])
    #expect(reasons?.count == 2)
  }

  @Test func whoRatedBothSpeaksWhereTheModelDoesNot() {
    let explainer = Explainer(model: Stub(isExact: false), ratings: ratings, count: 3)
    let reasons = explainer.explaining(list(3, [0])).reasons
    #expect(reasons?.kind == .similarity)
    // User 3 liked item 3 only, which has no rater in common with item 0.
    #expect(reasons.map { Array($0[0]) } == [])
    // User 0 did not like item 1; of items 0 and 2, item 4 has one of three raters of item 0.
    let others = explainer.explaining(list(0, [4, 3])).reasons
    #expect(
      others.map { Array($0[0]) } == [
        Reason(item: ItemIndex(0), contribution: 1 / Float(3).squareRoot())
      ])
    #expect(
      others.map { Array($0[1]) } == [
        Reason(item: ItemIndex(2), contribution: 1 / Float(2).squareRoot())
      ])
  }

  @Test func factorsSpeakWhereTheModelHasSome() {
    let factors: [Float] = [1, 0, 0, 1, 0, 2, 0, 3, 4, 4]
    let explainer = Explainer(
      model: Stub(isExact: false, factors: factors), ratings: ratings, count: 3)
    let reasons = explainer.explaining(list(0, [3])).reasons
    #expect(reasons?.kind == .similarity)
    #expect(reasons.map { Array($0[0]) } == [Reason(item: ItemIndex(2), contribution: 1)])
  }

  @Test(arguments: [true, false]) func threadsChangeNothing(isExact: Bool) {
    let explainer = Explainer(model: Stub(isExact: isExact), ratings: ratings, count: 2)
    let lists = (0..<200).map { list($0 % 4, [3, 4, 0]) }
    let one = explainer.explaining(lists, threads: 1)
    #expect(one.count == 200 && one.allSatisfy { $0.reasons?.count == 3 })
    for threads in [2, 5] { #expect(explainer.explaining(lists, threads: threads) == one) }
  }

  @Test func aUserWithoutRatingsHasNoReasons() {
    let none = RatingColumns(users: [], items: [], values: [])
    for isExact in [true, false] {
      let reasons = Explainer(model: Stub(isExact: isExact), ratings: none, count: 2)
        .explaining(list(1, [2])).reasons
      #expect(reasons.map { Array($0[0]) } == [])
    }
  }
}

/// A model of four users and five items to which item j contributes (j + 1) × rating − 5.
private struct Stub: RatingPredictor {
  let configuration = ModelConfiguration(
    type: .itemKNN, users: 4, items: 5, factors: 0, hidden: [], link: .identity, cold: .knownTerms,
    scale: RatingScale(minimum: 1, maximum: 5), trainMean: 3)
  let trainingCounts = TrainingCounts(users: [1, 1, 1, 1], items: [1, 1, 1, 1, 1])
  let isExact: Bool
  var factors: [Float] = []

  var tensors: [NamedTensor] {
    factors.isEmpty ? [] : [NamedTensor(name: "item_factors", shape: [5, 2], values: factors)]
  }

  func rankingKey(of item: ItemIndex, by user: UserIndex) -> Float { 0 }

  func selection(of candidates: [UInt32]) -> any RowSelection {
    KeySelection(candidates: candidates) { _ in candidates.map { _ in 0 } }
  }

  func contributions(
    to item: ItemIndex, by user: UserIndex, of rated: [RatedItem]
  ) -> [Float]? {
    isExact ? rated.map { Float($0.item.position + 1) * $0.rating - 5 } : nil
  }
}
