import Ratings
import Recommenders
import Storage
import Testing

@testable import Job

struct GatesTests {
  private func metrics(
    rmse: JSONValue = 0.86, baseline: Double = 0.88, ratings: Int = 1000, users: Int = 100,
    items: Int = 50
  ) -> JSONValue {
    [
      "data": [
        "ratings": .integer(ratings), "users": .integer(users), "items": .integer(items),
      ],
      "evaluation": ["model": ["rmse": rmse], "baseline": ["rmse": .numberOrNull(baseline)]],
    ]
  }

  private func check(
    _ change: (inout GateOptions) -> Void = { _ in }, _ metrics: JSONValue? = nil,
    lists: [RecommendationList] = [], bias: Float = 0, previous: JSONValue? = nil,
    isComparable: Bool = true, withoutList: [String] = [], compared: ListComparison? = nil
  ) -> Gates.Findings {
    var options = GateOptions()
    change(&options)
    return Gates(options: options).check(
      metrics: metrics ?? self.metrics(), lists: lists, model: model(bias: bias),
      withoutList: withoutList,
      earlier: previous == nil && compared == nil
        ? nil : Gates.Earlier(metrics: previous, isComparable: isComparable, lists: compared))
  }

  private func model(bias: Float) -> any RatingPredictor {
    let ratings = RatingColumns(users: [UserIndex(0)], items: [ItemIndex(0)], values: [bias])
    return BiasModel.fit(
      RatingSubset(ratings), users: 1, items: 1, scale: RatingScale(minimum: 0, maximum: 1))
  }

  @Test func parametersThatAreNotNumbersAreRefused() {
    #expect(
      check(bias: .infinity).refusals == [
        "a parameter in user_bias is not a finite number",
        "a parameter in item_bias is not a finite number",
      ])
  }

  @Test func dataMayShrinkByJustTheAllowedShare() {
    let previous = metrics(ratings: 1000, users: 100, items: 50)
    let current = metrics(ratings: 700, users: 70, items: 35)
    #expect(check({ $0.maxShrink = 0.3 }, current, previous: previous).refusals.isEmpty)
    #expect(
      check({ $0.maxShrink = 0.3 }, metrics(ratings: 699), previous: previous).refusals.count == 1)
  }

  @Test func impossibleNumbersOfAnEarlierRunAreNoReasonToStop() {
    let previous: JSONValue = [
      "data": ["ratings": 1e300], "evaluation": ["model": ["rmse": 1e306]],
    ]
    #expect(check({ $0.maxRMSEIncrease = 0 }, previous: previous) == Gates.Findings())
  }

  @Test func aGoodFirstRunPasses() {
    #expect(check { $0.maxRMSEIncrease = 0 } == Gates.Findings())
  }

  @Test func errorsAboveTheBoundAreRefused() {
    #expect(
      check { $0.maxTestRMSE = 0.85 }.refusals
        == ["the test RMSE 0.86 is above gates.max_test_rmse 0.85"])
    #expect(check { $0.maxTestRMSE = 0.86 }.refusals.isEmpty)
  }

  @Test func whatIsNotANumberIsRefused() {
    #expect(
      check({ _ in }, metrics(rmse: .null)).refusals
        == ["the test RMSE is not a finite number"])
    let list = RecommendationList(
      user: UserIndex(0), items: [ScoredItem(item: ItemIndex(0), score: .nan)])
    #expect(
      check(lists: [list]).refusals == ["the score of a recommendation is not a finite number"])
  }

  @Test func aRiseIsRefusedIfTheRunsAreComparable() {
    let previous = metrics(rmse: 0.84)
    let findings = check({ $0.maxRMSEIncrease = 0.01 }, previous: previous)
    #expect(
      findings.refusals == [
        "the test RMSE rose from 0.84 to 0.86, by more than gates.max_rmse_increase 0.01"
      ])
    let warned = check(
      { $0.maxRMSEIncrease = 0.01 }, previous: previous, isComparable: false)
    #expect(warned.refusals.isEmpty && warned.warnings.count == 1)
    #expect(check({ $0.maxRMSEIncrease = 0.03 }, previous: previous) == Gates.Findings())
  }

  @Test func notBeatingTheBaselineIsUpToThePolicy() {
    let worse = metrics(rmse: 0.9)
    #expect(
      check({ _ in }, worse).warnings
        == ["the test RMSE 0.9 does not beat the bias baseline's 0.88"])
    #expect(check({ $0.beatBaseline = .require }, worse).refusals.count == 1)
    #expect(check({ $0.beatBaseline = .off }, worse) == Gates.Findings())
  }

  @Test func shrunkenDataIsRefused() {
    let previous = metrics(ratings: 2001, users: 200, items: 50)
    #expect(
      check(previous: previous).refusals == [
        "the number of ratings fell from 2001 to 1000, by more than gates.max_shrink 0.5"
      ])
    #expect(check({ $0.maxShrink = 0.6 }, previous: previous).refusals.isEmpty)
  }

  /// One user's lists, of which one item in two is the same.
  private func halfTheSame() -> ListComparison {
    func lists(_ items: [String]) -> RankedLists {
      RankedLists { add in add(RawList(user: "u", items: items)) }
    }
    return ListComparer.compare(before: lists(["a", "b"]), now: lists(["a", "c"]), k: 10)
  }

  @Test func listsThatAreMostlyOthersAreRefused() {
    #expect(
      check({ $0.minOverlap = 0.51 }, compared: halfTheSame()).refusals == [
        "the lists have a mean overlap@10 of 0.5 with those of the latest run, below "
          + "gates.min_overlap 0.51"
      ])
    #expect(check({ $0.minOverlap = 0.5 }, compared: halfTheSame()) == Gates.Findings())
    #expect(check({ _ in }, compared: halfTheSame()) == Gates.Findings())
    let warned = check(
      { $0.minOverlap = 1 }, isComparable: false, compared: halfTheSame())
    #expect(warned.refusals.isEmpty && warned.warnings.count == 1)
    // Without an earlier run there is nothing to compare.
    #expect(check({ $0.minOverlap = 1 }) == Gates.Findings())
    #expect(
      check({ $0.minOverlap = 1 }, previous: metrics()).warnings == [
        "the lists cannot be compared with those of the latest run, so that gates.min_overlap has no "
          + "effect"
      ])
    #expect(check(previous: metrics()) == Gates.Findings())
  }

  @Test func listsOfOtherUsersHaveNothingInCommon() {
    func lists(_ user: String) -> RankedLists {
      RankedLists { add in add(RawList(user: user, items: ["a"])) }
    }
    let other = ListComparer.compare(before: lists("7"), now: lists("007"), k: 10)
    #expect(
      check({ $0.minOverlap = 0.01 }, compared: other).refusals == [
        "the lists have a mean overlap@10 of 0 with those of the latest run, below "
          + "gates.min_overlap 0.01"
      ])
    #expect(check({ $0.minOverlap = 0 }, compared: other) == Gates.Findings())
    let none = ListComparer.compare(before: RankedLists { _ in }, now: lists("7"), k: 10)
    #expect(check({ $0.minOverlap = 1 }, compared: none) == Gates.Findings())
  }

  @Test func usersWithCandidatesAndNoListAreRefused() {
    #expect(
      check(withoutList: ["7", "9"]).refusals == [
        "there are items for 2 users who have no list, the first of them \"7\""
      ])
  }
}
