import Ratings
import Testing

@testable import Recommenders

struct ErrorMetricsTests {
  private let rows = RatingColumns(
    users: [0, 0, 1].map { UserIndex($0) }, items: [0, 1, 0].map { ItemIndex($0) },
    values: [4, 2, 3])

  @Test func measuresAreThoseOfTheFormulas() throws {
    let metrics = try #require(ErrorMetrics(rows, predictions: [3, 2, 5]))
    #expect(metrics.count == 3)
    #expect(abs(metrics.mse - 5.0 / 3) < 1e-12)
    #expect(abs(metrics.rmse - (5.0 / 3).squareRoot()) < 1e-12)
    #expect(abs(metrics.mae - 1) < 1e-12)
    #expect(abs((metrics.r2 ?? 0) - (1 - 5.0 / 2)) < 1e-12)
    #expect(abs(metrics.rmseByUser - (0.5.squareRoot() + 2) / 2) < 1e-12)
  }

  @Test func ofNoRowsThereIsNothing() {
    #expect(ErrorMetrics(rows, predictions: [0, 0, 0]) { _ in false } == nil)
  }

  @Test func equalRatingsHaveNoCoefficientOfDetermination() throws {
    let metrics = try #require(ErrorMetrics(rows.selecting([0]), predictions: [3]))
    #expect(metrics.r2 == nil)
  }

  @Test func calibrationSortsRowsIntoBins() {
    let bins = CalibrationBin.bins(
      rows, predictions: [-7, 1.5, 9], scale: RatingScale(minimum: 1, maximum: 5), count: 4)
    #expect(bins.map(\.count) == [2, 1])
    #expect(bins[0].lower == 1 && bins[0].upper == 2)
    #expect(bins[0].meanPrediction == -2.75 && bins[0].meanRating == 3)
    #expect(bins[1].lower == 4 && bins[1].upper == 5 && bins[1].meanRating == 3)
    #expect(
      CalibrationBin.bins(
        rows, predictions: [1, 1, 1], scale: RatingScale(minimum: 2, maximum: 2)
      ).isEmpty)
  }
}
