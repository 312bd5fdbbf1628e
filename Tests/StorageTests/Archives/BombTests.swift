import Storage
import TestSupport
import Testing

/// Archives that would unfold to far more than they are: refused before much of it is.
@Suite struct BombTests {
  static let zeros = [UInt8](repeating: 0, count: 1 << 24)

  @Test func aZipOfOverlappingMembersIsRefusedUnread() throws {
    // 250 members of 40 MB each in 43 kB of compressed zeros.
    let bomb = ZipFixture.overlappingBomb(members: 250, zeros: 40 << 20)
    #expect(bomb.count < 80_000)
    let error = try Self.refusal(of: bomb, member: "ratings0.csv", limit: 0)
    #expect(error.description.contains("overlaps"))
    #expect(throws: StorageError.self) { try ArchiveFixture(bytes: bomb).readAllMembers() }
  }

  @Test func aZipThatDeclaresItsBombIsRefusedUnread() throws {
    let zip = ZipFixture([.init("ratings.csv", [UInt8](repeating: 0, count: 64 << 20))])
    let error = try Self.refusal(of: zip.bytes, member: "ratings.csv", limit: 0)
    #expect(error.description.contains("250 times its size"))
  }

  @Test func aZipThatHidesItsBombIsReadNoFurtherThanItDeclares() throws {
    var zip = ZipFixture([.init("ratings.csv", Self.zeros)])
    zip.members[0].both { $0.size = 1 << 20 }
    let error = try Self.refusal(of: zip.bytes, member: "ratings.csv", limit: 1 << 20)
    #expect(error.description.contains("more bytes than the 1048576 it declares"))
  }

  @Test func aTarOfFourGigabytesOfZerosIsRefusedAtTheRatio() throws {
    // A gzip file may be of many members, which here are 256 times the same.
    let size = 256 * Self.zeros.count
    let header = Gzip.compress(TarFixture.header(Array("ratings.csv".utf8), size: size))
    let piece = Gzip.compress(Self.zeros)
    let bomb = header + (0..<256).flatMap { _ in piece } + Gzip.compress(TarFixture.end)
    #expect(bomb.count < 5_000_000)
    let error = try Self.refusal(of: bomb, member: "ratings.csv", limit: bomb.count * 250 + 512)
    #expect(error.description.contains("250 times its size"))
  }

  @Test(arguments: [.bzip2, .xz, .zstd] as [ArchiveWriter.Format.Compression])
  func aCompressedFileOfZerosIsRefusedAtTheRatio(
    compression: ArchiveWriter.Format.Compression
  ) throws {
    let zeros = [UInt8](repeating: 0, count: 64 << 20)
    let bomb = try ArchiveFixture.packed([("a", .file(zeros))], as: .raw(compression)).bytes
    let error = try Self.refusal(of: bomb, member: "bomb", limit: max(8 << 20, bomb.count * 250))
    #expect(error.description.contains("250 times its size"))
  }

  @Test func anXzWithAVastDictionaryIsRefusedUnread() throws {
    // The sizes from 4 KiB on, in half steps: 29 is 96 MiB, 33 is 384 MiB, 40 is just below 4 GiB.
    for (code, isRead) in [(0, true), (29, true), (33, false), (40, false), (41, false)] {
      let bytes = Self.xz(dictionary: UInt8(code), Array("1,2,3\n".utf8))
      let fixture = ArchiveFixture(bytes: bytes)
      if isRead {
        #expect(try fixture.readAllMembers() == ["archive": Array("1,2,3\n".utf8)])
      } else {
        let error = try Self.refusal(of: bytes, member: "bomb", limit: 0)
        #expect(code > 40 || error.description.contains("needs a dictionary"), "\(error)")
      }
    }
  }

