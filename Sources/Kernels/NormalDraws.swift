/// Random numbers of a few distributions, made from uniform random numbers in basic arithmetic, so
/// that every machine gives the same bits.
public enum NormalDraws {
  /// Two independent standard normal numbers from two uniform ones, the first of (0, 1], the second
  /// of [0, 1).
  ///
  /// Box and Muller, *A Note on the Generation of Random Normal Deviates*, 1958.
  public static func pair(_ first: Double, _ second: Double) -> (Double, Double) {
    let radius = (-2 * Activations.logarithm(first)).squareRoot()
    let (sine, cosine) = sineAndCosine(turns: second)
    return (radius * cosine, radius * sine)
  }

  /// The sine and cosine of an angle in full turns, from 0 up to 1.
  ///
  /// The nearest quarter turn is taken off, and the series of what is left, at most an eighth, go up
  /// to the fifteenth power.
  public static func sineAndCosine(turns: Double) -> (sine: Double, cosine: Double) {
    let quarters = (turns * 4).rounded(.toNearestOrEven)
    let x = (turns - quarters * 0.25) * 6.283185307179586
    let square = x * x
    var sine = -1.0 / 1_307_674_368_000
    for coefficient in sineSeries { sine = sine * square + coefficient }
    sine *= x
    var cosine = -1.0 / 87_178_291_200
    for coefficient in cosineSeries { cosine = cosine * square + coefficient }
    switch Int(quarters) & 3 {
    case 0: return (sine, cosine)
    case 1: return (cosine, -sine)
    case 2: return (-sine, -cosine)
    default: return (-cosine, sine)
    }
  }

  private static let sineSeries = [
    1.0 / 6_227_020_800, -1.0 / 39_916_800, 1.0 / 362_880, -1.0 / 5040, 1.0 / 120, -1.0 / 6, 1,
  ]
  private static let cosineSeries = [
    1.0 / 479_001_600, -1.0 / 3_628_800, 1.0 / 40_320, -1.0 / 720, 1.0 / 24, -0.5, 1,
  ]
}
