/// The standard normal distribution function, from a table.
public enum NormalCurve {
  private static let step = 1.0 / 64
  private static let limit = 9.0
  private static let densityAtZero = 0.3989422804014327

  /// Φ and its slope at the ends of intervals from −9 up to 9.
  private static let table: [SIMD2<Double>] = (0...Int(2 * limit / step)).map { index in
    let x = Double(index) * step - limit
    return SIMD2(exactCumulative(x), density(x))
  }

  /// The density of the distribution.
  public static func density(_ x: Double) -> Double {
    densityAtZero * Activations.exponential(-0.5 * x * x)
  }

  /// Φ(x) within 10⁻⁹: the cubic with the right values and slopes at both ends of an interval.
  public static func cumulative(_ x: Double) -> Double {
    guard x > -limit else { return 0 }
    guard x < limit else { return 1 }
    let place = (x + limit) / step
    let index = min(Int(place), table.count - 2)
    let t = place - Double(index)
    let (left, right) = (table[index], table[index + 1])
    let rise = right.x - left.x
    let (slope, otherSlope) = (left.y * step, right.y * step)
    let curve = (slope - rise) * (1 - t) + (rise - otherSlope) * t
    return left.x + t * (rise + (1 - t) * curve)
  }

  /// Φ(x) = ½ + φ(x) (x + x³/3 + x⁵/(3·5) + …), whose terms all have the same sign.
  private static func exactCumulative(_ x: Double) -> Double {
    var (term, sum, divisor) = (x, x, 1.0)
    while abs(term) > abs(sum) * 1e-17 {
      divisor += 2
      term *= x * x / divisor
      sum += term
    }
    return 0.5 + density(x) * sum
  }
}
