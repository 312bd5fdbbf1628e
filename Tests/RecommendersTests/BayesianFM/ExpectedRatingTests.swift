import Kernels
import Ratings
import Testing

@testable import Recommenders

@Suite struct ExpectedRatingTests {
  private let scale = RatingScale(minimum: 1, maximum: 5)

  /// The mean over a fine grid of the normal distribution, each number clipped to the scale.
  @Test(arguments: [-3.0, 0.9, 1, 1.4, 3, 4.2, 4.9, 5, 5.3, 9] as [Float])
  func itIsTheMeanOfClippedNumbers(mean: Float) {
    let deviation = 0.8
    var (sum, weights) = (0.0, 0.0)
    for step in -8000...8000 {
      let normal = Double(step) / 1000
      let weight = NormalCurve.density(normal)
      sum += weight * min(max(Double(mean) + deviation * normal, 1), 5)
      weights += weight
    }
    let expected = ExpectedRating(scale: scale, deviation: Float(deviation))
    #expect(abs(Double(expected(around: mean)) - sum / weights) < 1e-5)
  }

  @Test func itGrowsWithTheMean() {
    let expected = ExpectedRating(scale: scale, deviation: 0.6)
    let ratings = (0...600).map { expected(around: Float($0) / 100) }
    #expect(zip(ratings, ratings.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test func withoutNoiseTheEndsAreEnds() {
    let expected = ExpectedRating(scale: scale, deviation: 0)
    #expect(expected(around: 7) == 5)
    #expect(expected(around: 0) == 1)
    #expect(expected(around: 2.5) == 2.5)
  }
}
