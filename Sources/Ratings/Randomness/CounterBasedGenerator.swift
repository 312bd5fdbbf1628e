/// What random numbers are drawn for; draws for different purposes never share a stream.
///
/// The raw values are part of the results: a value, once given, is never changed or used again.
public enum RandomStream: UInt32, CaseIterable, Sendable {
  /// Initial weights.
  case initialization = 0
  /// The order of the rows within an epoch.
  case shuffle = 1
  /// Which units are dropped.
  case dropout = 2
  /// The deal of users and items into the grid of blocks.
  case grid = 3
  /// The resamples of the bootstrap.
  case bootstrap = 4
  /// The draws of Gibbs sampling.
  case gibbs = 5
  /// Generated data.
  case generation = 6
  /// The settings that a search tries, and the users that it begins with.
  case search = 16
}

/// A generator of random words that are a pure function of where they are used.
///
/// Philox4x32-10 with the key (seed, stream) and the counter (epoch, position, unit), the position
/// taking two of the counter's four words, low word first. Nothing is carried from one draw to the
/// next, so the order of the draws and the number of threads cannot change a result.
///
/// Algorithm: Salmon, Moraes, Dror and Shaw, *Parallel random numbers: as easy as 1, 2, 3*, 2011.
public struct CounterBasedGenerator: Sendable {
  /// Four random words.
  public typealias Words = (UInt32, UInt32, UInt32, UInt32)

  private let seed: UInt32
  private let stream: RandomStream

  /// Creates the generator of a seed and a purpose.
  public init(seed: UInt32, stream: RandomStream) {
    self.seed = seed
    self.stream = stream
  }

  /// Returns the four words of a place.
  public func words(epoch: UInt32, position: UInt64, unit: UInt32) -> Words {
    Self.philox(
      counter: (
        epoch, UInt32(truncatingIfNeeded: position), UInt32(truncatingIfNeeded: position >> 32),
        unit
      ),
      key: (seed, stream.rawValue))
  }

  /// Returns the words of the positions 0, 1, 2, … one after the other.
  public func sequence(epoch: UInt32, unit: UInt32 = 0) -> CounterBasedSequence {
    CounterBasedSequence(generator: self, epoch: epoch, unit: unit)
  }

  /// Returns 0, 1, …, `count` − 1 in a random order, each order with equal chance.
  ///
  /// A Fisher–Yates shuffle by masked rejection over the words of unit 0.
  ///
  /// - Precondition: `count` is at least 0 and at most `Int32.max`.
  public func permutation(of count: Int, epoch: UInt32) -> [Int32] {
    var words = sequence(epoch: epoch)
    return Shuffle.permutation(of: count) { words.nextWord() }
  }

  /// Returns a word as one of the 2²⁴ evenly spaced numbers from 0 up to, but without, 1.
  public static func unitFloat(_ word: UInt32) -> Float {
    Float(word >> 8) * 0x1p-24
  }

  /// Returns two words as one of the 2⁵³ evenly spaced numbers from 0 up to, but without, 1.
  public static func unitDouble(_ high: UInt32, _ low: UInt32) -> Double {
    Double((UInt64(high) << 32 | UInt64(low)) >> 11) * 0x1p-53
  }

  /// The ten rounds of Philox4x32.
  static func philox(counter: Words, key: (UInt32, UInt32)) -> Words {
    var counter = counter
    var key = key
    for _ in 0..<10 {
      let first = UInt64(0xD251_1F53) &* UInt64(counter.0)
      let second = UInt64(0xCD9E_8D57) &* UInt64(counter.2)
      counter = (
        UInt32(truncatingIfNeeded: second >> 32) ^ counter.1 ^ key.0,
        UInt32(truncatingIfNeeded: second),
        UInt32(truncatingIfNeeded: first >> 32) ^ counter.3 ^ key.1,
        UInt32(truncatingIfNeeded: first)
      )
      key = (key.0 &+ 0x9E37_79B9, key.1 &+ 0xBB67_AE85)
    }
    return counter
  }
}

/// The words of one epoch and unit, position after position, as a generator for the standard
/// library.
public struct CounterBasedSequence: RandomNumberGenerator, Sendable {
  private let generator: CounterBasedGenerator
  private let epoch: UInt32
  private let unit: UInt32
  private var position: UInt64 = 0
  private var words: CounterBasedGenerator.Words = (0, 0, 0, 0)
  private var used = 4

  init(generator: CounterBasedGenerator, epoch: UInt32, unit: UInt32) {
    self.generator = generator
    self.epoch = epoch
    self.unit = unit
  }

  /// Returns the next 32 random bits.
  public mutating func nextWord() -> UInt32 {
    if used == 4 {
      words = generator.words(epoch: epoch, position: position, unit: unit)
      position &+= 1
      used = 0
    }
    used += 1
    switch used {
    case 1: return words.0
    case 2: return words.1
    case 3: return words.2
    default: return words.3
    }
  }

  /// Returns the next 64 random bits: the next word above the one after it.
  public mutating func next() -> UInt64 {
    let high = nextWord()
    return UInt64(high) << 32 | UInt64(nextWord())
  }
}
