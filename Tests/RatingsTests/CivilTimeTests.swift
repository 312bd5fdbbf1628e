import Testing

@testable import Ratings

struct CivilTimeTests {
  private static let moments: [(seconds: Int64, date: [Int])] = [
    (0, [1970, 1, 1, 3, 0]), (-1, [1969, 12, 31, 2, 23]), (-86_401, [1969, 12, 30, 1, 23]),
    (951_782_399, [2000, 2, 28, 0, 23]), (951_782_400, [2000, 2, 29, 1, 0]),
    (951_868_800, [2000, 3, 1, 2, 0]), (1_077_926_400, [2004, 2, 28, 5, 0]),
    (1_078_012_800, [2004, 2, 29, 6, 0]), (1_109_548_800, [2005, 2, 28, 0, 0]),
    (1_109_635_200, [2005, 3, 1, 1, 0]), (1_234_567_890, [2009, 2, 13, 4, 23]),
    (1_537_799_250, [2018, 9, 24, 0, 14]), (1_735_689_599, [2024, 12, 31, 1, 23]),
    (4_107_542_400, [2100, 3, 1, 0, 0]), (-2_203_891_200, [1900, 3, 1, 3, 0]),
    (-2_203_977_600, [1900, 2, 28, 2, 0]), (-11_670_998_400, [1600, 2, 29, 1, 0]),
    (-62_135_596_800, [1, 1, 1, 0, 0]), (-62_135_596_801, [0, 12, 31, 6, 23]),
    (-62_167_219_200, [0, 1, 1, 5, 0]), (-62_167_219_201, [-1, 12, 31, 4, 23]),
  ]

  @Test(arguments: moments)
  func knownMomentsHaveTheirDates(seconds: Int64, date: [Int]) {
    let time = CivilTime(secondsSince1970: seconds)
    #expect([time.year, time.month, time.day, time.weekday, time.hour] == date)
  }

  /// 400 years of days, one after the other, with months counted out.
  @Test func daysFollowOneAnother() {
    var (year, month, day) = (1868, 1, 1)
    let first = -37_255
    for passed in 0..<146_097 {
      let time = CivilTime(secondsSince1970: Int64(first + passed) * 86_400 + 43_200)
      let found = [time.year, time.month, time.day, time.weekday, time.hour]
      // 1868-01-01 was a Wednesday.
      guard found == [year, month, day, (passed + 2) % 7, 12] else {
        Issue.record("\(found) is not \(year)-\(month)-\(day)")
        return
      }
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
      day += 1
      if day > lengths[month - 1] { (month, day) = (month + 1, 1) }
      if month > 12 { (year, month) = (year + 1, 1) }
    }
    #expect(year == 2268 && month == 1 && day == 1)
  }

  @Test(arguments: [Int64.min, .max])
  func theFarthestMomentsHaveDates(seconds: Int64) {
    let time = CivilTime(secondsSince1970: seconds)
    #expect((1...12).contains(time.month) && (0...6).contains(time.weekday))
    #expect((0...23).contains(time.hour) && abs(time.year) > 292_000_000_000 - 300_000_000)
    #expect([time.minute, time.second] == (seconds < 0 ? [29, 52] : [30, 7]))
  }

  @Test func theTimeOfDayGoesOnBefore1970() {
    let time = CivilTime(secondsSince1970: -86_400 - 3_599)
    #expect([time.day, time.hour, time.minute, time.second] == [30, 23, 0, 1])
  }
}
