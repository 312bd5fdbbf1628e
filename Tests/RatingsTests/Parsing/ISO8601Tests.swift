import Foundation
import Testing

@testable import Ratings

@Suite struct ISO8601Tests {
  @Test(
    arguments: [
      ("1970-01-01", 0), ("1970-01-01T00:00:00Z", 0), ("2000-02-29 12:34:56", 951_827_696),
      ("2026-11-25T15:26", 1_795_620_360), ("2026-11-25T15:26:39.999Z", 1_795_620_399),
      ("2026-11-25T15:26:39,5+01:30", 1_795_614_999), ("1969-12-31t23:59:59z", -1),
      ("1900-03-01T00:00:00-0500", -2_203_873_200), ("0001-01-01", -62_135_596_800),
      ("9999-12-31T23:59:59+00", 253_402_300_799),
    ] as [(String, Int64)])
  func timesBecomeSeconds(text: String, seconds: Int64) {
    #expect(ISO8601.seconds(text.utf8) == seconds)
  }

  @Test(arguments: [
    "", "2026", "2026-13-01", "2026-00-01", "2026-02-30", "2100-02-29", "2026-01-01T",
    "2026-01-01T24:00", "2026-01-01T23:60", "2026-01-01T23:59:60", "2026-01-01T1:00",
    "2026-01-01T10:00:00.", "2026-01-01T10:00+1", "2026-01-01T10:00+25:00", "2026-01-01x",
    "2026-01-01T10:00Zx", "01/02/2026", "20260101", "２026-01-01", " 2026-01-01",
  ])
  func otherTextsAreRefused(text: String) {
    #expect(ISO8601.seconds(text.utf8) == nil)
  }

  @Test func everyDayFollowsTheDayBefore() throws {
    // Foundation is the judge, from 1586, after its calendar has changed, to 2380.
    let style = Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day()
    let wrong = stride(from: Int64(-140_000), to: 150_000, by: 13).filter { day in
      let text = Date(timeIntervalSince1970: Double(day) * 86_400).formatted(style)
      return ISO8601.seconds(text.utf8) != day * 86_400
    }
    #expect(wrong.isEmpty)
  }
}
