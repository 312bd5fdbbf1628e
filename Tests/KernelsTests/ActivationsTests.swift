import Foundation
import Kernels
import Testing

struct ActivationsTests {
  private static let points = stride(from: -740.0, through: 709.0, by: 0.7319).map { $0 }

  @Test func exponentialIsAccurate() {
    for x in Self.points where x > -700 {
      let expected = Foundation.exp(x)
      #expect(abs(Activations.exponential(x) - expected) <= 4 * expected.ulp, "\(x)")
    }
    #expect(Activations.exponential(0) == 1)
    #expect(Activations.exponential(-1000) == 0)
    #expect(Activations.exponential(1000) == .infinity)
    #expect(Activations.exponential(.nan).isNaN)
    #expect(Activations.exponential(-740) > 0)
  }

  @Test func logarithmIsAccurate() {
    for x in [1e-300, 1e-10, 0.1, 0.5, 0.7, 0.999_999, 1, 1.000_001, 1.4142, 2, 3, 10, 1e10, 1e300]
    {
      let expected = Foundation.log(x)
      #expect(abs(Activations.logarithm(x) - expected) <= 4 * expected.ulp, "\(x)")
    }
    #expect(Activations.logarithm(1) == 0)
    #expect(Activations.logarithm(0) == -.infinity)
    #expect(Activations.logarithm(-1).isNaN)
    #expect(Activations.logarithm(.leastNonzeroMagnitude).isFinite)
    #expect(Activations.logarithm2(8) == 3)
  }

  @Test func logarithmOfOnePlusSmallNumbersKeepsTheirDigits() {
    for x in [1e-20, 1e-10, 1e-5, 0.1, 1, 10] {
      let expected = Foundation.log1p(x)
      #expect(abs(Activations.logarithm1p(x) - expected) <= 8 * expected.ulp, "\(x)")
    }
  }

  @Test func sigmoidSaturatesAndNeverFalls() {
    #expect(Activations.sigmoid(0) == 0.5)
    #expect(Activations.sigmoid(100) == 1)
    #expect(Activations.sigmoid(-1000) == 0)
    var last: Float = 0
    for step in -4000...4000 {
      let value = Activations.sigmoid(Float(step) / 200)
      #expect(value >= last)
      last = value
    }
  }
}
