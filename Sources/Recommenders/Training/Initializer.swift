import Kernels
import Ratings

/// Starting weights, drawn as Keras' initialisers draw them, from counters.
///
/// The weight at a position is a pure function of (seed, unit, position), `unit` numbering the
/// tensors of a model.
struct Initializer {
  private let generator: CounterBasedGenerator

  init(seed: UInt32) {
    generator = CounterBasedGenerator(seed: seed, stream: .initialization)
  }

  /// He's normal initialisation (He et al., 2015): normal with σ = √(2 / fan-in) / 0.87962566,
  /// redrawn beyond ±2σ, the constant making up for the cut tails.
  ///
  /// A draw is a uniform point of [−2, 2], accepted with probability e^(−x²/2).
  func heNormal(count: Int, fanIn: Int, unit: UInt32) -> [Float] {
    let deviation = (2 / Double(max(fanIn, 1))).squareRoot() / 0.87962566103423978
    return (0..<count).map { position in
      var attempt: UInt32 = 0
      while true {
        let words = generator.words(epoch: attempt, position: UInt64(position), unit: unit)
        if let point = Self.normalPoint(words.0, words.1) ?? Self.normalPoint(words.2, words.3) {
          return Float(point * deviation)
        }
        attempt += 1
      }
    }
  }

  /// A point of the standard normal cut at ±2, or `nil` if the draw is rejected.
  private static func normalPoint(_ place: UInt32, _ height: UInt32) -> Double? {
    let point = (Double(place) + 0.5) / 4_294_967_296 * 4 - 2
    let isBelow =
      (Double(height) + 0.5) / 4_294_967_296 <= Activations.exponential(-0.5 * point * point)
    return isBelow ? point : nil
  }

  /// Uniform in ±0.05, Keras' default for embeddings.
  func uniform(count: Int, unit: UInt32) -> [Float] {
    (0..<count).map { position in
      let (x, _, _, _) = generator.words(epoch: 0, position: UInt64(position), unit: unit)
      return Float(((Double(x) + 0.5) / 4_294_967_296 - 0.5) * 0.1)
    }
  }
}
