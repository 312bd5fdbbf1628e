/// Writes numbers as people and other programs read them: the fewest digits that give the same
/// number back, never an exponent, the same in every locale.
public enum DecimalText {
  /// Returns the shortest decimal that reads back as the same float, such as `4.83` or `5`.
  ///
  /// - Precondition: The value is finite.
  public static func shortest(_ value: Float) -> String {
    precondition(value.isFinite, "a decimal has no form for an infinite value or NaN")
    return DecimalDigits(description: value.description).plainText
  }

  /// Adds what ``shortest(_:)`` returns for a float, without making a text of its own for it.
  ///
  /// - Precondition: The value is finite.
  public static func appendShortest(_ value: Float, to bytes: inout [UInt8]) {
    precondition(value.isFinite, "a decimal has no form for an infinite value or NaN")
    let start = bytes.count
    // Fifteen bytes or fewer, as the description of a float has, lie in the string itself.
    bytes += value.description.utf8
    if bytes[start...].contains(UInt8(ascii: "e")) {
      bytes.removeSubrange(start...)
      bytes += shortest(value).utf8
      return
    }
    if bytes[bytes.count - 1] == UInt8(ascii: "0"), bytes[bytes.count - 2] == UInt8(ascii: ".") {
      bytes.removeLast(2)
    }
  }

  /// Adds the digits of a count.
  ///
  /// - Precondition: The value is not negative.
  public static func append(_ value: Int, to bytes: inout [UInt8]) {
    precondition(value >= 0, "a count is negative")
    var divisor = 1
    while value / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
      divisor /= 10
    }
  }

  /// Returns the shortest decimal that reads back as the same double, such as `0.000001`.
  ///
  /// - Precondition: The value is finite.
  public static func shortest(_ value: Double) -> String {
    precondition(value.isFinite, "a decimal has no form for an infinite value or NaN")
    return DecimalDigits(description: value.description).plainText
  }
}

/// A decimal number as sign, digits and the place of its point: ±0.d₁d₂d₃… · 10^pointPosition.
struct DecimalDigits {
  /// Whether the number is below zero, or is the negative zero.
  let isNegative: Bool
  /// The digits without leading and trailing zeros; empty for zero.
  let digits: [UInt8]
  /// The number of digits before the point; zero or less where zeros follow the point.
  let pointPosition: Int

  /// Reads what Swift's `description` prints for a finite number.
  ///
  /// The digits of `description` are the shortest that round-trip and among those the closest to
  /// the value, which is also what ECMAScript asks for.
  init(description: String) {
    var digits: [UInt8] = []
    var isNegative = false
    var point: Int?
    var exponent = 0
    var bytes = Array(description.utf8)[...]
    if bytes.first == UInt8(ascii: "-") {
      isNegative = true
      bytes.removeFirst()
    }
    if let mark = bytes.firstIndex(of: UInt8(ascii: "e")) {
      exponent = Int(String(decoding: bytes[(mark + 1)...], as: UTF8.self)) ?? 0
      bytes = bytes[..<mark]
    }
    for byte in bytes {
      if byte == UInt8(ascii: ".") {
        point = digits.count
      } else {
        digits.append(byte)
      }
    }
    var position = (point ?? digits.count) + exponent
    let leadingZeros = digits.prefix { $0 == UInt8(ascii: "0") }.count
    digits.removeFirst(leadingZeros)
    position -= leadingZeros
    while digits.last == UInt8(ascii: "0") {
      digits.removeLast()
    }
    self.isNegative = isNegative
    self.digits = digits
    pointPosition = digits.isEmpty ? 1 : position
  }

  /// The number without an exponent.
  var plainText: String {
    sign + magnitudeWithoutExponent
  }

  /// The number as ECMAScript's `Number::toString` writes it, which RFC 8785 asks for.
  var ecmaScriptText: String {
    guard !digits.isEmpty else { return "0" }
    guard !(-5...21).contains(pointPosition) else { return sign + magnitudeWithoutExponent }
    var text = sign + String(decoding: digits.prefix(1), as: UTF8.self)
    if digits.count > 1 {
      text += "." + String(decoding: digits.dropFirst(), as: UTF8.self)
    }
    let exponent = pointPosition - 1
    return text + (exponent < 0 ? "e-\(-exponent)" : "e+\(exponent)")
  }

  private var sign: String {
    isNegative ? "-" : ""
  }

  private var magnitudeWithoutExponent: String {
    guard !digits.isEmpty else { return "0" }
    if pointPosition <= 0 {
      return "0." + String(repeating: "0", count: -pointPosition)
        + String(decoding: digits, as: UTF8.self)
    }
    if pointPosition >= digits.count {
      return String(decoding: digits, as: UTF8.self)
        + String(repeating: "0", count: pointPosition - digits.count)
    }
    return String(decoding: digits.prefix(pointPosition), as: UTF8.self) + "."
      + String(decoding: digits.dropFirst(pointPosition), as: UTF8.self)
  }
}
