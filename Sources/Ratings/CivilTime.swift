/// A moment in the civil (proleptic Gregorian) calendar, in UTC.
public struct CivilTime: Equatable, Sendable {
  /// The year; 0 is the year before 1.
  public let year: Int
  /// The month, from 1 to 12.
  public let month: Int
  /// The day of the month, from 1.
  public let day: Int
  /// The day of the week, from 0 for Monday to 6 for Sunday.
  public let weekday: Int
  /// The hour, from 0 to 23.
  public let hour: Int
  /// The minute, from 0 to 59.
  public let minute: Int
  /// The second, from 0 to 59.
  public let second: Int

  /// How long a day takes.
  public static let secondsPerDay = 86_400

  /// Finds the moment of a number of seconds since 1970-01-01 UTC, which may be negative.
  ///
  /// Every number of seconds is one: the days are few enough that no sum of them overflows, and the
  /// second of the day is a remainder, since a day's first second may be below the least number.
  ///
  /// Years are counted from March here, so that the leap day is a year's last: 400 of them are
  /// always 146,097 days long, 100 of them 36,524, 4 of them 1,461 and one of them 365, but for a day
  /// more in the last part of each. From March on, five months take 153 days.
  public init(secondsSince1970 seconds: Int64) {
    let days = Self.day(ofSecond: seconds)
    let secondOfDay = Self.remainder(Int(seconds), Self.secondsPerDay)
    hour = secondOfDay / 3600
    minute = secondOfDay / 60 % 60
    second = secondOfDay % 60
    // 1970-01-05 was a Monday.
    weekday = Self.remainder(days - 4, 7)
    // From 1 March of the year 0 to 1 January 1970.
    let fromMarch = days + 719_468
    let cycle = Self.quotient(fromMarch, 146_097)
    var rest = fromMarch - cycle * 146_097
    let century = min(rest / 36_524, 3)
    rest -= century * 36_524
    let leap = rest / 1461
    rest -= leap * 1461
    let single = min(rest / 365, 3)
    rest -= single * 365
    let monthFromMarch = (5 * rest + 2) / 153
    day = rest - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = 400 * cycle + 100 * century + 4 * leap + single + (month <= 2 ? 1 : 0)
  }

  /// The number of whole days from 1970-01-01 UTC to a second; negative before.
  public static func day(ofSecond seconds: Int64) -> Int { quotient(Int(seconds), secondsPerDay) }

  /// A quotient rounded down.
  private static func quotient(_ value: Int, _ divisor: Int) -> Int {
    value / divisor - (value % divisor < 0 ? 1 : 0)
  }

  /// What a quotient that is rounded down leaves.
  private static func remainder(_ value: Int, _ divisor: Int) -> Int {
    let rest = value % divisor
    return rest < 0 ? rest + divisor : rest
  }
}
