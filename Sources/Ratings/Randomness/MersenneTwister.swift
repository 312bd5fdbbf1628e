/// The Mersenne Twister MT19937, seeded as NumPy's legacy `RandomState` is.
///
/// It serves the `random` split alone, whose rows must be those of scikit-learn; all else draws
/// from ``CounterBasedGenerator``.
///
/// Algorithm: Matsumoto and Nishimura, *Mersenne Twister: a 623-dimensionally equidistributed
/// uniform pseudo-random number generator*, 1998, with the seeding `init_genrand` of 2002.
public struct MersenneTwister: Sendable {
  private static let size = 624
  private static let shift = 397

  private var state: [UInt32]
  private var position = MersenneTwister.size

  /// Creates a generator with the state that `init_genrand(seed)` gives.
  public init(seed: UInt32) {
    state = [seed]
    state.reserveCapacity(Self.size)
    var last = seed
    for index in 1..<UInt32(Self.size) {
      last = 1_812_433_253 &* (last ^ (last >> 30)) &+ index
      state.append(last)
    }
  }

  /// Returns the next 32 random bits.
  public mutating func nextWord() -> UInt32 {
    if position == Self.size { twist() }
    var word = state[position]
    position += 1
    word ^= word >> 11
    word ^= (word << 7) & 0x9D2C_5680
    word ^= (word << 15) & 0xEFC6_0000
    word ^= word >> 18
    return word
  }

  /// Returns 0, 1, …, `count` − 1 in the order of NumPy's `RandomState.permutation(count)`.
  ///
  /// A Fisher–Yates shuffle from the last position down; each partner is drawn by masking words
  /// to the bits of the position and rejecting what lies beyond it.
  public mutating func permutation(of count: Int) -> [Int32] {
    Shuffle.permutation(of: count) { nextWord() }
  }

  private mutating func twist() {
    for index in 0..<Self.size {
      let next = state[(index + 1) % Self.size]
      let joined = (state[index] & 0x8000_0000) | (next & 0x7FFF_FFFF)
      let mixed = (joined >> 1) ^ (joined & 1 == 0 ? 0 : 0x9908_B0DF)
      state[index] = state[(index + Self.shift) % Self.size] ^ mixed
    }
    position = 0
  }
}
