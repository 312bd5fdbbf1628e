/// How ratings spread over time.
public struct TimeProfile: Sendable, Equatable {
  /// A stretch of time, named by the month in which it begins, in UTC.
  public struct Period: Sendable, Equatable {
    /// The year in which it begins.
    public let year: Int
    /// The month in which it begins, from 1 to 12.
    public let month: Int
    /// The number of ratings.
    public internal(set) var count: Int
  }

  /// The oldest timestamp, in seconds since 1970-01-01 UTC.
  public let first: Int64
  /// The newest timestamp, in seconds since 1970-01-01 UTC.
  public let last: Int64
  /// The length of a period: 1 where the ratings lie within three years, else 12, or 120, 1,200, …
  /// where they lie more than a hundred of the shorter ones apart.
  public let monthsPerPeriod: Int
  /// The periods from that of the oldest rating to that of the newest, without a gap.
  public let periods: [Period]

  /// Counts timestamps; `nil` without one.
  init?(of timestamps: Timestamps) {
    guard let first = timestamps.min(), let last = timestamps.max() else { return nil }
    self.first = first
    self.last = last
    let (firstMonth, lastMonth) = (Self.month(ofSecond: first), Self.month(ofSecond: last))
    var length = lastMonth - firstMonth < 36 ? 1 : 12
    while Self.period(lastMonth, length) - Self.period(firstMonth, length) >= 100 { length *= 10 }
    monthsPerPeriod = length
    let start = Self.period(firstMonth, length)
    var counts = [Int](repeating: 0, count: Self.period(lastMonth, length) - start + 1)
    // A user's ratings are mostly of one day.
    var (day, position) = (CivilTime.day(ofSecond: first), 0)
    for timestamp in timestamps {
      let other = CivilTime.day(ofSecond: timestamp)
      if other != day {
        day = other
        position = Self.period(Self.month(ofSecond: timestamp), length) - start
      }
      counts[position] += 1
    }
    periods = counts.enumerated().map { position, count in
      let month = (start + position) * length
      let year = Self.period(month, 12)
      return Period(year: year, month: month - 12 * year + 1, count: count)
    }
  }

  /// The months from January of the year 0.
  private static func month(ofSecond second: Int64) -> Int {
    let time = CivilTime(secondsSince1970: second)
    return 12 * time.year + time.month - 1
  }

  /// The number of the period of a length in which a month lies.
  private static func period(_ month: Int, _ length: Int) -> Int {
    month / length - (month % length < 0 ? 1 : 0)
  }
}
