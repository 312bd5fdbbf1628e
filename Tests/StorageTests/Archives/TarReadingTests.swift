import Storage
import TestSupport
import Testing

/// What only tar has.
@Suite struct TarReadingTests {
  @Test func membersBehindTheEndAreAnErrorAndNotLeftOut() throws {
    let first = TarFixture.member("a.csv", [1]) + TarFixture.end
    let second = TarFixture.member("b.csv", [2]) + TarFixture.end
    Self.expectDamage(first + second, "goes on after the end")
    Self.expectDamage(first + [7], "goes on after the end")
    let block = [UInt8](repeating: 0, count: 512)
    Self.expectDamage(TarFixture.member("a.csv", [1]) + block, "ends before the end")
    // Tapes are filled with zeros.
    let filled = ArchiveFixture(bytes: first + [UInt8](repeating: 0, count: 8192))
    #expect(try filled.readAllMembers() == ["a.csv": [1]])
  }

  @Test func aHeaderWithAWrongSumIsDamage() {
    var header = TarFixture.header(Array("b.csv".utf8), size: 0)
    header[0] = UInt8(ascii: "c")
    Self.expectDamage(TarFixture.member("a.csv", [1]) + header + TarFixture.end, "amage")
  }

  @Test func namesOfAnyBytesAreReadOrSpelledOut() throws {
    let latin = Array("fran".utf8) + [0xe7] + Array("ais.csv".utf8)
    let tar =
      TarFixture.header(latin, size: 1) + TarFixture.padded([1])
      + TarFixture.member("Amélie.csv", [2]) + TarFixture.end
    #expect(
      try ArchiveFixture(bytes: tar).readAllMembers()
        == ["fran\\xE7ais.csv": [1], "Amélie.csv": [2]])
  }

  @Test func longNamesAreReadUpToTheLimit() throws {
    for length in [100, 300, 1024, 1025] {
      let name = String(repeating: "n", count: length)
      let fixture = try ArchiveFixture.packed([(name, .file([1]))], as: .tar(.gzip))
      if length <= 1024 {
        #expect(try fixture.readAllMembers() == [name: [1]])
      } else {
        #expect(throws: StorageError.self) { try fixture.readAllMembers() }
      }
    }
  }

  @Test func namesThatLeadOutAreListedAndNotRead() throws {
    let tar =
      TarFixture.member("../up.csv", [1]) + TarFixture.member("a.csv", [2]) + TarFixture.end
    let directory = try TemporaryDirectory()
    let reader = ArchiveReader(path: try directory.write(tar, to: "a.tar"))
    #expect(try reader.memberNames() == ["../up.csv", "a.csv"])
    #expect(try reader.readAll(member: "a.csv") == [2])
    #expect(throws: StorageError.self) { try reader.readAll(member: "../up.csv") }
  }

  private static func expectDamage(_ bytes: [UInt8], _ reason: String) {
    let error = #expect(throws: StorageError.self) {
      try ArchiveFixture(bytes: bytes).readAllMembers()
    }
    #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
  }
}
