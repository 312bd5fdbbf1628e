import Testing

@testable import Ratings

/// Counted by hand: five ratings of three users and three items.
@Suite struct RatingsProfileTests {
  let profile: RatingsProfile

  init() throws {
    profile = RatingsProfile(
      try DatasetFixture.rows([
        (1, 10, 4, 946_684_800), (1, 20, 5, 946_684_801), (1, 30, 2, 951_782_400),
        (2, 10, 4, 954_547_200), (7, 10, 1, 946_684_799),
      ]))
  }

  @Test func countsAndSparsity() {
    #expect(profile.ratings == 5 && profile.users == 3 && profile.items == 3)
    #expect(profile.density == 5.0 / 9)
    #expect(profile.sparsity == 1 - 5.0 / 9)
  }

  @Test func ratingsHaveABinForEachStepWithItsEmptyOnes() {
    let distribution = profile.distribution
    #expect(distribution.bins.map(\.lower) == [1, 2, 3, 4, 5])
    #expect(distribution.bins.map(\.upper) == [1, 2, 3, 4, 5])
    #expect(distribution.bins.map(\.count) == [1, 1, 0, 2, 1])
    #expect(distribution.step == 1 && distribution.distinctValues == 4)
    #expect(distribution.mean == 3.2 && distribution.median == 4)
    #expect((distribution.standardDeviation - 1.469_693_845_669_907).magnitude < 1e-12)
  }

  @Test func activityOfUsersAndItems() {
    let users = profile.userActivity
    #expect(users.quantiles.map(\.count) == [1, 1, 1, 3, 3, 3, 3])
    #expect(users.withOneRating == 2 && users.members == 3 && users.ratings == 5)
    #expect(users.doublings == [2, 1])
    #expect(users.curve.map(\.rank) == [1, 2, 3])
    #expect(users.curve.map(\.count) == [3, 1, 1])
    #expect(users.curve.map(\.cumulative) == [3, 4, 5])
    #expect(users.shareOfRatings(ofMostActive: 1) == 0.6)
    #expect(users.shareOfRatings(ofMostActive: 34) == 0.8)
    // (−2·1 + 0·1 + 2·3) / (3·5)
    #expect(users.gini == 4.0 / 15)
    #expect(profile.itemActivity == users)
  }

  @Test func monthsFollowOneAnotherWithTheirEmptyOnes() throws {
    let time = try #require(profile.time)
    #expect(time.first == 946_684_799 && time.last == 954_547_200)
    #expect(time.monthsPerPeriod == 1)
    #expect(time.periods.map(\.year) == [1999, 2000, 2000, 2000, 2000])
    #expect(time.periods.map(\.month) == [12, 1, 2, 3, 4])
    #expect(time.periods.map(\.count) == [1, 2, 1, 0, 1])
  }

  @Test func theCrossTableHoldsWhatWasRated() {
    let table = profile.crossTable
    #expect(
      table.users.map(\.index.position) == [0, 1, 2] && table.users.map(\.count) == [3, 1, 1])
    #expect(table.ratings == [[4, 5, 2], [4, nil, nil], [1, nil, nil]])
  }

  @Test func theCrossTableTakesTheFirstOfEquallyActiveUsers() throws {
    var rows = (1...20).map { ($0, 1, Float($0 % 5 + 1), Int64(0)) }
    rows += [(20, 2, 3, 0), (20, 3, 3, 0), (19, 3, 1, 0)]
    let table = RatingsProfile(try DatasetFixture.rows(rows)).crossTable
    #expect(table.users.map(\.index.position) == Array(0..<13) + [18, 19])
    #expect(table.items.map(\.index.position) == [0, 1, 2])
    #expect(table.ratings[13] == [5, nil, 1] && table.ratings[14] == [1, 3, 3])
  }

  @Test func aRatingAloneIsAllThereIs() throws {
    let lone = RatingsProfile(try DatasetFixture.csv("userId,movieId,rating\nu,i,3.5\n"))
    #expect(lone.density == 1 && lone.time == nil)
    #expect(lone.distribution.bins == [.init(lower: 3.5, upper: 3.5, count: 1)])
    #expect(lone.distribution.standardDeviation == 0 && lone.distribution.step == nil)
    #expect(lone.userActivity.curve == [.init(rank: 1, count: 1, cumulative: 1)])
    #expect(lone.userActivity.gini == 0)
    #expect(lone.crossTable.ratings == [[3.5]])
  }

  @Test func theCurveHasAtMostAHundredPlacesAndEndsAtTheLast() {
    let activity = ActivityProfile(counts: (1...250).map { $0 % 9 })
    #expect(activity.curve.count == 100)
    #expect(activity.curve.last?.rank == 250)
    #expect(activity.curve.last?.cumulative == activity.ratings)
    #expect(activity.curve.last?.count == 0 && activity.curve[0].count == 8)
  }
}

