import Ratings
import Storage

/// Numbers as people read them on a page: rounded, grouped, the same in every locale.
public enum FigureText {
  /// A number with so many digits after the point; a dash for one that is not finite.
  public static func fixed(_ value: Double, digits: Int) -> String {
    guard value.isFinite else { return missing }
    let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
    let scaled = (value * scale).rounded()
    guard scaled.magnitude < 0x1p53 else { return DecimalText.shortest(value) }
    let text = DecimalText.shortest(scaled.magnitude / scale)
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let fraction = parts.count > 1 ? String(parts[1].prefix(digits)) : ""
    let padding = String(repeating: "0", count: digits - fraction.count)
    return (scaled < 0 ? "−" : "") + parts[0] + (digits > 0 ? "." + fraction + padding : "")
  }

  /// A number without the zeros at its end, of at most so many digits after the point.
  public static func short(_ value: Double, digits: Int = 4) -> String {
    var text = fixed(value, digits: digits)
    guard text.contains(".") else { return text }
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
  }

  /// A count with its digits in groups of three, as `100,836`.
  public static func count(_ value: Int) -> String {
    var (digits, text) = (Substring("\(value.magnitude)"), "")
    while digits.count > 3 {
      text = "," + digits.suffix(3) + text
      digits = digits.dropLast(3)
    }
    return (value < 0 ? "−" : "") + digits + text
  }

  /// A share from 0 to 1 as `12.3 %`; only what is nothing or all is 0 or 100.
  public static func percent(_ share: Double, digits: Int = 1) -> String {
    guard share.isFinite else { return missing }
    let text = fixed(share * 100, digits: digits)
    let step = (0..<digits).reduce(1.0) { step, _ in step / 10 }
    if share > 0, share < 0.5, text == fixed(0, digits: digits) {
      return "<\u{A0}\(fixed(step, digits: digits))\u{A0}%"
    }
    if share < 1, text == fixed(100, digits: digits) {
      return ">\u{A0}\(fixed(100 - step, digits: digits))\u{A0}%"
    }
    return "\(text)\u{A0}%"
  }

  /// A number with its sign, as `+0.0012`.
  public static func signed(_ value: Double, digits: Int) -> String {
    let text = fixed(value, digits: digits)
    return value > 0 && text != fixed(0, digits: digits) ? "+\(text)" : text
  }

  /// A size in bytes as `4.3 MB`.
  public static func bytes(_ bytes: Int) -> String {
    for (unit, size) in [("GB", 1e9), ("MB", 1e6), ("kB", 1e3)] where Double(bytes) >= size {
      return "\(fixed(Double(bytes) / size, digits: 1))\u{A0}\(unit)"
    }
    return "\(bytes) bytes"
  }

  /// A duration as `12.4 s` or `1 h 05 min`.
  public static func seconds(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e12 else { return missing }
    if seconds < 0.01 { return "<\u{A0}0.01\u{A0}s" }
    if seconds < 10 { return "\(fixed(seconds, digits: 2))\u{A0}s" }
    if seconds < 120 { return "\(fixed(seconds, digits: 1))\u{A0}s" }
    let minutes = Int((seconds / 60).rounded())
    if minutes < 120 { return "\(minutes)\u{A0}min" }
    return "\(minutes / 60) h \(minutes % 60 < 10 ? "0" : "")\(minutes % 60) min"
  }

  /// A text of the data, cut where it is longer than a page has room for.
  public static func clipped(_ text: String, to length: Int = 80) -> String {
    // A text of few bytes need not be counted, and one of many is not looked at as a whole.
    if text.utf8.count <= length { return text }
    let head = text.unicodeScalars.prefix(length)
    guard head.endIndex < text.unicodeScalars.endIndex else { return text }
    return String(String.UnicodeScalarView(head.dropLast())) + "…"
  }

  /// What stands for a number that is not known.
  public static let missing = "–"
}

extension FigureText {
  /// The day of a time in seconds since 1970-01-01 UTC, as `2018-09-24`.
  public static func day(_ seconds: Int) -> String {
    let time = CivilTime(secondsSince1970: Int64(seconds))
    func two(_ number: Int) -> String { "\(number < 10 ? "0" : "")\(number)" }
    return "\(time.year)-\(two(time.month))-\(two(time.day))"
  }
}
