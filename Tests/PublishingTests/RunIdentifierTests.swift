import Publishing
import Storage
import Testing

@Suite struct RunIdentifierTests {
  private let hash = SHA256Digest(of: "plan")

  private func name(_ now: Int64, newest: String? = nil) -> String {
    let newest = newest.flatMap { RunIdentifier($0) }
    return "\(RunIdentifier(now: now, newest: newest, planHash: hash))"
  }

  @Test(
    arguments: [
      (0, "19700101T000000Z"), (951_782_399, "20000228T235959Z"), (951_782_400, "20000229T000000Z"),
      (951_868_800, "20000301T000000Z"), (1_795_399_200, "20261123T020000Z"),
      (2_147_483_648, "20380119T031408Z"), (4_107_542_400, "21000301T000000Z"),
      (253_402_300_799, "99991231T235959Z"),
    ] as [(Int64, String)])
  func theSecondIsWrittenInUTC(seconds: Int64, expected: String) throws {
    #expect(name(seconds) == "\(expected)-\(hash.hex.prefix(8))")
    #expect(try #require(RunIdentifier("\(expected)-01234567")).seconds == seconds)
  }

  @Test func aRunIsAlwaysNewerThanTheNewest() {
    #expect(name(1000, newest: "20261123T020000Z-ffffffff").hasPrefix("20261123T020001Z-"))
    #expect(name(1_795_399_200, newest: "20261123T020000Z-00000000").hasPrefix("20261123T020001Z"))
    #expect(name(1_795_399_205, newest: "20261123T020000Z-00000000").hasPrefix("20261123T020005Z"))
  }

  @Test(arguments: [
    "", "latest", "20261123T020000Z", "20261123T020000Z-1a2b3c4", "20261123T020000Z-1A2B3C4D",
    "20261123T020000Z-1a2b3c4g", "20261323T020000Z-1a2b3c4d", "20260230T020000Z-1a2b3c4d",
    "20261123T240000Z-1a2b3c4d", "20261123T020060Z-1a2b3c4d", "20261123t020000Z-1a2b3c4d",
    "19691231T235959Z-1a2b3c4d", "20261123T020000Z-1a2b3c4d.old", "２０２６1123T020000Z-1a2b3c4d",
    "00000000T000000Z-00000000",
  ])
  func anotherNameIsForeign(name: String) {
    #expect(RunIdentifier(name) == nil)
  }

  @Test func namesSortAsTheirTimes() throws {
    let names = [
      "20261123T020000Z-1a2b3c4d", "20261123T020000Z-1b2b3c4d", "20261123T020001Z-0a2b3c4d",
    ]
    #expect(names.reversed().compactMap { RunIdentifier($0) }.sorted().map { "\($0)" } == names)
  }
}
