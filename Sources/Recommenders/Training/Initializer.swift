import Kernels
import Ratings

/// Starting weights, drawn as Keras' initialisers draw them, from counters.
///
/// The weight at a position is a pure function of (seed, unit, position), `unit` numbering the
/// tensors of a model.
struct Initializer {
  private let seed: UInt32
  private let generator: CounterBasedGenerator

  init(seed: UInt32) {
    self.seed = seed
    generator = CounterBasedGenerator(seed: seed, stream: .initialization)
  }

  /// He's normal initialisation (He et al., 2015): normal with σ = √(2 / fan-in) / 0.87962566,
  /// redrawn beyond ±2σ, the constant making up for the cut tails.
  ///
  /// A draw is a uniform point of [−2, 2], accepted with probability e^(−x²/2).
  func heNormal(count: Int, fanIn: Int, unit: UInt32, threads: Int = 1) -> [Float] {
    let deviation = (2 / Double(max(fanIn, 1))).squareRoot() / 0.87962566103423978
    let length = 1 << 13
    return Parallel.map((count + length - 1) / length, threads: threads) { part in
      cutNormals(
        part * length..<min((part + 1) * length, count), unit: unit, deviation: deviation)
    }.flatMap(\.self)
  }

  private func cutNormals(_ range: Range<Int>, unit: UInt32, deviation: Double) -> [Float] {
    let pairs = RandomPairs(
      seed: seed, stream: RandomStream.initialization.rawValue, unit: unit,
      firstPosition: range.lowerBound)
    var values = [Float](repeating: 0, count: range.count)
    // The places in the range whose draws were all refused so far.
    var open = (0..<UInt32(range.count)).map(\.self)
    var (x, y) = (open, open)
    var attempt: UInt32 = 0
    while !open.isEmpty {
      pairs.draw(epoch: attempt, offsets: open, first: &x, second: &y)
      var refused = 0
      for draw in open.indices {
        let point = (Double(x[draw]) + 0.5) / 4_294_967_296 * 4 - 2
        let height = (Double(y[draw]) + 0.5) / 4_294_967_296
        // A value that is refused is written over by the next attempt.
        values[Int(open[draw])] = Float(point * deviation)
        open[refused] = open[draw]
        refused += Self.isBelowBell(height, at: point) ? 0 : 1
      }
      open.removeLast(open.count - refused)
      attempt += 1
    }
    return values
  }

  /// Whether a height is at most e^(−x²/2), for x from −2 to 2.
  private static func isBelowBell(_ height: Double, at x: Double) -> Bool {
    // Sums of the series of e^−t that are too small and too great decide nearly always; the margin is
    // far above what rounding can do to them.
    let t = 0.5 * x * x
    let low = 1 - t * (1 - t * (1 / 2) * (1 - t * (1 / 3) * (1 - t * (1 / 4) * (1 - t * (1 / 5)))))
    let cube = t * t * t
    let isBelow = height < low - 1e-12
    // One branch that is hardly ever taken, where two would be taken at random.
    if isBelow == (height > low + cube * cube * (1 / 720) + 1e-12) {
      return height <= Activations.exponential(-0.5 * x * x)
    }
    return isBelow
  }

  /// Uniform in ±0.05, Keras' default for embeddings.
  func uniform(count: Int, unit: UInt32) -> [Float] {
    (0..<count).map { position in
      let (x, _, _, _) = generator.words(epoch: 0, position: UInt64(position), unit: unit)
      return Float(((Double(x) + 0.5) / 4_294_967_296 - 0.5) * 0.1)
    }
  }
}
