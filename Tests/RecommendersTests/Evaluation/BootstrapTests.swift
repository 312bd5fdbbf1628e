import Ratings
import Testing

@testable import Recommenders

struct BootstrapTests {
  @Test func intervalHoldsTheFigureAndNarrowsWithTheUsers() throws {
    func width(users: Int) throws -> Double {
      let rows = RatingColumns(
        users: (0..<users * 4).map { UserIndex($0 / 4) },
        items: (0..<users * 4).map { ItemIndex($0 % 4) },
        values: (0..<users * 4).map { Float($0 % 7) })
      let predictions = [Float](repeating: 3, count: users * 4)
      let worse = [Float](repeating: 4, count: users * 4)
      func intervals(threads: Int) -> [ConfidenceInterval?] {
        Bootstrap.rmseIntervals(
          rows, predictions: [predictions, worse], users: users, seed: 1, threads: threads)
      }
      let interval = try #require(intervals(threads: 1)[0])
      for (index, predicted) in [predictions, worse].enumerated() {
        let found = try #require(intervals(threads: 1)[index])
        let rmse = try #require(ErrorMetrics(rows, predictions: predicted)).rmse
        #expect(found.lower < rmse && rmse < found.upper)
      }
      #expect(intervals(threads: 3) == intervals(threads: 1))
      return interval.upper - interval.lower
    }
    let (few, many) = (try width(users: 25), try width(users: 400))
    // Sixteen times as many users: an interval about a quarter as wide.
    #expect(many < 0.4 * few && many > 0.15 * few)
  }

  @Test func theIntervalOfAMeanLeavesOutWhoDoesNotCount() throws {
    let values = (0..<200).map { $0 % 2 == 0 ? Double($0 % 10) : nil }
    let shifted = values.map { $0.map { $0 + 100 } }
    let found = Bootstrap.meanIntervals([values, shifted], seed: 3, threads: 2)
    let interval = try #require(found[0])
    #expect(interval.lower < 4 && 4 < interval.upper)
    #expect(interval.upper - interval.lower < 2)
    let other = try #require(found[1])
    #expect(abs(other.lower - interval.lower - 100) < 1e-9)
    #expect(Bootstrap.meanIntervals([[nil, nil]], seed: 3, threads: 1) == [nil])
  }

  @Test func percentilesAreInterpolated() {
    #expect(Bootstrap.percentile([1, 2, 3, 4, 5], 0.5) == 3)
    #expect(Bootstrap.percentile([1, 2], 0.25) == 1.25)
    #expect(Bootstrap.percentile([7], 0.975) == 7)
  }
}
