import Kernels
import Ratings

/// The model that generated ratings follow.
///
/// r_ui = 3.55 + b_u + c_i + p_u · q_i + noise, rounded to half stars from 0.5 to 5. b, c, the
/// entries of the ten-dimensional p and q, and the noise are normal. Of the ratings' deviation of
/// about 1.06 the noise and the rounding, which no model can know, make 0.72, and the factors most of
/// what is left of 0.88 when biases are known.
struct PlantedModel: Sendable {
  /// The length of p_u and q_i.
  static let rank = 10
  private static let mean = 3.55
  private static let userBiasDeviation = 0.42
  private static let itemBiasDeviation = 0.48
  private static let factorDeviation = 0.5
  /// The deviation of the noise.
  static let noiseDeviation = 0.765

  /// The bias and the factors of a user or an item.
  struct Terms: Sendable {
    var bias: Double
    var factors: [Double]
  }

  private let itemBiases: [Double]
  /// Item after item.
  private let itemFactors: [Double]

  /// Draws the items' terms.
  init(items: Int, words: inout CounterBasedSequence) {
    var normal = NormalDistribution()
    var biases: [Double] = []
    var factors: [Double] = []
    for _ in 0..<items {
      let terms = Self.terms(Self.itemBiasDeviation, &normal, &words)
      biases.append(terms.bias)
      factors += terms.factors
    }
    itemBiases = biases
    itemFactors = factors
  }

  /// Draws a user's terms.
  static func userTerms(
    _ normal: inout NormalDistribution, _ words: inout CounterBasedSequence
  ) -> Terms {
    terms(userBiasDeviation, &normal, &words)
  }

  /// The rating of an item by a user before noise and rounding, once by all terms and once by the
  /// biases alone.
  func rating(of item: Int, by user: Terms) -> (full: Double, biases: Double) {
    let biases = Self.mean + user.bias + itemBiases[item]
    var product = 0.0
    for factor in 0..<Self.rank {
      product += user.factors[factor] * itemFactors[item * Self.rank + factor]
    }
    return (biases + product, biases)
  }

  private static func terms(
    _ biasDeviation: Double, _ normal: inout NormalDistribution,
    _ words: inout CounterBasedSequence
  ) -> Terms {
    // The variance of p · q is rank · s⁴ where the entries' deviation is s.
    let entryDeviation = (factorDeviation / Double(rank).squareRoot()).squareRoot()
    let bias = biasDeviation * normal.next(&words)
    return Terms(
      bias: bias, factors: (0..<rank).map { _ in entryDeviation * normal.next(&words) })
  }
}