  @Test func joinedXzStreamsWithZerosBetweenAreRead() throws {
    let part = try ArchiveFixture.packed([("a", .file([1, 2, 3]))], as: .raw(.xz)).bytes
    let joined = part + [0, 0, 0, 0] + part
    #expect(
      try ArchiveFixture(bytes: joined).readAllMembers() == ["archive": [1, 2, 3, 1, 2, 3]])
  }

  @Test func aSparseMemberOfATarIsRefusedUnread() throws {
    // One byte of data, and holes up to 4 EiB, which are nowhere in the file.
    let sparse = TarFixture.header(
      Array("ratings.csv".utf8), size: 1, type: "S",
      fields: [
        (257, Array("ustar  \0".utf8)), (386, TarFixture.octal(0) + TarFixture.octal(1)),
        (483, TarFixture.octal(1 << 62)),
      ])
    let bomb = sparse + TarFixture.padded([1]) + TarFixture.end
    let error = try Self.refusal(of: bomb, member: "ratings.csv", limit: 0)
    #expect(error.description.contains("sparse"))
  }

  @Test(arguments: [1 << 40, 1 << 62, .max])
  func aTarThatDeclaresMoreThanThereIsIsDamaged(size: Int) throws {
    let tar = TarFixture.header(Array("ratings.csv".utf8), size: size) + TarFixture.padded([1])
    let error = try Self.refusal(of: tar + TarFixture.end, member: "ratings.csv", limit: 4096)
    guard case .damagedArchive = error else {
      Issue.record("\(error)")
      return
    }
  }

  @Test func archivesInArchivesAreNamedAndNotUnfolded() throws {
    let inner = try ArchiveFixture.zip(["ratings.csv": "1,2,3\n"]).bytes
    let gzip = Gzip.compress(Array("1,2,3\n".utf8))
    let nested: [(bytes: [UInt8], member: String, what: String)] = [
      (ZipFixture([.init("inner.zip", inner)]).bytes, "inner.zip", "a zip archive"),
      (ZipFixture([.init("a.csv.gz", gzip)]).bytes, "a.csv.gz", "compressed by gzip"),
      (TarFixture.member("inner.zip", inner) + TarFixture.end, "inner.zip", "a zip archive"),
      (Gzip.compress(gzip), "bomb", "compressed by gzip"),
      (Gzip.compress(inner), "bomb", "a zip archive"),
    ]
    for (bytes, member, what) in nested {
      let error = try Self.refusal(of: bytes, member: member, limit: 0)
      #expect(error.description.contains(what), "\(error)")
      #expect(error.description.contains("archives in archives are not read"))
    }
  }

  @Test func aDirectoryThatDeclaresTooMuchIsRefusedBeforeItIsRead() throws {
    var zip = ZipFixture([.init("ratings.csv", [1])])
    zip.hasWideEnd = true
    zip.count = 1 << 40
    let error = try Self.refusal(of: zip.bytes, member: "ratings.csv", limit: 0)
    #expect(error.description.contains("more than 100000 members"))
  }

  @Test func aFileThatIsTooLargeIsRefusedUnread() throws {
    var limits = ArchiveLimits()
    limits.maxCompressedBytes = 100
    let zip = ZipFixture([.init("a.csv", [UInt8](0...255), isDeflated: false)]).archive
    let error = #expect(throws: StorageError.self) { try zip.readAllMembers(limits: limits) }
    #expect(error?.description.contains("more than 100 bytes") == true)
  }

  /// An xz file of one block, stored as it is, with the given size of the dictionary.
  private static func xz(dictionary: UInt8, _ content: [UInt8]) -> [UInt8] {
    func sum(_ bytes: [UInt8]) -> [UInt8] { Array(Gzip.compress(bytes).suffix(8).prefix(4)) }
    func summed(_ bytes: [UInt8]) -> [UInt8] { bytes + sum(bytes) }
    // No check of the data; header, one filter of one byte, and the data in one chunk.
    let flags: [UInt8] = [0, 0]
    let start = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0] + summed(flags)
    let header = summed([2, 0, 0x21, 1, dictionary, 0, 0, 0])
    let chunk = [1] + ZipFixture.little(content.count - 1, 2).reversed() + content + [0]
    let block = header + chunk
    let padding = [UInt8](repeating: 0, count: (4 - block.count % 4) % 4)
    let index = summed([0, 1, UInt8(block.count), UInt8(content.count)])
    let tail = ZipFixture.little(index.count / 4 - 1, 4) + flags
    let end = sum(tail) + tail + Array("YZ".utf8)
    return start + block + padding + index + end
  }

  /// The error of reading a member, of which no more than `limit` bytes may come out before.
  private static func refusal(
    of bytes: [UInt8], member: String, limit: Int
  ) throws -> StorageError {
    let directory = try TemporaryDirectory()
    let reader = ArchiveReader(path: try directory.write(bytes, to: "bomb"))
    var count = 0
    let error = try #require(throws: StorageError.self) {
      try reader.read(members: [member]) { _, chunk in count += chunk.count }
    }
    #expect(count <= limit)
    return error
  }
}
