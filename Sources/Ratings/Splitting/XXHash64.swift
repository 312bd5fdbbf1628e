/// The 64-bit hash function XXH64.
///
/// Algorithm: Collet, *xxHash fast digest algorithm*, specification 0.1.1.
enum XXHash64 {
  private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
  private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
  private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
  private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
  private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

  /// Returns the hash of a range of bytes.
  static func hash(_ bytes: [UInt8], in range: Range<Int>, seed: UInt64) -> UInt64 {
    var position = range.lowerBound
    var hash: UInt64
    if range.count >= 32 {
      var lanes: (UInt64, UInt64, UInt64, UInt64) = (
        seed &+ prime1 &+ prime2, seed &+ prime2, seed, seed &- prime1
      )
      while range.upperBound - position >= 32 {
        lanes.0 = round(lanes.0, word(bytes, at: position))
        lanes.1 = round(lanes.1, word(bytes, at: position + 8))
        lanes.2 = round(lanes.2, word(bytes, at: position + 16))
        lanes.3 = round(lanes.3, word(bytes, at: position + 24))
        position += 32
      }
      hash = rotate(lanes.0, 1) &+ rotate(lanes.1, 7) &+ rotate(lanes.2, 12) &+ rotate(lanes.3, 18)
      for lane in [lanes.0, lanes.1, lanes.2, lanes.3] {
        hash = (hash ^ round(0, lane)) &* prime1 &+ prime4
      }
    } else {
      hash = seed &+ prime5
    }
    hash &+= UInt64(range.count)

    while range.upperBound - position >= 8 {
      hash = rotate(hash ^ round(0, word(bytes, at: position)), 27) &* prime1 &+ prime4
      position += 8
    }
    if range.upperBound - position >= 4 {
      hash = rotate(hash ^ (halfWord(bytes, at: position) &* prime1), 23) &* prime2 &+ prime3
      position += 4
    }
    while position < range.upperBound {
      hash = rotate(hash ^ (UInt64(bytes[position]) &* prime5), 11) &* prime1
      position += 1
    }

    hash = (hash ^ (hash >> 33)) &* prime2
    hash = (hash ^ (hash >> 29)) &* prime3
    return hash ^ (hash >> 32)
  }

  /// Returns the hash of some bytes.
  static func hash(_ bytes: [UInt8], seed: UInt64) -> UInt64 {
    hash(bytes, in: bytes.indices, seed: seed)
  }

  private static func round(_ lane: UInt64, _ input: UInt64) -> UInt64 {
    rotate(lane &+ input &* prime2, 31) &* prime1
  }

  private static func rotate(_ value: UInt64, _ bits: UInt64) -> UInt64 {
    value << bits | value >> (64 - bits)
  }

  private static func word(_ bytes: [UInt8], at position: Int) -> UInt64 {
    halfWord(bytes, at: position) | halfWord(bytes, at: position + 4) << 32
  }

  private static func halfWord(_ bytes: [UInt8], at position: Int) -> UInt64 {
    UInt64(bytes[position]) | UInt64(bytes[position + 1]) << 8
      | UInt64(bytes[position + 2]) << 16 | UInt64(bytes[position + 3]) << 24
  }
}
