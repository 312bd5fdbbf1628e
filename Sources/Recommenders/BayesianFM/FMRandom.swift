internal import Kernels
internal import Ratings

/// The draws of a chain: each is a pure function of the seed, the chain, the iteration, and what it
/// is for.
struct FMRandom: Sendable {
  /// What is drawn; draws for different purposes share no words.
  enum Purpose: UInt32 {
    case initialParameters = 0
    case parameters = 1
    case meanOfGroup = 2
    case precisionOfGroup = 3
    case noise = 4
    case intercept = 5
    case latentTargets = 6
    case cutpoints = 7
  }

  private let generator: CounterBasedGenerator
  private let seed: UInt32
  private let chain: UInt32

  init(seed: UInt32, chain: UInt32) {
    generator = CounterBasedGenerator(seed: seed, stream: .gibbs)
    self.seed = seed
    self.chain = chain
  }

  /// Where the normal numbers for the parameters of a block come from.
  func place(_ purpose: Purpose, iteration: UInt32, block: Int) -> DrawPlace {
    DrawPlace(
      seed: seed, stream: RandomStream.gibbs.rawValue, epoch: iteration, unit: unit(purpose),
      position: UInt64(block) << 40)
  }

  /// The last word of the counters: 12 bits for the chain, 4 for the purpose, 16 for parts.
  private func unit(_ purpose: Purpose) -> UInt32 { chain << 20 | purpose.rawValue << 16 }

  /// The weights of a block before the first iteration: normal factors, as many as each group has,
  /// and zeros.
  func initialWeights(
    block: Int, groups: [(features: Range<Int>, factors: Int)], sweep: FactorizationSweep,
    deviation: Float
  ) -> EmbeddingTable {
    var table = sweep.normals(
      features: groups.last?.features.upperBound ?? 0,
      place: place(.initialParameters, iteration: 0, block: block))
    let (stride, linear) = (table.stride, sweep.linearLane)
    table.withMutableValues { values in
      for (features, factors) in groups {
        for row in features {
          for lane in 0..<factors { values[row * stride + lane] *= deviation }
          for lane in factors...linear { values[row * stride + lane] = 0 }
        }
      }
    }
    return table
  }

  /// Two standard normal numbers.
  func normals(
    _ purpose: Purpose, iteration: UInt32, place: UInt64
  ) -> (Double, Double) {
    let (first, second) = uniforms(purpose, iteration: iteration, place: place)
    return NormalDraws.pair(1 - first, second)
  }

  /// Two numbers of [0, 1).
  func uniforms(
    _ purpose: Purpose, iteration: UInt32, place: UInt64
  ) -> (Double, Double) {
    let words = generator.words(
      epoch: iteration, position: place, unit: unit(purpose))
    return (
      CounterBasedGenerator.unitDouble(words.0, words.1),
      CounterBasedGenerator.unitDouble(words.2, words.3)
    )
  }

  /// A number of the gamma distribution with a shape of at least 1 and the rate 1.
  ///
  /// The attempts are numbered in the lower 16 bits of `place`, which must be zero. Marsaglia and
  /// Tsang, *A Simple Method for Generating Gamma Variables*, 2000: more than 95 % of the attempts
  /// succeed.
  func gamma(
    shape: Double, _ purpose: Purpose, iteration: UInt32, place: UInt64
  ) -> Double {
    let d = max(shape, 1) - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    for attempt in 0..<UInt64(1000) {
      let normal = normals(purpose, iteration: iteration, place: place + 2 * attempt).0
      let uniform = 1 - uniforms(purpose, iteration: iteration, place: place + 2 * attempt + 1).0
      let root = 1 + c * normal
      guard root > 0 else { continue }
      let cube = root * root * root
      let bound = 0.5 * normal * normal + d - d * cube + d * Activations.logarithm(cube)
      if Activations.logarithm(uniform) < bound { return d * cube }
    }
    return d
  }
}
