import Foundation
import Kernels
import Testing

@Suite struct NormalDrawsTests {
  @Test func sinesAndCosinesOfWholeTurns() {
    for step in 0..<1000 {
      let turns = Double(step) / 1000
      let (sine, cosine) = NormalDraws.sineAndCosine(turns: turns)
      #expect(abs(sine - sin(2 * .pi * turns)) < 1e-14)
      #expect(abs(cosine - cos(2 * .pi * turns)) < 1e-14)
    }
  }

  @Test func distributionFunctionAgreesWithTheErrorFunction() {
    for step in -1000...1000 {
      let x = Double(step) / 100
      #expect(abs(NormalCurve.cumulative(x) - erfc(-x / 2.0.squareRoot()) / 2) < 1e-9)
    }
  }

  @Test func distributionFunctionEndsAtZeroAndOne() {
    #expect(NormalCurve.cumulative(-.infinity) == 0)
    #expect(NormalCurve.cumulative(.infinity) == 1)
  }
}
