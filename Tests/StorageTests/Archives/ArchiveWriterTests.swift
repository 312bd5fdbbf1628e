import Storage
import TestSupport
import Testing

@Suite struct ArchiveWriterTests {
  @Test func sameFilesGiveTheSameBytesWhereverAndWheneverTheyAre() throws {
    let first = try TemporaryDirectory()
    let second = try TemporaryDirectory()
    let long = "factors/" + String(repeating: "x", count: 150) + "é"
    let names = ["model.safetensors", "config.json", long]
    for directory in [first, second] {
      for name in names { try directory.write("content of \(name)", to: name) }
    }
    // Other times and another order must not show.
    try second.write("content of config.json", to: "config.json")
    try ArchiveWriter.writeTarGzip(
      members: names.map { ($0, first.path($0)) }, to: first.path("a.tar.gz"))
    try ArchiveWriter.writeTarGzip(
      members: names.reversed().map { ($0, second.path($0)) }, to: second.path("b.tar.gz"))
    let bytes = try FileSystem.readBytes(first.path("a.tar.gz"))
    #expect(try bytes == FileSystem.readBytes(second.path("b.tar.gz")))
    // The four bytes of the time in the gzip header.
    #expect(Array(bytes[4..<8]) == [0, 0, 0, 0])

    let reader = ArchiveReader(path: first.path("a.tar.gz"))
    #expect(try reader.memberNames() == ["config.json", long, "model.safetensors"])
    #expect(
      try reader.readAll(member: "model.safetensors") == Array("content of model.safetensors".utf8))
  }

  @Test func headersCarryNeitherTimeNorOwner() throws {
    let directory = try TemporaryDirectory()
    let file = try directory.write("1", to: "config.json")
    try ArchiveWriter.writeTarGzip(members: [("config.json", file)], to: directory.path("a.tgz"))
    let tar = try Gzip.decompress(
      FileSystem.readBytes(directory.path("a.tgz")), limit: 1 << 20)
    func field(_ range: Range<Int>) -> String {
      String(decoding: tar[range].prefix { $0 != 0 }, as: UTF8.self)
    }
    #expect(field(0..<100) == "config.json")
    #expect(field(100..<108) == "000644 ")
    #expect(field(108..<116) == "000000 ")
    #expect(field(116..<124) == "000000 ")
    #expect(field(136..<148) == "00000000000 ")
    #expect(field(265..<297) == "")
  }

  @Test func failureLeavesNoArchive() throws {
    let directory = try TemporaryDirectory()
    let missing = directory.path("missing")
    #expect(throws: StorageError.notFound(path: missing)) {
      try ArchiveWriter.writeTarGzip(members: [("a", missing)], to: directory.path("a.tgz"))
    }
    #expect(try FileSystem.list(directory.path) == [])
  }

  @Test func piecesGiveTheSameBytesInWhateverOrderTheyAreMade() throws {
    let directory = try TemporaryDirectory()
    // A little over five pieces, with the ends of members within them.
    let contents = [0, 511, 512, 513, 1_300_000, 1_400_000].map { count in
      (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7 &* 31 ^ $0 >> 9) }
    }
    var members: [(name: String, path: String)] = []
    for (number, content) in contents.enumerated() {
      let name = "member-\(number)"
      members.append((name, try directory.write(content, to: name)))
    }
    try ArchiveWriter.writeTarGzip(members: members, to: directory.path("one.tgz"))
    try ArchiveWriter.writeTarGzip(
      members: members, to: directory.path("four.tgz"), piecesAtATime: 4
    ) { count, piece in (0..<count).reversed().map(piece).reversed() }
    try ArchiveWriter.writeTarGzip(
      members: members, to: directory.path("none.tgz"), piecesAtATime: 0)
    let bytes = try FileSystem.readBytes(directory.path("one.tgz"))
    for name in ["four.tgz", "none.tgz"] {
      #expect(try bytes == FileSystem.readBytes(directory.path(name)))
    }

    let reader = ArchiveReader(path: directory.path("one.tgz"))
    for (number, content) in contents.enumerated() {
      #expect(try reader.readAll(member: "member-\(number)") == content)
    }
  }
}
