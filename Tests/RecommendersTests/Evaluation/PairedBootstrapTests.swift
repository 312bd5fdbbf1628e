import Ratings
import Testing

@testable import Recommenders

struct PairedBootstrapTests {
  private static let users = 60

  /// A number from 0 up to 1 for a user and a purpose.
  private static func share(_ user: Int, _ purpose: UInt32) -> Double {
    let words = CounterBasedGenerator(seed: 3, stream: .generation).words(
      epoch: purpose, position: UInt64(user), unit: 0)
    return CounterBasedGenerator.unitDouble(words.0, words.1)
  }

  private static let weights = (0..<users).map { Double(1 + $0 % 4) }
  private static let reference = (0..<users).map { weights[$0] * (0.5 + share($0, 0)) }
  /// A little worse for most users, much worse for all, and the same.
  private static let methods = [
    (0..<users).map { reference[$0] + share($0, 1) - 0.4 },
    (0..<users).map { reference[$0] + 1 },
    reference,
  ]

  private func differences(
    _ figure: PairedBootstrap.Figure, threads: Int = 1, of methods: [[Double]] = Self.methods
  ) -> [PairedDifference] {
    PairedBootstrap(weights: Self.weights, figure: figure, seed: 5, threads: threads)
      .differences(of: methods, from: Self.reference)
  }

  @Test func aDirectComputationOfTheResamplesAgrees() throws {
    let generator = CounterBasedGenerator(seed: 5, stream: .bootstrap)
    let resampled = (0..<1_000).map { resample in
      var words = generator.sequence(epoch: UInt32(resample))
      var (weight, reference, method) = (0.0, 0.0, 0.0)
      for _ in 0..<Self.users {
        let user = Int((UInt64(words.nextWord()) * UInt64(Self.users)) >> 32)
        weight += Self.weights[user]
        reference += Self.reference[user]
        method += Self.methods[0][user]
      }
      return (method / weight).squareRoot() - (reference / weight).squareRoot()
    }.sorted()
    let found = differences(.rootMean)[0]
    #expect(found.interval.lower == Bootstrap.percentile(resampled, 0.025))
    #expect(found.interval.upper == Bootstrap.percentile(resampled, 0.975))
    let notAbove = Double(resampled.count { $0 <= 0 } + 1)
    #expect(notAbove > 1, "the test needs a difference that is not certain")
    #expect(found.p == 2 * notAbove / 1001)
    #expect(found.interval.lower < found.difference && found.difference < found.interval.upper)
  }

  @Test func whatIsTheSameForEveryUserIsNoDifference() {
    for figure in [PairedBootstrap.Figure.mean, .rootMean] {
      let same = differences(figure)[2]
      #expect(same.difference == 0 && same.p == 1)
      #expect(same.interval == ConfidenceInterval(lower: 0, upper: 0))
    }
  }

  @Test func whatIsWorseForEveryUserIsCertainlyWorse() {
    let worse = differences(.mean)[1]
    // One more for each user, over rows that are 2.5 for each on average.
    #expect(abs(worse.difference - 1 / 2.5) < 1e-12)
    #expect(worse.p == 2.0 / 1001)
    #expect(worse.interval.lower > 0)
  }

  @Test func neitherThreadsNorTheOtherMethodsMatter() {
    let all = differences(.rootMean)
    #expect(differences(.rootMean, threads: 3) == all)
    for (method, found) in zip(Self.methods, all) {
      #expect(differences(.rootMean, of: [method]) == [found])
    }
  }

  @Test func usersWithoutAWeightAreNeverDrawn() {
    let weights = [0.0, 1, 1, 0]
    let found = PairedBootstrap(weights: weights, figure: .mean, seed: 1, threads: 1)
      .differences(of: [[.nan, 2, 2, .nan]], from: [.nan, 1, 1, .nan])
    #expect(found.map(\.difference) == [1])
    #expect(
      PairedBootstrap(weights: [0, 0], figure: .mean, seed: 1, threads: 1)
        .differences(of: [[1, 1]], from: [2, 2]).isEmpty)
  }

  @Test func holmMultipliesByWhatIsLeftAndNeverFalls() {
    // Sorted: 0.01 · 4, 0.02 · 3, 0.03 · 2 is no less than the one before, 0.5 · 1.
    #expect(HolmCorrection.adjusted([0.02, 0.5, 0.01, 0.03]) == [0.06, 0.5, 0.04, 0.06])
    #expect(HolmCorrection.adjusted([0.4, 0.6]) == [0.8, 0.8])
    #expect(HolmCorrection.adjusted([0.7, 0.9, 0.8]) == [1, 1, 1])
    #expect(HolmCorrection.adjusted([]).isEmpty)
  }
}
