import Kernels
import Ratings

/// The rating to expect of a normal number that is rated with the ends of a scale where it lies
/// beyond them.
///
/// With x ~ N(m, σ²) and the scale from a to b it is
///
/// E min(max(x, a), b) = m + σ·h((a − m)/σ) − σ·h((m − b)/σ), h(t) = φ(t) + t·Φ(t),
///
/// which grows with m and stays within the scale. Without it, predictions near the ends are too
/// extreme: of 5 at most, the ratings that are predicted as 4.9 are about 4.7 in the mean.
struct ExpectedRating {
  private let lowest: Double
  private let highest: Double
  private let deviation: Double

  /// `deviation` is the noise's; without noise the number is clipped.
  init(scale: RatingScale, deviation: Float) {
    lowest = Double(scale.minimum)
    highest = Double(scale.maximum)
    self.deviation = Double(deviation)
  }

  func callAsFunction(around mean: Float) -> Float {
    let mean = Double(mean)
    guard deviation > 0 else { return Float(min(max(mean, lowest), highest)) }
    return Float(
      mean + deviation * Self.excess((lowest - mean) / deviation)
        - deviation * Self.excess((mean - highest) / deviation))
  }

  /// E max(t + n, 0) for a standard normal number n.
  private static func excess(_ t: Double) -> Double {
    // Beyond, the other term of the sum has no part in a float.
    guard t > -6 else { return 0 }
    guard t < 6 else { return t }
    return NormalCurve.density(t) + t * NormalCurve.cumulative(t)
  }
}
