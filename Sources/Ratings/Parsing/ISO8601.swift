/// Dates and times of ISO 8601, without a locale or a time zone of the machine.
public enum ISO8601 {
  /// Reads `YYYY-MM-DD`, optionally with `T` or a space, `hh:mm`, `:ss`, a fraction and an offset, as
  /// whole seconds since 1970-01-01 UTC; a fraction is cut off, and a time without an offset is UTC.
  ///
  /// Returns `nil` for anything else: other forms, days that no month has, a leap second.
  public static func seconds(_ text: some Collection<UInt8>) -> Int64? {
    var reader = Reader(bytes: Array(text))
    guard let year = reader.digits(4), reader.take("-"), let month = reader.digits(2),
      reader.take("-"), let day = reader.digits(2),
      1...12 ~= month, 1...days(of: month, in: year) ~= day
    else { return nil }
    var seconds = 86_400 * daysSinceEpoch(year: year, month: month, day: day)
    if reader.isAtEnd { return Int64(seconds) }
    guard reader.take("T") || reader.take("t") || reader.take(" "),
      let hour = reader.digits(2), reader.take(":"), let minute = reader.digits(2),
      hour < 24, minute < 60
    else { return nil }
    seconds += 3600 * hour + 60 * minute
    if reader.take(":") {
      guard let second = reader.digits(2), second < 60 else { return nil }
      seconds += second
      if reader.take(".") || reader.take(",") {
        guard reader.skipDigits() else { return nil }
      }
    }
    if reader.isAtEnd || reader.take("Z") || reader.take("z") {
      return reader.isAtEnd ? Int64(seconds) : nil
    }
    let isWest = reader.take("-")
    guard isWest || reader.take("+"), let hours = reader.digits(2), hours < 24 else { return nil }
    var offset = 3600 * hours
    if !reader.isAtEnd {
      _ = reader.take(":")
      guard let minutes = reader.digits(2), minutes < 60, reader.isAtEnd else { return nil }
      offset += 60 * minutes
    }
    return Int64(seconds + (isWest ? offset : -offset))
  }

  private static func days(of month: Int, in year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// The days from 1970-01-01 of the Gregorian calendar, counted in years that begin in March.
  private static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
    let years = month > 2 ? year : year - 1
    let months = (month + 9) % 12
    let century = years / 100
    // From 0000-03-01; the days before a month that begins in March rise by 30.6 a month.
    let days = 365 * years + years / 4 - century + century / 4 + (306 * months + 5) / 10 + day - 1
    return days - 719_468
  }

  private struct Reader {
    let bytes: [UInt8]
    var position = 0

    var isAtEnd: Bool { position == bytes.count }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard position < bytes.count, UInt32(bytes[position]) == character.value else {
        return false
      }
      position += 1
      return true
    }

    mutating func digits(_ count: Int) -> Int? {
      guard position + count <= bytes.count else { return nil }
      var number = 0
      for byte in bytes[position..<(position + count)] {
        guard 0x30...0x39 ~= byte else { return nil }
        number = 10 * number + Int(byte - 0x30)
      }
      position += count
      return number
    }

    mutating func skipDigits() -> Bool {
      let start = position
      while position < bytes.count, 0x30...0x39 ~= bytes[position] { position += 1 }
      return position > start
    }
  }
}
