import Foundation
import Testing

@testable import Recommenders

@Suite struct TruncatedNormalTests {
  static let intervals: [(Double, Double, Double)] = [
    (0, -1, 2), (0, -.infinity, .infinity), (1, 0.8, 1.1), (0, 2, .infinity), (0, 4, 4.5),
    (3, -.infinity, 0.5), (-2, -0.2, 0.3), (0, -0.3, .infinity),
  ]

  /// The mean is m + (φ(a) − φ(b))/Z, and the variance 1 + (a φ(a) − b φ(b))/Z less the square of the
  /// shift, with a and b the distances of the bounds from m and Z the mass between them.
  @Test(arguments: intervals)
  func momentsAreThoseOfTheDistribution(mean: Double, lower: Double, upper: Double) {
    let random = FMRandom(seed: 4, chain: 0)
    let count = 20_000
    var (sum, squares) = (0.0, 0.0)
    for place in 0..<count {
      let x = TruncatedNormal.draw(mean: mean, lower: lower, upper: upper) { attempt in
        random.uniforms(.latentTargets, iteration: 1, place: UInt64(place) << 16 | attempt)
      }
      #expect(x >= lower && x <= upper)
      sum += x
      squares += x * x
    }
    let (a, b) = (lower - mean, upper - mean)
    func density(_ x: Double) -> Double { exp(-x * x / 2) / (2 * .pi).squareRoot() }
    func times(_ x: Double) -> Double { x.isInfinite ? 0 : x * density(x) }
    // Of both tails' differences the one that does not cancel.
    let root = 2.0.squareRoot()
    let mass =
      a > 0 ? (erfc(a / root) - erfc(b / root)) / 2 : (erfc(-b / root) - erfc(-a / root)) / 2
    let shift = (density(a) - density(b)) / mass
    let variance = 1 + (times(a) - times(b)) / mass - shift * shift
    let sampled = sum / Double(count)
    #expect(abs(sampled - mean - shift) < 5 * (variance / Double(count)).squareRoot())
    #expect(abs((squares / Double(count) - sampled * sampled) / variance - 1) < 0.06)
  }

  @Test(arguments: [1.0, 2.5, 40, 5000])
  func gammaNumbersHaveTheirMeanAndVariance(shape: Double) {
    let random = FMRandom(seed: 2, chain: 1)
    let count = 8000
    var (sum, squares) = (0.0, 0.0)
    for place in 0..<count {
      let x = random.gamma(shape: shape, .noise, iteration: 3, place: UInt64(place) << 16)
      sum += x
      squares += x * x
    }
    let mean = sum / Double(count)
    #expect(abs(mean - shape) < 5 * (shape / Double(count)).squareRoot())
    #expect(abs((squares / Double(count) - mean * mean) / shape - 1) < 0.15)
  }

  @Test func chainsAndPurposesDrawOtherNumbers() {
    let one = FMRandom(seed: 1, chain: 0)
    let other = FMRandom(seed: 1, chain: 1)
    let drawn = [
      one.uniforms(.noise, iteration: 1, place: 0).0,
      other.uniforms(.noise, iteration: 1, place: 0).0,
      one.uniforms(.cutpoints, iteration: 1, place: 0).0,
      one.uniforms(.noise, iteration: 2, place: 0).0,
    ]
    #expect(Set(drawn).count == 4)
  }
}
