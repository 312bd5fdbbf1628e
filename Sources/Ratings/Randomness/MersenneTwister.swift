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
  /// The words that the state gives, of which those from `position` on were not yet returned.
  private var words = [UInt32](repeating: 0, count: MersenneTwister.size)
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
    if position == Self.size { refill() }
    position += 1
    return words[position - 1]
  }

  /// Returns 0, 1, …, `count` − 1 in the order of NumPy's `RandomState.permutation(count)`.
  ///
  /// A Fisher–Yates shuffle from the last position down; each partner is drawn by masking words
  /// to the bits of the position and rejecting what lies beyond it.
  public mutating func permutation(of count: Int) -> [Int32] {
    Shuffle.permutation(of: count) { nextWord() }
  }

  /// Returns the positions with which the positions `count` − 1, `count` − 2, …, `end` change places
  /// in ``permutation(of:)``.
  ///
  /// - Precondition: `end` is at least 1 and at most `count`.
  mutating func partners(ofPositionsBelow count: Int, downThrough end: Int) -> [UInt32] {
    precondition(1 <= end && end <= count && count <= Int(Int32.max), "no such positions")
    let total = count - end
    // A rejected word is written, too, and then written over: a branch that is taken at random would
    // cost more than all else.
    var partners = [UInt32](repeating: 0, count: total)
    var drawn = 0
    while drawn < total {
      // All positions with the same highest bit have the same mask.
      let mask = UInt32.max >> UInt32(UInt32(count - 1 - drawn).leadingZeroBitCount)
      let target = min(total, count - Int(mask / 2 + 1))
      while drawn < target {
        if position == Self.size { refill() }
        while position < Self.size, drawn < target {
          let partner = words[position] & mask
          position += 1
          partners[drawn] = partner
          drawn += Int(partner) < count - drawn ? 1 : 0
        }
      }
    }
    return partners
  }

  private mutating func refill() {
    // The three runs of the recurrence in which no index wraps around.
    let rest = Self.size - Self.shift
    for index in 0..<rest { twist(index, with: index + 1, and: index + Self.shift) }
    for index in rest..<(Self.size - 1) { twist(index, with: index + 1, and: index - rest) }
    twist(Self.size - 1, with: 0, and: Self.shift - 1)
    for index in 0..<Self.size {
      var word = state[index]
      word ^= word >> 11
      word ^= (word << 7) & 0x9D2C_5680
      word ^= (word << 15) & 0xEFC6_0000
      words[index] = word ^ word >> 18
    }
    position = 0
  }

  @inline(__always)
  private mutating func twist(_ index: Int, with next: Int, and other: Int) {
    let joined = (state[index] & 0x8000_0000) | (state[next] & 0x7FFF_FFFF)
    state[index] = state[other] ^ (joined >> 1) ^ (0 &- (joined & 1)) & 0x9908_B0DF
  }
}
