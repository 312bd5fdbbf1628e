import Ratings
import Testing

@testable import Recommenders

struct EaseOptionsTests {
  private let halves = RatingScale(minimum: 0.5, maximum: 5)

  @Test func anInputGrowsFromTheLeastRatingThroughTheThresholdToTheGreatest() {
    var options = EaseOptions()
    options.lowInput = 0.1
    options.inputPower = 1
    options.highInput = 1.5
    let expected: [(Float, Float)] = [(0.5, 0.1), (2.25, 0.55), (4, 1), (4.5, 1.25), (5, 1.5)]
    for (rating, input) in expected {
      #expect(abs(options.input(of: rating, on: halves) - input) < 1e-6)
    }
  }

  @Test func withoutAPowerAllRatingsBelowTheThresholdCountTheSame() {
    var options = EaseOptions()
    options.lowInput = 0.5
    options.inputPower = nil
    options.highInput = 1
    let inputs = [0.5, 3.5, 4, 5].map { options.input(of: $0, on: halves) }
    #expect(inputs == [0.5, 0.5, 1, 1])
  }

  @Test func byDefaultTheLeastRatingIsNoChoiceAtAll() {
    let options = EaseOptions()
    #expect(options.input(of: 0.5, on: halves) == 0)
    #expect(abs(options.input(of: 3, on: halves) - 0.5644) < 1e-4)
    #expect(options.input(of: 5, on: halves) == 1.15)
  }

  @Test func aThresholdBeyondTheScaleIsItsEnd() {
    var options = EaseOptions()
    #expect(options.input(of: 1, on: RatingScale(minimum: 1, maximum: 1)) == 1)
    #expect(options.input(of: 1, on: RatingScale(minimum: 0, maximum: 1)) == 1)
    #expect(options.input(of: 0, on: RatingScale(minimum: 0, maximum: 1)) == 0)
    options.threshold = -3
    #expect(abs(options.input(of: 0.5, on: halves) - (1 + 0.15 * 3.5 / 8)) < 1e-6)
  }
}
