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
  func heNormal(count: Int, fanIn: Int, unit: UInt32, threads: Int = 1) -> [Float] {
    let deviation = (2 / Double(max(fanIn, 1))).squareRoot() / 0.87962566103423978
    let length = 1 << 16
    return Parallel.map((count + length - 1) / length, threads: threads) { part in
      (part * length..<min((part + 1) * length, count)).map {
        Float(cutNormal($0, unit: unit) * deviation)
      }
    }.flatMap(\.self)
  }

  private func cutNormal(_ position: Int, unit: UInt32) -> Double {
    var attempt: UInt32 = 0
    while true {
      let (x, y, _, _) = generator.words(epoch: attempt, position: UInt64(position), unit: unit)
      let point = (Double(x) + 0.5) / 4_294_967_296 * 4 - 2
      let height = (Double(y) + 0.5) / 4_294_967_296
      if height <= Activations.exponential(-0.5 * point * point) { return point }
      attempt += 1
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
