public import Storage

/// The name of a run: `yyyymmddThhmmssZ-` and the first 8 hexadecimal digits of its plan's hash.
///
/// Names sort as their times do.
public struct RunIdentifier: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Seconds since 1970-01-01 UTC.
  public let seconds: Int64
  /// The first 8 hexadecimal digits of the plan hash.
  public let planPrefix: String

  /// The last second that a year of four digits can name.
  private static let maximumSeconds: Int64 = 253_402_300_799

  /// Names a run that starts now.
  ///
  /// Where the clock stands no later than the newest run there is, the second after that is taken,
  /// so that a later run always sorts after an earlier one.
  public init(now: Int64, newest: RunIdentifier?, planHash: SHA256Digest) {
    let earliest = newest.map { $0.seconds + 1 } ?? 0
    seconds = min(max(now, earliest, 0), Self.maximumSeconds)
    planPrefix = String(planHash.hex.prefix(8))
  }

  /// Reads a name, or returns `nil` if it is not exactly one that this type writes.
  public init?(_ name: String) {
    let bytes = Array(name.utf8)
    guard bytes.count == 25, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z"),
      bytes[16] == UInt8(ascii: "-")
    else { return nil }
    func number(_ range: Range<Int>) -> Int64? {
      guard bytes[range].allSatisfy({ (48...57).contains($0) }) else { return nil }
      return bytes[range].reduce(0) { $0 * 10 + Int64($1 - 48) }
    }
    guard let year = number(0..<4), let month = number(4..<6), let day = number(6..<8),
      let hour = number(9..<11), let minute = number(11..<13), let second = number(13..<15)
    else { return nil }
    seconds =
      CivilDate(year: year, month: month, day: day).daysSince1970 * 86_400
      + hour * 3600 + minute * 60 + second
    planPrefix = String(decoding: bytes[17...], as: UTF8.self)
    guard seconds >= 0, description == name,
      planPrefix.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
    else { return nil }
  }

  /// The name.
  public var description: String {
    let date = CivilDate(daysSince1970: seconds / 86_400)
    let second = seconds % 86_400
    func digits(_ value: Int64, _ count: Int) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(count - text.utf8.count, 0)) + text
    }
    return digits(date.year, 4) + digits(date.month, 2) + digits(date.day, 2) + "T"
      + digits(second / 3600, 2) + digits(second / 60 % 60, 2) + digits(second % 60, 2)
      + "Z-" + planPrefix
  }

  /// Whether a run is older than another; of two of the same second, by its plan's digits.
  public static func < (lhs: RunIdentifier, rhs: RunIdentifier) -> Bool {
    (lhs.seconds, lhs.planPrefix) < (rhs.seconds, rhs.planPrefix)
  }
}

/// A day of the Gregorian calendar.
///
/// Years are counted from March, so that the day of leap years is a year's last; 400 years have
/// 146,097 days.
private struct CivilDate {
  let year: Int64
  let month: Int64
  let day: Int64

  init(year: Int64, month: Int64, day: Int64) {
    self.year = year
    self.month = month
    self.day = day
  }

  init(daysSince1970 days: Int64) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
  }

  var daysSince1970: Int64 {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = shiftedYear / 400
    let yearOfEra = shiftedYear % 400
    let monthFromMarch = month > 2 ? month - 3 : month + 9
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }
}
