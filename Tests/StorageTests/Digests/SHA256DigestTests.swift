import Storage
import TestSupport
import Testing

@Suite struct SHA256DigestTests {
  /// The examples of FIPS 180-4.
  @Test(
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ])
  func publishedExamplesAreMet(text: String, hex: String) throws {
    #expect(SHA256Digest(of: text).hex == hex)
    let directory = try TemporaryDirectory()
    let path = try directory.write(text, to: "a")
    #expect(try SHA256Digest.ofFile(path).hex == hex)
  }

  @Test func millionLettersInPiecesAreMet() {
    var hasher = SHA256Digest.Hasher()
    for _ in 0..<1000 { hasher.update([UInt8](repeating: UInt8(ascii: "a"), count: 1000)) }
    #expect(
      hasher.finish().hex == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func onlySixtyFourHexadecimalDigitsAreADigest() {
    let digest = SHA256Digest(of: "abc")
    #expect(SHA256Digest(hex: digest.hex.uppercased()) == digest)
    #expect(SHA256Digest(hex: String(digest.hex.dropLast())) == nil)
    #expect(SHA256Digest(hex: String(repeating: "g", count: 64)) == nil)
  }
}
