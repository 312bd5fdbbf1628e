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

  @Test(arguments: [
    "", "userId,movieId\n1,2\n", "PK,1,2\n", "1::2::3::4\n", "BZh,user\n", "070701,5,3.5\n",
    "]\0\0", "xar!,1\n",
  ])
  func textIsPlain(text: String) {
    #expect(ArchiveKind(head: Array(text.utf8)) == .plain)
  }

  @Test func zerosAreNoTar() {
    #expect(ArchiveKind(head: [UInt8](repeating: 0, count: 40_000)) == .plain)
  }

  @Test func isoImageIsKnownAndUnread() {
    var image = [UInt8](repeating: 0, count: 40_000)
    image.replaceSubrange(32_769..<32_774, with: "CD001".utf8)
    #expect(ArchiveKind(head: image) == .unrecognised("an ISO image"))
  }

  @Test(
    arguments: [
      ("Rar!\u{1a}\u{7}\u{1}\0", "a RAR archive"), ("MSCF\0\0\0\0", "a cabinet archive"),
      ("!<arch>\ndebian", "an ar archive"), ("LZIP\u{1}", "a file compressed by lzip"),
      ("070701" + String(repeating: "0", count: 104), "a cpio archive"),
      ("xx-lh5-", "an LHA archive"),
    ])
  func otherFormatsAreKnownByName(text: String, name: String) {
    #expect(ArchiveKind(head: Array(text.utf8)) == .unrecognised(name))
  }

  @Test(arguments: [
    [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], [0x1f, 0x9d, 0x90], [0x04, 0x22, 0x4d, 0x18],
    [0x5d, 0, 0, 0x80, 0] + [UInt8](repeating: 0xff, count: 8), [0xed, 0xab, 0xee, 0xdb, 3],
    [0xc7, 0x71, 1],
  ])
  func otherFormatsAreKnown(bytes: [UInt8]) {
    guard case .unrecognised = ArchiveKind(head: bytes) else {
      Issue.record("\(bytes)")
      return
    }
  }
}
