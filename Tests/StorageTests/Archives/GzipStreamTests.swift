import Storage
import TestSupport
import Testing

@Suite struct GzipStreamTests {
  @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 1_000_003])
  func bytesComeBack(count: Int) throws {
    var state: UInt32 = 1
    let bytes = (0..<count).map { _ -> UInt8 in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(truncatingIfNeeded: state >> 24)
    }
    let compressed = Gzip.compress(bytes)
    #expect(try Gzip.decompress(compressed, limit: count) == bytes)
    #expect(Array(compressed.prefix(8)) == [0x1f, 0x8b, 8, 0, 0, 0, 0, 0])
  }

  @Test func piecesGiveTheBytesOfTheWhole() {
    let text = Array(String(repeating: "318,4.5\n", count: 50_000).utf8)
    var compressor = GzipCompressor()
    var pieces: [UInt8] = []
    for start in stride(from: 0, to: text.count, by: 777) {
      pieces += compressor.compress(Array(text[start..<min(start + 777, text.count)]))
    }
    pieces += compressor.finish()
    #expect(pieces == Gzip.compress(text))
  }

  @Test func everyPrefixIsRefused() {
    let compressed = Gzip.compress(Array("1,31,2.5\n".utf8))
    for count in 0..<compressed.count {
      #expect(throws: StorageError.self) {
        try Gzip.decompress(Array(compressed.prefix(count)), limit: 100)
      }
    }
  }

  @Test func wrongTrailerAndFollowingBytesAreDamage() {
    var compressed = Gzip.compress(Array("1,31,2.5\n".utf8))
    #expect(throws: StorageError.self) { try Gzip.decompress(compressed + [1], limit: 100) }
    compressed[compressed.count - 5] ^= 1
    #expect(throws: StorageError.damagedArchive(path: "x.gz", reason: "incorrect data check")) {
      try Gzip.decompress(compressed, limit: 100, path: "x.gz")
    }
  }

  @Test func moreThanTheLimitIsRefused() throws {
    let compressed = Gzip.compress([UInt8](repeating: 0, count: 1 << 20))
    #expect(throws: StorageError.self) { try Gzip.decompress(compressed, limit: 1 << 19) }
    #expect(try Gzip.decompress(compressed, limit: 1 << 20).count == 1 << 20)
  }
}
