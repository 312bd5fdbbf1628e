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
        let (x, y, _, _) = generator.words(epoch: attempt, position: UInt64(position), unit: unit)
        let point = (Double(x) + 0.5) / 4_294_967_296 * 4 - 2
        let height = (Double(y) + 0.5) / 4_294_967_296
        if height <= Activations.exponential(-0.5 * point * point) {
          return Float(point * deviation)
        }
        attempt += 1
      }
    }
  }

  /// Uniform in ±0.05, Keras' default for embeddings.
  func uniform(count: Int, unit: UInt32) -> [Float] {
    (0..<count).map { position in
      let (x, _, _, _) = generator.words(epoch: 0, position: UInt64(position), unit: unit)
      return Float(((Double(x) + 0.5) / 4_294_967_296 - 0.5) * 0.1)
    }
  }
}
