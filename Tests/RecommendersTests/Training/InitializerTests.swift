import Kernels
import Ratings
import Testing

@testable import Recommenders

struct InitializerTests {
  @Test func heNormalHasItsDeviationAndIsCutAtTwo() {
    let values = Initializer(seed: 5).heNormal(count: 40_000, fanIn: 200, unit: 0)
      .map { Double($0) }
    let cut = 2 * (2.0 / 200).squareRoot() / 0.87962566103423978
    let mean = values.reduce(0, +) / 40_000
    let deviation = (values.reduce(0) { $0 + $1 * $1 } / 40_000).squareRoot()
    // The constant makes the cut distribution's deviation √(2 / fan-in) again.
    #expect(abs(deviation - 0.1) < 0.001)
    #expect(abs(mean) < 0.0015)
    #expect(values.allSatisfy { abs($0) <= cut })
    #expect(values.contains { abs($0) > 0.95 * cut })
  }

  @Test(arguments: [1, 15, 16, 17, 20_011])
  func heNormalIsThatOfSingleDraws(count: Int) {
    let generator = CounterBasedGenerator(seed: 9, stream: .initialization)
    let deviation = (2.0 / 70).squareRoot() / 0.87962566103423978
    let expected = (0..<count).map { position in
      var attempt: UInt32 = 0
      while true {
        let (x, y, _, _) = generator.words(epoch: attempt, position: UInt64(position), unit: 3)
        let point = (Double(x) + 0.5) / 4_294_967_296 * 4 - 2
        let height = (Double(y) + 0.5) / 4_294_967_296
        if height <= Activations.exponential(-0.5 * point * point) {
          return Float(point * deviation)
        }
        attempt += 1
      }
    }
    for threads in [1, 2] {
      #expect(
        Initializer(seed: 9).heNormal(count: count, fanIn: 70, unit: 3, threads: threads)
          == expected)
    }
  }

  @Test func uniformFillsItsRange() {
    let values = Initializer(seed: 5).uniform(count: 20_000, unit: 1)
    #expect(values.allSatisfy { abs($0) <= 0.05 })
    #expect((values.min() ?? 0) < -0.0499 && (values.max() ?? 0) > 0.0499)
    #expect(abs(values.reduce(0, +) / 20_000) < 0.0007)
  }

  @Test func aWeightDependsOnSeedUnitAndPositionAlone() {
    let one = Initializer(seed: 1)
    #expect(one.heNormal(count: 9, fanIn: 3, unit: 2) == one.heNormal(count: 9, fanIn: 3, unit: 2))
    #expect(
      Array(one.heNormal(count: 9, fanIn: 3, unit: 2)[..<4])
        == one.heNormal(count: 4, fanIn: 3, unit: 2))
    #expect(one.heNormal(count: 9, fanIn: 3, unit: 2) != one.heNormal(count: 9, fanIn: 3, unit: 3))
    #expect(
      one.heNormal(count: 9, fanIn: 3, unit: 2)
        != Initializer(seed: 2).heNormal(count: 9, fanIn: 3, unit: 2))
  }
}
