import Ratings

/// What is read from the time of a rating, each by an embedding of its own.
public enum DatePart: String, CaseIterable, Sendable {
  /// The calendar year.
  case year
  /// The month.
  case month
  /// The day of the week.
  case weekday
  /// The hour of the day.
  case hour
  /// The days since the user's first rating.
  case days

  /// The tensor of a bundle that has the part's embeddings.
  var tensorName: String { "\(rawValue)_factors" }
}

/// How the time of a rating becomes a row of each part's embeddings.
///
/// Row 0 of each part is for what is not known. Then follow a row for each year from the first to the
/// last that training saw (years outside take the nearest), for the months from January, the weekdays
/// from Monday, the hours from midnight, all in UTC; and for the days since the user's first rating
/// one for 0, one for 1, one for 2 and 3, one for 4 to 7 and so on, the last without an end. Times
/// before the first rating that training saw count as 0 days.
public struct DateEncoding: Equatable, Sendable {
  /// The first year that training saw.
  public let firstYear: Int
  /// The number of years from the first to the last; 0 if training saw no times.
  public let years: Int
  /// The newest time that training saw, in seconds since 1970-01-01 UTC: recommendations are made for
  /// this time. `nil` if training saw no times.
  public let asOf: Int64?

  /// The rows for days: 0, 1, 2–3, …, 2¹⁴ and more.
  static let dayRows = 16
  /// The most years that have rows of their own, the latest ones.
  public static let maximumYears = 200
  /// Farther days from 1970 are taken for this many, which a `Float` holds exactly.
  static let farthestDay = 1 << 23

  /// Creates an encoding from what a bundle says.
  public init(firstYear: Int, years: Int, asOf: Int64?) {
    self.firstYear = firstYear
    self.years = asOf == nil ? 0 : years
    self.asOf = asOf
  }

  /// Finds the years of training rows.
  init(_ ratings: RatingSubset) {
    var range: (first: Int64, last: Int64)?
    if ratings.columns.hasTimestamps {
      for position in 0..<ratings.count {
        let timestamp = ratings.columns.timestamps[ratings.row(at: position)]
        range =
          range.map { (min($0.first, timestamp), max($0.last, timestamp)) }
          ?? (timestamp, timestamp)
      }
    }
    guard let range else {
      self.init(firstYear: 0, years: 0, asOf: nil)
      return
    }
    let last = CivilTime(secondsSince1970: range.last).year
    let first = max(
      CivilTime(secondsSince1970: range.first).year, last - Self.maximumYears + 1)
    self.init(firstYear: first, years: last - first + 1, asOf: range.last)
  }

  /// The number of rows of a part's embeddings.
  func rows(of part: DatePart) -> Int {
    switch part {
    case .year: 1 + years
    case .month: 1 + 12
    case .weekday: 1 + 7
    case .hour: 1 + 24
    case .days: 1 + Self.dayRows
    }
  }

  /// The rows of a time, in the order of the parts; all 0 if it is not known or training saw
  /// none.
  ///
  /// - Parameters:
  ///   - timestamp: Seconds since 1970-01-01 UTC.
  ///   - firstDay: The day of the user's first rating, counted from 1970-01-01; `nil` if training saw
  ///     none.
  /// - Returns: A row for each part.
  func rows(of timestamp: Int64?, firstDay: Int?) -> [UInt32] {
    guard let timestamp, years > 0 else { return DatePart.allCases.map { _ in 0 } }
    let time = CivilTime(secondsSince1970: timestamp)
    let year = min(max(time.year - firstYear, 0), years - 1)
    var days = 0
    if let firstDay {
      let passed = max(Self.day(of: timestamp) - firstDay, 0)
      // The number of binary digits: 0 for 0, 1 for 1, 2 for 2 and 3.
      days = 1 + min(Int.bitWidth - passed.leadingZeroBitCount, Self.dayRows - 1)
    }
    return [
      UInt32(1 + year), UInt32(time.month), UInt32(1 + time.weekday), UInt32(1 + time.hour),
      UInt32(days),
    ]
  }

  /// The day of a time, counted from 1970-01-01, as far as a `Float` holds it exactly.
  static func day(of timestamp: Int64) -> Int {
    min(max(CivilTime.day(ofSecond: timestamp), -farthestDay), farthestDay)
  }

  /// The day of each user's first training rating; 0 for users without ratings, and for all users if
  /// there are no times.
  static func firstDays(_ ratings: RatingSubset, users: Int) -> [Float] {
    var days = [Int?](repeating: nil, count: users)
    if ratings.columns.hasTimestamps {
      for position in 0..<ratings.count {
        let row = ratings.row(at: position)
        let user = ratings.columns.users[row].position
        let day = day(of: ratings.columns.timestamps[row])
        days[user] = min(days[user] ?? day, day)
      }
    }
    return days.map { Float($0 ?? 0) }
  }
}
