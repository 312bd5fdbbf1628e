internal import Kernels

/// A normal number of deviation 1, given that it lies between two bounds.
///
/// Robert, *Simulation of Truncated Normal Variables*, 1995: a narrow interval is drawn from evenly,
/// a tail from an exponential distribution, and anything else from the normal distribution itself,
/// each until a draw is accepted; more than half of them are, but in the far ends of an interval.
enum TruncatedNormal {
  private static let mostAttempts: UInt64 = 256

  /// Draws from the normal distribution around `mean` between `lower` and `upper`, either of which
  /// may be infinite. `uniforms` gives two numbers of [0, 1) for each attempt.
  static func draw(
    mean: Double, lower: Double, upper: Double,
    uniforms: (_ attempt: UInt64) -> (Double, Double)
  ) -> Double {
    let (a, b) = (lower - mean, upper - mean)
    // The interval is turned so that it lies to the right of zero where it does not contain it.
    return b < 0 ? mean - standard(-b, -a, uniforms) : mean + standard(a, b, uniforms)
  }

  /// A draw between `a` and `b`, `b` not being negative.
  private static func standard(
    _ a: Double, _ b: Double, _ uniforms: (UInt64) -> (Double, Double)
  ) -> Double {
    if a <= 0 {
      return b - a > 2.5 ? fromNormal(a, b, uniforms) : fromEven(a, b, nearest: 0, uniforms)
    }
    // Of an exponential distribution with this rate the part that is accepted is the greatest.
    let rate = (a + (a * a + 4).squareRoot()) / 2
    return (b - a) * rate > 2
      ? fromTail(a, b, rate: rate, uniforms) : fromEven(a, b, nearest: a, uniforms)
  }

  private static func fromNormal(
    _ a: Double, _ b: Double, _ uniforms: (UInt64) -> (Double, Double)
  ) -> Double {
    for attempt in 0..<mostAttempts {
      let (first, second) = uniforms(attempt)
      let pair = NormalDraws.pair(1 - first, second)
      if pair.0 > a, pair.0 < b { return pair.0 }
      if pair.1 > a, pair.1 < b { return pair.1 }
    }
    return min(max(0, a), b)
  }

  private static func fromEven(
    _ a: Double, _ b: Double, nearest: Double, _ uniforms: (UInt64) -> (Double, Double)
  ) -> Double {
    for attempt in 0..<mostAttempts {
      let (first, second) = uniforms(attempt)
      let x = a + (b - a) * first
      if second <= Activations.exponential((nearest * nearest - x * x) / 2) { return x }
    }
    return nearest
  }

  private static func fromTail(
    _ a: Double, _ b: Double, rate: Double, _ uniforms: (UInt64) -> (Double, Double)
  ) -> Double {
    for attempt in 0..<mostAttempts {
      let (first, second) = uniforms(attempt)
      let x = a - Activations.logarithm(1 - first) / rate
      guard x < b else { continue }
      if second <= Activations.exponential(-(x - rate) * (x - rate) / 2) { return x }
    }
    return a
  }
}
