/// Deflate (RFC 1951) for columns of numbers: many times faster than zlib, and smaller on those.
///
/// It looks for repeats in one place only, four bytes before: what neighbours of four bytes have in
/// common, as ascending indices and ratings do, is a match of three bytes or more, and all other
/// bytes are literals. Both are coded by Huffman codes that are made for each block. Text becomes
/// larger than zlib would make it. The output depends on the input alone.
enum FastDeflate {
  private static let distance = 4
  private static let lengths = 3...258
  private static let blockSize = 1 << 17

  /// Compresses bytes without regard to any before them.
  ///
  /// The result ends at a whole byte; only the `isLast` one of several ends the data.
  static func compress(_ plain: [UInt8], isLast: Bool) -> [UInt8] {
    var bits = BitWriter()
    var start = 0
    repeat {
      let end = min(start + blockSize, plain.count)
      appendBlock(plain.span, start..<end, isLast: isLast && end == plain.count, to: &bits)
      start = end
    } while start < plain.count
    if !isLast {
      // An empty block of stored bytes starts at a whole byte, and so do the bytes after it.
      bits.append(0, count: 3)
      bits.fillByte()
      bits.append(0xffff_0000, count: 32)
    }
    return bits.finish()
  }

  /// Adds a block: 3 bits that say what it is, the lengths of its codes, and the codes.
  private static func appendBlock(
    _ plain: Span<UInt8>, _ range: Range<Int>, isLast: Bool, to bits: inout BitWriter
  ) {
    let tokens = tokens(plain, range)
    var counts = [Int](repeating: 0, count: Token.count)
    for token in tokens { counts[Int(token)] += 1 }
    var frequencies = [Int](repeating: 0, count: Token.symbolCount)
    frequencies[Token.end] = 1
    // A code of a single symbol is not one that all programs read.
    if tokens.isEmpty { frequencies[0] = 1 }
    for token in counts.indices { frequencies[Token.symbol(of: token).number] += counts[token] }
    let code = HuffmanCode(frequencies: frequencies)

    bits.append(isLast ? 0b101 : 0b100, count: 3)
    // 286 lengths of codes for literals and matches, 4 of distances, 19 of the code for the lengths.
    bits.append(UInt64(Token.symbolCount - 257), count: 5)
    bits.append(UInt64(distance - 1), count: 5)
    bits.append(19 - 4, count: 4)
    // Of that code, 16 to 18 stand first and are not used; 0 to 15 have 4 bits each.
    for number in 0..<19 { bits.append(number < 3 ? 0 : 4, count: 3) }
    for length in code.lengths + [0, 0, 0, 1] {
      bits.append(HuffmanCode.reversed(UInt64(length), count: 4), count: 4)
    }

    var codes = [(bits: UInt64, count: Int)](repeating: (0, 0), count: Token.count)
    for token in counts.indices {
      let (number, extraBits, extra) = Token.symbol(of: token)
      let length = code.lengths[number]
      // The only distance has a code of one bit, 0.
      codes[token] = (
        code.bits[number] | extra << UInt64(length),
        length + extraBits + (token < Token.matches ? 0 : 1)
      )
    }
    for token in tokens {
      let (value, count) = codes[Int(token)]
      bits.append(value, count: count)
    }
    bits.append(code.bits[Token.end], count: code.lengths[Token.end])
  }

  /// The literals and matches that a range of bytes is made of.
  private static func tokens(_ plain: Span<UInt8>, _ range: Range<Int>) -> [UInt16] {
    var tokens: [UInt16] = []
    tokens.reserveCapacity(range.count)
    // Safety: bytes have no padding, and the loads below are checked to lie within them.
    let bytes = unsafe plain.bytes
    var place = range.lowerBound
    while place < min(range.lowerBound + (range.lowerBound == 0 ? distance : 0), range.upperBound) {
      tokens.append(UInt16(plain[place]))
      place += 1
    }
    while place + 8 <= range.upperBound {
      let here = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self)
      let before = unsafe bytes.unsafeLoadUnaligned(
        fromByteOffset: place - distance, as: UInt64.self)
      var length = (here ^ before).trailingZeroBitCount / 8
      guard length >= lengths.lowerBound else {
        tokens.append(UInt16(truncatingIfNeeded: here & 0xff))
        place += 1
        continue
      }
      if length == 8 {
        let limit = min(lengths.upperBound, range.upperBound - place)
        while length < limit, plain[place + length] == plain[place + length - distance] {
          length += 1
        }
      }
      tokens.append(UInt16(Token.matches + length - lengths.lowerBound))
      place += length
    }
    while place < range.upperBound {
      tokens.append(UInt16(plain[place]))
      place += 1
    }
    return tokens
  }
}

/// What compressed data is made of: 256 literals, then the matches of each length.
private enum Token {
  static let matches = 256
  static let count = 512

  /// The symbol that ends a block, and the number of symbols.
  static let end = 256
  static let symbolCount = 286

  /// The symbol of a token, and the bits that follow its code.
  static func symbol(of token: Int) -> (number: Int, extraBits: Int, extra: UInt64) {
    if token < matches { return (token, 0, 0) }
    let length = token - matches
    // Lengths of 3 to 10 have a symbol each, the next 4 symbols stand for 2 lengths each, and so on
    // to 32; the greatest has one of its own.
    if length == 255 { return (285, 0, 0) }
    if length < 8 { return (257 + length, 0, 0) }
    let extraBits = length.bitWidth - length.leadingZeroBitCount - 3
    let number = 257 + 4 * extraBits + length >> extraBits
    return (number, extraBits, UInt64(length & (1 << extraBits - 1)))
  }
}

/// Bits in the order of Deflate: the first is the lowest of the first byte.
private struct BitWriter {
  private var words: [UInt32] = []
  private var pending: UInt64 = 0
  private var pendingCount = 0

  /// Adds at most 32 bits; those above `count` are zero.
  mutating func append(_ bits: UInt64, count: Int) {
    pending |= bits << UInt64(pendingCount)
    pendingCount += count
    if pendingCount >= 32 {
      words.append(UInt32(truncatingIfNeeded: pending))
      pending >>= 32
      pendingCount -= 32
    }
  }

  /// Adds zeros up to a whole byte.
  mutating func fillByte() {
    append(0, count: (8 - pendingCount % 8) % 8)
  }

  /// The bytes of all bits.
  consuming func finish() -> [UInt8] {
    fillByte()
    var bytes: [UInt8] = []
    bytes.reserveCapacity(words.count * 4 + 4)
    // Safety: the words are read as bytes within the call.
    unsafe words.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    for shift in stride(from: 0, to: pendingCount, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: pending >> UInt64(shift)))
    }
    return bytes
  }
}
