import Testing

@testable import Ratings

@Suite struct TextEncodingTests {
  static let latin1: [UInt8] = [0x4C, 0xE9, 0x6F, 0x6E, 0xFF]

  @Test func latin1BytesBecomeTheirScalars() {
    #expect(TextEncoding.latin1.utf8(Self.latin1) == Array("L\u{E9}on\u{FF}".utf8))
    #expect(TextEncoding.utf8OrLatin1.utf8(Self.latin1) == Array("L\u{E9}on\u{FF}".utf8))
    #expect(TextEncoding.utf8.utf8(Self.latin1) == nil)
  }

  @Test func utf8StaysAsItIsWhereItIsAllowed() {
    let bytes = Array("L\u{E9}on 🎬".utf8)
    #expect(TextEncoding.utf8.utf8(bytes) == bytes)
    #expect(TextEncoding.utf8OrLatin1.utf8(bytes) == bytes)
    #expect(TextEncoding.latin1.utf8(bytes) != bytes)
    #expect(TextEncoding.latin1.utf8(Array("plain".utf8)) == Array("plain".utf8))
  }
}
