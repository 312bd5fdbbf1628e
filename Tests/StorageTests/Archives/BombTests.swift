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
