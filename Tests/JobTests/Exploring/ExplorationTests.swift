import Testing

@testable import Job
@testable import Ratings

@Suite struct ExplorationTests {
  @Test(
    arguments: [
      (964_982_703, "2000-07-30 18:45:03"), (0, "1970-01-01 00:00:00"), (-1, "1969-12-31 23:59:59"),
      (-62_135_596_801, "0000-12-31 23:59:59"), (253_402_300_800, "10000-01-01 00:00:00"),
    ] as [(Int64, String)])
  func momentsAreWrittenInUTC(seconds: Int64, text: String) {
    #expect(Exploration.time(seconds) == text)
    #expect(Exploration.time(seconds, isDay: true) == text.prefix { $0 != " " })
  }

  /// As the missing times of a table that were written as numbers.
  @Test func theFarthestMomentsAreWrittenToo() {
    #expect(Exploration.time(.min) == "-292277022657-01-27 08:29:52")
    #expect(Exploration.time(.max) == "292277026596-12-04 15:30:07")
  }

  @Test func stretchesOfTimeHaveShortNames() throws {
    let march = TimeProfile.Period(year: 1996, month: 3, count: 1)
    #expect(Exploration.name(of: march, months: 1) == "1996-03")
    #expect(Exploration.name(of: march, months: 12) == "1996")
    #expect(Exploration.length(ofPeriods: 12_000) == "1,000 years")
  }

  @Test func binsAreNamedByTheirBounds() {
    func name(_ lower: Float, _ upper: Float) -> String {
      Exploration.name(of: .init(lower: lower, upper: upper, count: 0))
    }
    #expect(name(3.5, 3.5) == "3.5" && name(1, 5) == "1–5" && name(0.1, 0.35) == "0.1–0.35")
  }
}
