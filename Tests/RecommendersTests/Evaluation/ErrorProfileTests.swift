import Ratings
import Testing

@testable import Recommenders

@Suite struct ErrorProfileTests {
  private let scale = RatingScale(minimum: 0.5, maximum: 5)

  private func profile(
    _ predictions: [Float], ratings: [Float], users: [Int], items: [Int], counts: TrainingCounts
  ) -> ErrorProfile {
    ErrorProfile(
      RatingColumns(
        users: users.map { UserIndex($0) }, items: items.map { ItemIndex($0) }, values: ratings),
      predictions: predictions, counts: counts, scale: scale)
  }

  @Test func errorsAreCountedAroundZero() {
    let counts = TrainingCounts(users: [3], items: [3, 3, 3, 3, 3])
    let found = profile(
      [3, 3.1, 2.5, 1000, .nan], ratings: [3, 3, 3, 3, 3], users: [0, 0, 0, 0, 0],
      items: [0, 1, 2, 3, 4], counts: counts)
    #expect(found.binWidth == 0.25)
    let middle = ErrorProfile.binsPerSide
    #expect(found.histogram[middle] == 2)
    #expect(found.histogram[middle - 2] == 1)
    #expect(found.histogram[2 * middle] == 1)
    #expect(found.histogram.reduce(0, +) == 4)
  }

  @Test(arguments: [(4.5, 0.25), (4, 0.25), (9, 0.5), (100, 10), (99, 10), (1, 0.1), (0, 0.1)])
  func theWidthIsARoundNumber(range: Double, width: Double) {
    #expect(ErrorProfile.binWidth(range: range) == width)
  }

  @Test func usersAndItemsAreBandedByTheirTrainingRatings() {
    let counts = TrainingCounts(users: [0, 4, 5, 9, 1_000_000], items: [1, 20])
    let found = profile(
      [4, 4, 4, 4, 5], ratings: [3, 3, 3, 3, 3], users: [0, 1, 2, 3, 4], items: [0, 0, 0, 1, 1],
      counts: counts)
    #expect(found.byUserActivity.map(\.lower) == [0, 1, 5, 1_000_000])
    #expect(found.byUserActivity.map(\.upper) == [0, 4, 9, 1_999_999])
    #expect(found.byUserActivity.map(\.members) == [1, 1, 2, 1])
    #expect(found.byUserActivity.map(\.rmse) == [1, 1, 1, 2])
    #expect(found.byItemPopularity.map(\.rows) == [3, 2])
    #expect(found.byItemPopularity.map(\.rmse) == [1, 2.5.squareRoot()])
  }
}
