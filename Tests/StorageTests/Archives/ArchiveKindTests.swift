import TestSupport
import Testing

@testable import Storage

@Suite struct ArchiveKindTests {
  @Test(
    arguments: [
      (.zip, .zip), (.tar(nil), .tar), (.tar(.gzip), .compressed(.gzip)),
      (.raw(.bzip2), .compressed(.bzip2)), (.raw(.xz), .compressed(.xz)),
      (.raw(.zstd), .compressed(.zstd)),
    ] as [(ArchiveFixture.Format, ArchiveKind)])
  func bytesTellTheKind(format: ArchiveFixture.Format, kind: ArchiveKind) throws {
    let fixture = try ArchiveFixture.packed([("a", .file([1]))], as: format)
    #expect(ArchiveKind(head: fixture.bytes) == kind)
  }

  @Test(arguments: ["", "userId,movieId\n1,2\n", "PK,1,2\n", "1::2::3::4\n"])
  func textIsPlain(text: String) {
    #expect(ArchiveKind(head: Array(text.utf8)) == .plain)
  }

  @Test func zerosAreNoTar() {
    #expect(ArchiveKind(head: [UInt8](repeating: 0, count: 40_000)) == .plain)
  }

  @Test func isoImageIsKnownAndUnread() {
    var image = [UInt8](repeating: 0, count: 40_000)
    image.replaceSubrange(32_769..<32_774, with: "CD001".utf8)
    #expect(ArchiveKind(head: image) == .unrecognised("ISO 9660"))
  }
}
