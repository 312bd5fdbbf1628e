/// Numbers as ratings files write them, whatever the locale.
enum DecimalNumber {
  /// What a text was read as.
  enum Outcome: Equatable {
    case number(Float)
    /// Not a decimal number; this includes `nan`, `inf` and hexadecimal numbers.
    case malformed
    /// Beyond the greatest finite `Float`.
    case overflow
  }

  /// The powers of ten that a `Double` holds exactly.
  private static let powersOfTen: [Double] = (0..<22).reduce(into: [1]) { powers, _ in
    powers.append(powers[powers.count - 1] * 10)
  }

  /// Reads `[+-]digits[.digits][e[+-]digits]`, where the digits before or after the point may be
  /// missing, but not both, as the nearest `Double`, rounded to `Float`.
  static func parse(_ bytes: [UInt8], in range: Range<Int>) -> Outcome {
    var position = range.lowerBound
    let end = range.upperBound
    var isNegative = false
    if position < end, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+")
    {
      isNegative = bytes[position] == UInt8(ascii: "-")
      position += 1
    }
    var mantissa: UInt64 = 0
    var digits = 0
    var decimals = 0
    var hasPoint = false
    while position < end {
      let byte = bytes[position]
      if byte == UInt8(ascii: "."), !hasPoint {
        hasPoint = true
      } else {
        let digit = byte &- UInt8(ascii: "0")
        guard digit <= 9 else { break }
        digits += 1
        if hasPoint { decimals += 1 }
        if digits <= 18 { mantissa = mantissa * 10 + UInt64(digit) }
      }
      position += 1
    }
    guard digits > 0 else { return .malformed }

    // With a mantissa and a power of ten that are both exact, one division rounds correctly.
    if position == end, digits <= 18, mantissa <= 1 << 53 {
      let magnitude = Double(mantissa) / powersOfTen[decimals]
      return .number(Float(isNegative ? -magnitude : magnitude))
    }
    guard position == end || isExponent(bytes, in: position..<end),
      let number = Double(String(decoding: bytes[range], as: UTF8.self))
    else { return .malformed }
    let rounded = Float(number)
    return rounded.isFinite ? .number(rounded) : .overflow
  }

  /// Reads `[+-]digits` as a whole number, or returns `nil` if it is none or does not fit.
  static func integer(_ bytes: [UInt8], in range: Range<Int>) -> Int64? {
    var position = range.lowerBound
    let end = range.upperBound
    var isNegative = false
    if position < end, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+")
    {
      isNegative = bytes[position] == UInt8(ascii: "-")
      position += 1
    }
    guard position < end else { return nil }
    var number: Int64 = 0
    while position < end {
      let digit = bytes[position] &- UInt8(ascii: "0")
      guard digit <= 9 else { return nil }
      let (shifted, overflows) = number.multipliedReportingOverflow(by: 10)
      // Growing away from zero on the number's own side reaches the least number, too.
      let (next, overflowsToo) =
        isNegative
        ? shifted.subtractingReportingOverflow(Int64(digit))
        : shifted.addingReportingOverflow(Int64(digit))
      if overflows || overflowsToo { return nil }
      number = next
      position += 1
    }
    return number
  }

  private static func isExponent(_ bytes: [UInt8], in range: Range<Int>) -> Bool {
    guard let mark = range.first, bytes[mark] | 0x20 == UInt8(ascii: "e") else { return false }
    var digits = (mark + 1)..<range.upperBound
    if let sign = digits.first,
      bytes[sign] == UInt8(ascii: "-") || bytes[sign] == UInt8(ascii: "+")
    {
      digits = (sign + 1)..<range.upperBound
    }
    return !digits.isEmpty && digits.allSatisfy { bytes[$0] &- UInt8(ascii: "0") <= 9 }
  }
}
