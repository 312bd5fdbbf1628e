/// Elementary functions written in basic arithmetic, so that every machine gives the same bits.
///
/// The C library picks a variant of `exp` and `log` by processor, and the variants differ in their
/// last bits. Errors here are below two units in the last place of a `Double`.
public enum Activations {
  private static let log2High = 6.931471803691238e-01
  private static let log2Low = 1.9082149292705877e-10

  /// e to the power of `x`; 0 below −745, infinity above 709.78.
  ///
  /// x = n·ln 2 + r with |r| ≤ ln 2 / 2, and e^r by its Taylor series up to r¹³/13!.
  public static func exponential(_ x: Double) -> Double {
    guard x == x else { return x }
    if x > 709.782712893384 { return .infinity }
    if x < -745.2 { return 0 }
    let n = (x * 1.4426950408889634).rounded(.toNearestOrEven)
    let r = (x - n * log2High) - n * log2Low
    var sum = 1.6059043836821613e-10
    sum = sum * r + 2.08767569878681e-09
    sum = sum * r + 2.505210838544172e-08
    sum = sum * r + 2.755731922398589e-07
    sum = sum * r + 2.7557319223985893e-06
    sum = sum * r + 2.48015873015873e-05
    sum = sum * r + 0.0001984126984126984
    sum = sum * r + 0.001388888888888889
    sum = sum * r + 0.008333333333333333
    sum = sum * r + 0.041666666666666664
    sum = sum * r + 0.16666666666666666
    sum = sum * r + 0.5
    sum = sum * r + 1
    sum = sum * r + 1
    let exponent = Int(n)
    // Two factors, because 2^n alone may be too small or too large for a Double.
    let half = exponent / 2
    return sum * powerOfTwo(half) * powerOfTwo(exponent - half)
  }

  /// The natural logarithm; −infinity at 0, not a number below.
  ///
  /// x = 2^n·m with m in [√½, √2), and ln m = 2·artanh(s) with s = (m − 1)/(m + 1), by its series
  /// up to s²³/23.
  public static func logarithm(_ x: Double) -> Double {
    guard x > 0, x < .infinity else { return outsideLogarithm(x) }
    let (exponent, s, tail) = logarithmParts(x)
    return exponent * log2High + (2 * s + (tail + exponent * log2Low))
  }

  /// The logarithm to base 2, exact for powers of two.
  public static func logarithm2(_ x: Double) -> Double {
    guard x > 0, x < .infinity else { return outsideLogarithm(x) }
    let (exponent, s, tail) = logarithmParts(x)
    return exponent + (2 * s + tail) * 1.4426950408889634
  }

  /// The logarithm of a number that has none in the usual sense.
  private static func outsideLogarithm(_ x: Double) -> Double {
    x == 0 ? -.infinity : x > 0 ? x : .nan
  }

  /// n, s, and what the series adds to 2s.
  private static func logarithmParts(_ x: Double) -> (exponent: Double, s: Double, tail: Double) {
    var exponent = Double(x.exponent)
    var mantissa = x.significand
    if mantissa > 1.4142135623730951 {
      mantissa *= 0.5
      exponent += 1
    }
    let s = (mantissa - 1) / (mantissa + 1)
    let square = s * s
    var sum = 0.0
    var denominator = 23.0
    while denominator > 1 {
      sum = (sum + 1 / denominator) * square
      denominator -= 2
    }
    return (exponent, s, 2 * s * sum)
  }

  /// ln(1 + x) for x ≥ 0, accurate near 0 as well.
  public static func logarithm1p(_ x: Double) -> Double {
    let sum = 1 + x
    // Adding 1 rounds x; what was lost is made up for to the first order.
    return sum == 1 ? x : logarithm(sum) + (x - (sum - 1)) / sum
  }

  /// The logistic function 1 / (1 + e^−x).
  public static func sigmoid(_ x: Float) -> Float {
    Float(1 / (1 + exponential(-Double(x))))
  }

  private static func powerOfTwo(_ exponent: Int) -> Double {
    Double(sign: .plus, exponent: exponent, significand: 1)
  }
}
