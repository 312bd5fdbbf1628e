import Testing

import Foundation
import Storage
import TestSupport

@Suite struct ArchiveReaderTests {
  static let formats: [ArchiveFixture.Format] = [
    .zip, .tar(nil), .tar(.gzip), .tar(.bzip2), .tar(.xz), .tar(.zstd),
  ]
  static let compressions: [ArchiveWriter.Format.Compression] = [.gzip, .bzip2, .xz, .zstd]

  static let ratings = "userId,movieId\n" + (1...3000).map { "\($0),\($0 * 7 % 1009)\n" }.joined()

  @Test(arguments: formats)
  func membersComeOutAsTheyWentIn(format: ArchiveFixture.Format) throws {
    let fixture = try ArchiveFixture.packed(
      [
        ("data/", .directory), ("data/ratings.csv", .file(Array(Self.ratings.utf8))),
        ("data/empty.csv", .file([])), ("data/Amélie.txt", .file([1, 2])),
      ], as: format)
    let directory = try TemporaryDirectory()
    let reader = ArchiveReader(path: try directory.write(fixture.bytes, to: "cached"))
    #expect(try reader.memberNames() == ["data/ratings.csv", "data/empty.csv", "data/Amélie.txt"])
    #expect(try reader.readAll(member: "data/ratings.csv") == Array(Self.ratings.utf8))
    #expect(
      try ArchiveFixture.readAllMembers(of: reader) == [
        "data/ratings.csv": Array(Self.ratings.utf8), "data/empty.csv": [],
        "data/Amélie.txt": [1, 2],
      ])
  }

  @Test func truncatedArchiveIsDamaged() throws {
    let whole = try ArchiveFixture.zip(["ratings.csv": Self.ratings])
    let error = #expect(throws: StorageError.self) {
      try whole.truncated(toBytes: 400).readAllMembers()
    }
    guard case .damagedArchive = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(arguments: compressions)
  func compressedFileIsOneMemberNamedAsTheFile(
    compression: ArchiveWriter.Format.Compression
  ) throws {
    let fixture = try ArchiveFixture(bytes: Self.compressed(Self.ratings, compression))
    let ending = [.gzip: "gz", .bzip2: "bz2", .xz: "xz", .zstd: "zst"][compression] ?? ""
    let name = "ratings.csv.\(ending)"
    #expect(
      try fixture.readAllMembers(named: name) == ["ratings.csv": Array(Self.ratings.utf8)])
    for count in [0, 1, 2, 5, 9] + Array(stride(from: 10, to: fixture.bytes.count, by: 101)) {
      #expect(throws: StorageError.self, "\(count) bytes") {
        try fixture.truncated(toBytes: count).readAllMembers(named: name)
      }
    }
  }

  @Test func joinedGzipMembersAreOneFile() throws {
    let bytes = Gzip.compress(Array("1,2\n".utf8)) + Gzip.compress(Array("3,4\n".utf8))
    #expect(
      try ArchiveFixture(bytes: bytes).readAllMembers(named: "a.csv.gz")
        == ["a.csv": Array("1,2\n3,4\n".utf8)])
    #expect(throws: StorageError.self) {
      try ArchiveFixture(bytes: bytes + [7]).readAllMembers(named: "a.csv.gz")
    }
  }

  @Test func plainFileAndDirectoryAreReadInPlace() throws {
    let directory = try TemporaryDirectory()
    let file = try directory.write("1,2\n", to: "data/ratings.csv")
    try directory.write("3\n", to: "data/deep/movies.csv")
    #expect(
      try ArchiveFixture.readAllMembers(of: ArchiveReader(path: file))
        == ["ratings.csv": Array("1,2\n".utf8)])
    #expect(
      try ArchiveFixture.readAllMembers(of: ArchiveReader(path: directory.path("data")))
        == ["ratings.csv": Array("1,2\n".utf8), "deep/movies.csv": Array("3\n".utf8)])
  }

  @Test func shippedDatasetIsReadWhole() throws {
    let root = #filePath.components(separatedBy: "/Tests/")[0]
    let reader = ArchiveReader(path: root + "/jobs/data/ml-latest-small.zip")
    let ratings = try #require(try reader.memberNames().first { $0.hasSuffix("ratings.csv") })
    let newline = UInt8(ascii: "\n")
    #expect(try reader.readAll(member: ratings).count { $0 == newline } == 100_837)
  }

  @Test func missingMemberAndMissingFileAreNamed() throws {
    let directory = try TemporaryDirectory()
    let zip = try directory.write(ArchiveFixture.zip(["a": "1"]).bytes, to: "a.zip")
    #expect(throws: StorageError.memberNotFound(path: zip, member: "b")) {
      try ArchiveReader(path: zip).readAll(member: "b")
    }
    let missing = directory.path("missing.zip")
    #expect(throws: StorageError.notFound(path: missing)) {
      try ArchiveReader(path: missing).memberNames()
    }
  }

  @Test(arguments: ["/etc/passwd", "../ratings.csv", "a/../../b", ""])
  func namesThatLeadOutAreRefused(name: String) throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(ArchiveFixture.zip(["a": "1"]).bytes, to: "a.zip")
    let error = #expect(throws: StorageError.self) {
      try ArchiveReader(path: path).readAll(member: name)
    }
    guard case .refusedArchive = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(
    arguments: [
      ([("a", .file([1])), ("a", .file([2]))], ArchiveFixture.Format.zip),
      ([("a", .file([1])), ("a", .file([2]))], .tar(.gzip)),
      ([("a", .file([1]))], .encryptedZip),
      ([("a", .symbolicLink(target: "/etc/passwd"))], .tar(.gzip)),
      ([("a", .symbolicLink(target: "/etc/passwd"))], .zip),
      ([("b", .file([1])), ("a", .hardLink(target: "b"))], .tar(nil)),
      ([("a", .device)], .tar(nil)),
    ] as [([(String, ArchiveWriter.Content)], ArchiveFixture.Format)])
  func duplicateEncryptedAndSpecialMembersAreRefused(
    members: [(String, ArchiveWriter.Content)], format: ArchiveFixture.Format
  ) throws {
    let fixture = try ArchiveFixture.packed(members.map { ($0.0, $0.1) }, as: format)
    let directory = try TemporaryDirectory()
    let path = try directory.write(fixture.bytes, to: "archive")
    let error = #expect(throws: StorageError.self) {
      try ArchiveReader(path: path).readAll(member: "a")
    }
    guard case .refusedArchive = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(arguments: formats)
  func bombsAreRefusedWhileTheyUnfold(format: ArchiveFixture.Format) throws {
    let zeros = [UInt8](repeating: 0, count: 4 << 20)
    let fixture = try ArchiveFixture.packed([("a", .file(zeros))], as: format)
    var limits = ArchiveLimits()
    limits.maxDecompressedBytes = 1 << 20
    if case .tar(nil) = format {
    } else {
      #expect(throws: StorageError.self) { _ = try fixture.readAllMembers(limits: limits) }
      limits.maxDecompressedBytes = 1 << 30
      limits.ratioFloor = 1 << 20
      limits.maxRatio = 100
      #expect(throws: StorageError.self) { _ = try fixture.readAllMembers(limits: limits) }
    }
    limits = ArchiveLimits()
    limits.maxPathLength = 0
    #expect(throws: StorageError.self) { _ = try fixture.readAllMembers(limits: limits) }
    limits = ArchiveLimits()
    limits.maxEntries = 0
    #expect(throws: StorageError.self) { _ = try fixture.readAllMembers(limits: limits) }
  }

  @Test func foreignFormatsAreRefusedByName() {
    let fixture = ArchiveFixture(bytes: Array("Rar!\u{1a}\u{7}\u{1}".utf8))
    let error = #expect(throws: StorageError.self) { try fixture.readAllMembers() }
    #expect(error?.description.contains("RAR") == true)
  }

  @Test func whatIsCompressedTwiceIsNotUnfolded() throws {
    let inner = try Self.compressed(Self.ratings, .xz)
    let fixture = ArchiveFixture(
      bytes: try Self.compressed(inner, .xz))
    #expect(throws: StorageError.self) { try fixture.readAllMembers() }
  }

  @Test func errorOfTheBodyComesOutUnchanged() throws {
    struct Stop: Error, Equatable {}
    let directory = try TemporaryDirectory()
    let path = try directory.write(ArchiveFixture.zip(["a": "1", "b": "2"]).bytes, to: "a.zip")
    var seen: [String] = []
    #expect(throws: Stop()) {
      try ArchiveReader(path: path).read(members: ["a", "b"]) { (member, _) throws(Stop) in
        seen.append(member)
        throw Stop()
      }
    }
    #expect(seen == ["a"])
  }

  private static func compressed(
    _ text: String, _ compression: ArchiveWriter.Format.Compression
  ) throws -> [UInt8] {
    try compressed(Array(text.utf8), compression)
  }

  private static func compressed(
    _ bytes: [UInt8], _ compression: ArchiveWriter.Format.Compression
  ) throws -> [UInt8] {
    try ArchiveFixture.packed([("a", .file(bytes))], as: .raw(compression)).bytes
  }
}
