import Testing

@testable import Storage

@Suite struct FastDeflateTests {
  /// Undoes a member of pieces with zlib, which verifies CRC and length.
  private func inflated(_ pieces: [[UInt8]]) throws -> [UInt8] {
    var member = GzipMember()
    var bytes = GzipMember.header
    for (number, plain) in pieces.enumerated() {
      let piece = GzipPiece(plain, isLast: number == pieces.count - 1)
      member.append(piece)
      bytes += piece.bytes
    }
    let count = pieces.reduce(0) { $0 + $1.count }
    return try Gzip.decompress(bytes + member.trailer, limit: count)
  }

  private func noise(_ count: Int) -> [UInt8] {
    var state: UInt32 = 1
    return (0..<count).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(truncatingIfNeeded: state >> 24)
    }
  }

  /// Ascending numbers of four bytes.
  private func columns(_ count: Int) -> [UInt8] {
    (0..<count / 4).flatMap { number in
      let value = UInt32(number * 37)
      return (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
  }

  @Test(arguments: Array(1...40) + [257, 258, 259, 262, 263, 4096])
  func shortInputsComeBack(count: Int) throws {
    for bytes in [
      noise(count), columns(count + 4), [UInt8](repeating: 7, count: count),
      (0..<count).map { UInt8($0 % 4) }, (0..<count).map { UInt8($0 % 5) },
    ] {
      #expect(try inflated([bytes]) == bytes)
    }
  }

  @Test(arguments: [131_071, 131_072, 131_073, 131_080, 300_001])
  func severalBlocksComeBack(count: Int) throws {
    for bytes in [noise(count), columns(count), [UInt8](repeating: 0, count: count)] {
      #expect(try inflated([bytes]) == bytes)
    }
  }

  @Test func everyLengthOfAMatchComesBack() throws {
    for length in 0...600 {
      let bytes = noise(5) + [UInt8](repeating: 200, count: length) + [1, 2]
      #expect(try inflated([bytes]) == bytes)
    }
  }

  @Test func piecesMakeOneMember() throws {
    let pieces = [columns(100_000), noise(3), [9], noise(140_000), columns(20)]
    #expect(try inflated(pieces) == pieces.flatMap(\.self))
  }

  @Test func nothingIsAMemberToo() throws {
    #expect(try inflated([[]]) == [])
  }

  @Test func columnsBecomeSmallerAndNoiseHardlyLarger() {
    #expect(FastDeflate.compress(columns(100_000), isLast: true).count < 50_000)
    #expect(FastDeflate.compress(noise(100_000), isLast: true).count < 100_500)
  }
}
