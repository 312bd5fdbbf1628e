import Ratings
import Testing

@testable import Recommenders

struct FeatureEncodingTests {
  @Test func usersAreStandardisedByShrunkMeansAndSpreads() {
    let ratings = Self.columns([(0, 0, 5, 1), (0, 1, 3, 2), (1, 0, 1, 3), (1, 1, 3, 4)])
    let standardization = UserStandardization(RatingSubset(ratings), users: 3)
    // The mean of all is 3, the variance 2.
    let mean: Float = (8 + 15) / 7
    #expect(abs(standardization.means[0] - mean) < 1e-6)
    #expect(standardization.means[2] == 3)
    let squares = (5 - mean) * (5 - mean) + (3 - mean) * (3 - mean)
    #expect(abs(standardization.spreads[0] - ((squares + 32) / 22).squareRoot()) < 1e-6)
    #expect(abs(standardization.spreads[2] - Float(1.6).squareRoot()) < 1e-6)
  }

  @Test func lastResidualsAreWeightedByTheirAge() {
    let ratings = Self.columns([(0, 0, 5, 1_000), (0, 1, 2, 1_120), (0, 2, 4, 1_240)])
    let history = RatingHistory(RatingSubset(ratings), users: 1, items: 3)
    let mean = 11.0 / 3
    let residuals = [5, 2, 4].map { ($0 - mean) - ($0 - mean) / 6 }
    let bias = residuals.reduce(0, +) / 8
    // Of age 240 and 120 seconds.
    let weights = [120.0 / 360, 120.0 / 240]
    let expected =
      (weights[0] * (residuals[0] - bias) + weights[1] * (residuals[1] - bias))
      / (2 + weights[0] + weights[1])
    let found = history.means(before: 1_240, of: 0)
    #expect(abs(Double(found[1]) - expected) < 1e-6)
    let short = [60.0 / 300, 60.0 / 180]
    let expectedShort =
      (short[0] * (residuals[0] - bias) + short[1] * (residuals[1] - bias))
      / (1 + short[0] + short[1])
    #expect(abs(Double(found[0]) - expectedShort) < 1e-6)
    #expect(history.means(before: 1_000, of: 0) == [0, 0])
  }

  @Test func theFarthestTimesAreTimesToo() {
    let ratings = RatingSubset(
      Self.columns([(0, 0, 5, .min), (0, 1, 2, .max), (1, 0, 4, 0), (1, 1, 3, 86_399)]))
    let days = DayFeatures(ratings)
    #expect(days.days.count == 3 && days.feature(of: 1) == 1)
    #expect(days.feature(of: .min) == 0 && days.feature(of: .max) == 2)
    let history = RatingHistory(ratings, users: 2, items: 2)
    #expect(history.trainingMeans(ratings).allSatisfy { $0.allSatisfy(\.isFinite) })
    // An age of all seconds there are leaves nearly nothing of a residual.
    #expect(history.means(before: .max, of: 0).allSatisfy { abs($0) < 1e-6 })
  }

  @Test func aRowsOwnRatingHasNoPartInItsFeature() {
    func means(_ own: Float) -> [[Float]] {
      // The mean of all must not move either, so another user's rating makes up for it.
      let ratings = Self.columns([
        (0, 0, 3, 100), (0, 1, 2, 200), (0, 2, own, 300), (1, 3, 6 - own, 50),
      ])
      let subset = RatingSubset(ratings)
      return RatingHistory(subset, users: 2, items: 4).trainingMeans(subset)
    }
    for window in 0..<2 {
      #expect(abs(means(1)[2][window] - means(5)[2][window]) < 1e-6)
      #expect(abs(means(1)[1][window] - means(5)[1][window]) > 1e-3)
    }
  }

  @Test func rowsHoldIdsSetsAndDetails() throws {
    let ratings = Self.columns([(0, 0, 5, 1), (0, 2, 3, 2), (1, 0, 1, 90_000)])
    let inputs = Self.inputs(
      ratings,
      details: [
        ItemDetails(title: "Up (1999)", genres: ["B", "A"]), ItemDetails(),
        ItemDetails(title: "Up 2 (1992)", genres: ["(no genres listed)"]),
      ])
    let counts = TrainingCounts(ratings, users: 2, items: 3)
    let encoding = FeatureEncoding(
      inputs, names: [.genres, .implicit, .userDecade, .day], counts: counts)
    #expect(encoding.names == [.implicit, .genres, .userDecade, .day])
    let blocks = encoding.blocks(inputs.ratings)
    for block in blocks { block.check(ratings: 3) }
    #expect(blocks.map { $0.name } == ["user", "item", "cross", "day"])
    let half = Float(0.5).squareRoot()
    #expect(Array(blocks[0].indices[0..<3]) == [0, 2, 4])
    #expect(Array(blocks[0].values[0..<3]) == [1, half, half])
    // Item 0: itself, users 0 and 1, genres A and B.
    #expect(Array(blocks[1].indices[0..<5]) == [0, 3, 4, 5, 6])
    #expect(Array(blocks[1].values[0..<5]) == [1, half, half, half, half])
    #expect(blocks[2].groups == [FeatureGroup(name: "user-decade", count: 2, share: .broad)])
    #expect(blocks[3].rowOfRating == [0, 0, 1])
  }

  @Test func dataWithoutDetailsHaveTheIdsAndSets() {
    let ratings = RatingColumns(
      users: [UserIndex(0)], items: [ItemIndex(0)], values: [3])
    let encoding = FeatureEncoding(
      Self.inputs(ratings, details: []), names: nil,
      counts: TrainingCounts(ratings, users: 2, items: 3))
    #expect(encoding.names == [.implicit])
    #expect(encoding.blocks(RatingSubset(ratings)).count == 2)
  }

  static func columns(_ rows: [(Int, Int, Float, Int64)]) -> RatingColumns {
    RatingColumns(
      users: rows.map { UserIndex($0.0) }, items: rows.map { ItemIndex($0.1) },
      values: rows.map(\.2), timestamps: Timestamps(rows.map(\.3)))
  }

  static func inputs(_ ratings: RatingColumns, details: [ItemDetails]) -> TrainingInputs {
    TrainingInputs(
      ratings: RatingSubset(ratings), validation: RatingSubset(ratings, rows: []), users: 2,
      items: 3, scale: RatingScale(minimum: 1, maximum: 5), details: details, seed: 1, threads: 1)
  }
}
