import Foundation
import Storage
import TestSupport
import Testing

/// Every prefix and every changed byte of small archives: an error, or just the same members.
@Suite struct CorruptionTests {
  static let formats: [ArchiveFixture.Format] = [
    .zip, .tar(.gzip), .tar(.bzip2), .tar(.xz),
  ]
  /// All bits, the lowest, and the one that tells small letters from capital ones.
  static let patterns: [UInt8] = [0xff, 0x01, 0x20]

  static let members: [(String, ArchiveWriter.Content)] = [
    ("data/", .directory), ("data/ratings.csv", .file(rows(200))),
    ("data/movies.csv", .file(rows(40))), ("data/empty.csv", .file([])),
  ]

  @Test(arguments: formats + [.tar(.zstd), .tar(nil)])
  func prefixesAreRefused(format: ArchiveFixture.Format) throws {
    let whole = try ArchiveFixture.packed(Self.members, as: format)
    let directory = try TemporaryDirectory()
    for count in whole.bytes.indices {
      let path = try directory.write(whole.truncated(toBytes: count).bytes, to: "archive")
      Self.expectRefused(path, "the first \(count) bytes")
    }
  }

  @Test(arguments: formats)
  func changedBytesAreRefusedOrHarmless(format: ArchiveFixture.Format) throws {
    try Self.expectChangesToBeNoticed(ArchiveFixture.packed(Self.members, as: format))
  }

  @Test func changedBytesOfACheckedZstdAreRefusedOrHarmless() throws {
    try Self.expectChangesToBeNoticed(Self.checkedZstd())
  }

  @Test func prefixesOfACheckedZstdAreRefused() throws {
    let whole = try Self.checkedZstd()
    let directory = try TemporaryDirectory()
    for count in whole.bytes.indices {
      let path = try directory.write(whole.truncated(toBytes: count).bytes, to: "archive")
      Self.expectRefused(path, "the first \(count) bytes")
    }
  }

  @Test(arguments: [false, true])
  func changedBytesOfWideZipsAreRefusedOrHarmless(isDeflated: Bool) throws {
    var zip = ZipFixture([
      .init("ratings.csv", Self.rows(60), isDeflated: isDeflated),
      .init("movies.csv", Self.rows(20), isDeflated: isDeflated),
    ])
    zip.hasWideEnd = true
    zip.comment = Array("a comment".utf8)
    for index in zip.members.indices {
      // The sizes are in the extra field of zip64.
      zip.members[index].both { header in
        header.extra =
          ZipFixture.little(1, 2) + ZipFixture.little(16, 2) + ZipFixture.little(header.size, 8)
          + ZipFixture.little(header.compressedSize, 8)
        header.size = 0xffff_ffff
        header.compressedSize = 0xffff_ffff
      }
    }
    try Self.expectChangesToBeNoticed(zip.archive)
  }

  /// Tar itself sums up its headers only; a change there is noticed, and no other one moves bytes.
  @Test func changedHeadersOfAPlainTarAreRefusedOrHarmless() throws {
    let whole = try ArchiveFixture.packed(Self.members, as: .tar(nil))
    let expected = try whole.readAllMembers()
    let directory = try TemporaryDirectory()
    for offset in whole.bytes.indices {
      for pattern in Self.patterns.prefix(2) {
        var changed = whole
        changed.bytes[offset] ^= pattern
        let path = try directory.write(changed.bytes, to: "archive.tar")
        let read = try? ArchiveFixture.readAllMembers(of: ArchiveReader(path: path))
        guard let read else { continue }
        let isSame = read.mapValues(\.count) == expected.mapValues(\.count)
        #expect(isSame, "byte \(offset) with \(pattern)")
      }
    }
  }

  /// Every single changed byte must leave the members as they are or be an error.
  private static func expectChangesToBeNoticed(_ whole: ArchiveFixture) throws {
    let expected = try whole.readAllMembers()
    #expect(expected.count >= 2)
    let directory = try TemporaryDirectory()
    var refused = 0
    for offset in whole.bytes.indices {
      for pattern in patterns {
        var changed = whole
        changed.bytes[offset] ^= pattern
        let path = try directory.write(changed.bytes, to: "archive.tar.zip")
        guard let read = try? ArchiveFixture.readAllMembers(of: ArchiveReader(path: path)) else {
          refused += 1
          continue
        }
        #expect(read == expected, "byte \(offset) with \(pattern)")
      }
    }
    // What may change is names of no one, times and owners, and the like.
    #expect(refused > whole.bytes.count * patterns.count / 2)
  }

  private static func expectRefused(_ path: String, _ what: String) {
    let reader = ArchiveReader(path: path, name: "archive.tar.zip")
    let error = #expect(throws: StorageError.self, "\(what)") {
      try ArchiveFixture.readAllMembers(of: reader)
    }
    #expect(error?.description.hasSuffix(".") == true)
  }

  /// A tar of two members by the `zstd` program, which ends its frames with a checksum; libarchive
  /// leaves that out.
  private static func checkedZstd() throws -> ArchiveFixture {
    let text = """
      KLUv/WQADXUMAFaXPBtwTdog7VHCNLIhFfn+EEhbaGX3oKMZ1CDeaQE7AC4ALgCIRmWoL5siVUNHOShrpXUxH6RT2nMx
      jUOBOLw4RJpnsvxLJCF5JssBC6Kruld9QURfKI9i8DAejiQRCXcJrWqG5vTa3adNaVTONTVFdK485ESo6kxPs13Lz9ed
      9pBxF6Hd5lV95uNePi2XTtP7IheqxbsULS39XInlF3rTajndLfXQjK7lpLp7isx7xfN+z7uKEPqpWXUbTaXwaBYNiMEv
      RpApVQDwLB4OAvBMIJGG8UgQXMc0DYkjSTPUfznj2aXq+gxZoT5vhPY00YY+w7QGUKjBIGFYsYGrtebQTKo0wwHCOUjN
      RSbW4v+fCYbmGASAxi5/ffH0EH/Fxw4METpg+gRMyl+G53L3zDZe9SOa8vNcQXHPFQsKi4XO7Kv8JOqkt5/YQ50j6mgz
      GNjyIl3ziWB0vOzna2rN74SLfh0emIaEARE0HhMNVElYxZE138J+kqDEyiEFZPCxYBkJ8HuhpzYZZ1GupKEC29zVvg==
      """
    return ArchiveFixture(
      bytes: Array(try #require(Data(base64Encoded: text, options: .ignoreUnknownCharacters))))
  }

  private static func rows(_ count: Int) -> [UInt8] {
    var state: UInt32 = 7
    return Array(
      (0..<count).map { row -> String in
        state = state &* 1_664_525 &+ 1_013_904_223
        return "\(row / 3 + 1),\(state >> 20),\(Double((state >> 8) % 10) / 2)\n"
      }.joined().utf8)
  }
}