@Suite struct RatingDistributionTests {
  @Test func halfStarsHaveTenBins() {
    let distribution = RatingDistribution(of: [0.5, 5, 3.5, 4, 4])
    #expect(distribution.step == 0.5)
    #expect(distribution.bins.map(\.lower) == (1...10).map { Float($0) / 2 })
    #expect(distribution.bins.map(\.count) == [1, 0, 0, 0, 0, 0, 1, 2, 0, 1])
  }

  /// 2 and 5 steps from the first one: no two neighbours are one step apart.
  @Test func theStepIsThatOfAllValuesTogether() {
    #expect(RatingDistribution(of: [0, 2, 5]).step == 1)
    #expect(RatingDistribution(of: [0.1, 0.3, 0.6]).bins.count == 6)
    #expect(RatingDistribution(of: [0, 1]).bins.map(\.count) == [1, 1])
  }

  @Test func manyStepsShareBins() {
    let distribution = RatingDistribution(of: (1...100).map { Float($0) })
    #expect(distribution.bins.count == 20 && distribution.step != nil)
    #expect(distribution.bins[0] == .init(lower: 1, upper: 5, count: 5))
    #expect(distribution.bins[19] == .init(lower: 96, upper: 100, count: 5))
    #expect(distribution.median == 50.5 && distribution.distinctValues == 100)
  }

  @Test func valuesOnNoStepHaveEqualBins() {
    let values = (0..<1_000).map { Float($0 * $0) / 1_000_000 + 2 }
    let distribution = RatingDistribution(of: values)
    #expect(distribution.step == nil && distribution.bins.count == 20)
    #expect(distribution.bins.reduce(0) { $0 + $1.count } == 1_000)
    #expect(distribution.bins[0].lower == 2 && distribution.bins[19].upper == values[999])
    let sorted = values.sorted()
    #expect(distribution.median == (Double(sorted[499]) + Double(sorted[500])) / 2)
    #expect(distribution.distinctValues == nil)
  }

  @Test func negativeRatingsAreOrdered() {
    let distribution = RatingDistribution(of: [-10, 10, -0.0, 0, -10])
    #expect(distribution.bins.map(\.lower) == [-10, 0, 10])
    #expect(distribution.bins.map(\.count) == [2, 2, 1])
    #expect(distribution.median == 0 && distribution.mean == -2)
  }
}

@Suite struct TimeProfileTests {
  @Test func yearsWhereThereAreManyMonths() throws {
    let time = try #require(TimeProfile(of: [1_537_799_250, 828_124_615, 828_124_615]))
    #expect(time.monthsPerPeriod == 12)
    #expect(time.periods.map(\.year) == Array(1996...2018))
    #expect(time.periods[0].count == 2 && time.periods[22].count == 1)
    #expect(time.periods.allSatisfy { $0.month == 1 })
  }

  /// As where one file mixes seconds and milliseconds.
  @Test(arguments: [[0, 1_537_799_250_000], [Int64.min, 0, .max], [-1, 0]])
  func anyTimesMakeAtMostAHundredPeriods(seconds: [Int64]) throws {
    let time = try #require(TimeProfile(of: Timestamps(seconds)))
    #expect((1...100).contains(time.periods.count))
    #expect(time.periods.reduce(0) { $0 + $1.count } == seconds.count)
    #expect(time.periods[0].count == 1 && time.periods[time.periods.count - 1].count == 1)
  }

  @Test func thereIsNoneWithoutTimestamps() {
    #expect(TimeProfile(of: []) == nil)
  }
}
