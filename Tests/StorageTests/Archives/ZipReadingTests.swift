import Storage
import TestSupport
import Testing

/// Zip files that contradict themselves, and honest ones of every kind that is read.
@Suite struct ZipReadingTests {
  typealias Member = ZipFixture.Member

  static let rows = Array((1...500).map { "\($0),\($0 * 7 % 1009),3.5\n" }.joined().utf8)

  @Test(arguments: [true, false], [true, false])
  func storedDeflatedAndWideOnesAreRead(isDeflated: Bool, hasWideEnd: Bool) throws {
    var zip = ZipFixture([Member("a.csv", Self.rows, isDeflated: isDeflated), Member("b.csv", [])])
    zip.hasWideEnd = hasWideEnd
    zip.comment = [1, 2, 3]
    #expect(try zip.archive.readAllMembers() == ["a.csv": Self.rows, "b.csv": []])
  }

  @Test func sizesBehindTheBytesAreRead() throws {
    var member = Member("a.csv", Self.rows)
    member.both { $0.flags |= 8 }
    member.descriptor =
      [0x50, 0x4b, 7, 8] + ZipFixture.little(member.local.crc, 4)
      + ZipFixture.little(member.data.count, 4) + ZipFixture.little(Self.rows.count, 4)
    (member.local.crc, member.local.size, member.local.compressedSize) = (0, 0, 0)
    let zip = ZipFixture([member, Member("b.csv", Self.rows)])
    #expect(try zip.archive.readAllMembers() == ["a.csv": Self.rows, "b.csv": Self.rows])
  }

  @Test func namesAreReadOrSpelledOutAndNeverGuessed() throws {
    var latin = Member("", [1])
    latin.both { $0.name = Array("fran".utf8) + [0xe7] + Array("ais.csv".utf8) }
    var windows = Member("data\\ratings.csv", [2])
    // Without a system there is no mode either.
    windows.mode = 0
    let zip = ZipFixture([latin, Member("Amélie/評価.csv", [3]), windows])
    #expect(
      try zip.archive.readAllMembers()
        == ["fran\\xE7ais.csv": [1], "Amélie/評価.csv": [3], "data\\ratings.csv": [2]])
  }

  @Test(
    arguments: [
      "another name before the bytes": { $0.members[0].local.name = Array("b.csv".utf8) },
      "another name in the directory": { $0.members[0].central.name = Array("b.csv".utf8) },
      "another method": { $0.members[0].local.method = 0 },
      "another checksum before the bytes": { $0.members[0].local.crc ^= 1 },
      "a wrong checksum": { $0.members[0].both { $0.crc ^= 1 } },
      "fewer bytes than declared": { $0.members[0].both { $0.size += 1 } },
      "more bytes than declared": { $0.members[0].both { $0.size -= 1 } },
      "no bytes declared": { $0.members[0].both { $0.size = 0 } },
      "compressed data that goes on": { $0.members[0].both { $0.compressedSize -= 1 } },
      "compressed data that ends before": { $0.members[0].data += [0] },
      "impossibly many bytes": { $0.members[0].both { $0.size = 0x3fff_ffff } },
      "stored with two sizes": { $0.members[0].both { $0.method = 0 } },
      "encrypted in one place": { $0.members[0].central.flags |= 1 },
      "fewer members than there are": { $0.count = 1 },
      "more members than there are": { $0.count = 3 },
      "a header that is not there": { $0.members[0].offset = 1 },
      "a header beyond the end": { $0.members[0].offset = 0xffff_0000 },
      "a wide offset that is missing": { $0.members[0].offset = 0xffff_ffff },
      "a directory with bytes": { $0.members[0].both { $0.name = Array("a.csv/".utf8) } },
      "an end within the end": { zip in
        zip.comment = [0x50, 0x4b, 5, 6] + [UInt8](repeating: 0, count: 18)
      },
      "one of several disks": { $0.disk = 1 },
    ] as KeyValuePairs<String, @Sendable (inout ZipFixture) -> Void>)
  func contradictionsAreErrors(
    what: String, change: @Sendable (inout ZipFixture) -> Void
  ) throws {
    for hasWideEnd in [false, true] {
      var zip = ZipFixture([Member("a.csv", Self.rows), Member("c.csv", [1, 2, 3])])
      zip.hasWideEnd = hasWideEnd
      change(&zip)
      if what == "compressed data that ends before" {
        zip.members[0].both { $0.compressedSize += 1 }
      }
      #expect(throws: StorageError.self, "\(what)") { try zip.archive.readAllMembers() }
    }
  }

  @Test func membersThatShareBytesAreRefused() throws {
    let member = Member("a.csv", Self.rows)
    var other = member
    other.central.name = Array("b.csv".utf8)
    other.local.name = other.central.name
    other.offset = 0
    Self.expectRefusal(of: ZipFixture([member, other]).bytes, for: "overlaps")
  }

  @Test(arguments: [(9, "Deflate64"), (12, "bzip2"), (14, "LZMA"), (93, "zstd"), (55, "method 55")])
  func otherMethodsAreRefusedByName(method: Int, name: String) {
    var member = Member("a.csv", Self.rows)
    member.both { $0.method = method }
    Self.expectRefusal(of: ZipFixture([member]).bytes, for: name)
  }

  @Test func encryptedMembersAndLinksAreRefusedAndOthersAreRead() throws {
    var encrypted = Member("secret.csv", Self.rows)
    encrypted.both { $0.flags |= 1 }
    var link = Member("link.csv", Array("/etc/passwd".utf8), isDeflated: false)
    link.mode = 0o120777
    var device = Member("device.csv", [])
    device.mode = 0o020644
    let zip = ZipFixture([encrypted, link, device, Member("a.csv", Self.rows)])
    let directory = try TemporaryDirectory()
    let reader = ArchiveReader(path: try directory.write(zip.bytes, to: "a.zip"))
    #expect(try reader.readAll(member: "a.csv") == Self.rows)
    for (name, reason) in [
      ("secret.csv", "is encrypted"), ("link.csv", "is a link"), ("device.csv", "not a regular"),
    ] {
      let error = #expect(throws: StorageError.self) { try reader.readAll(member: name) }
      #expect(error?.description.contains(reason) == true)
    }
  }

  @Test(arguments: ["/etc/passwd", "../up.csv", "a/../../up.csv"])
  func namesThatLeadOutAreListedAndNotRead(name: String) throws {
    let zip = ZipFixture([Member(name, [1]), Member("a.csv", [2])])
    let directory = try TemporaryDirectory()
    let reader = ArchiveReader(path: try directory.write(zip.bytes, to: "a.zip"))
    #expect(try reader.memberNames() == [name, "a.csv"])
    #expect(try reader.readAll(member: "a.csv") == [2])
    #expect(throws: StorageError.self) { try reader.readAll(member: name) }
  }

  @Test func aNameTwiceIsRefusedOnlyWhereItIsRead() throws {
    let zip = ZipFixture([Member("a.csv", [1]), Member("b.csv", [2]), Member("a.csv", [3])])
    let directory = try TemporaryDirectory()
    let reader = ArchiveReader(path: try directory.write(zip.bytes, to: "a.zip"))
    #expect(try reader.memberNames() == ["a.csv", "b.csv"])
    #expect(try reader.readAll(member: "b.csv") == [2])
    #expect(throws: StorageError.self) { try reader.readAll(member: "a.csv") }
  }

  private static func expectRefusal(of bytes: [UInt8], for reason: String) {
    let error = #expect(throws: StorageError.self) {
      try ArchiveFixture(bytes: bytes).readAllMembers()
    }
    guard case .refusedArchive = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
  }
}
