import Testing

@testable import Ratings

@Suite struct DecimalNumberTests {
  static func parse(_ text: String) -> DecimalNumber.Outcome {
    let bytes = Array("<\(text)>".utf8)
    return DecimalNumber.parse(bytes, in: 1..<(bytes.count - 1))
  }

  @Test(
    arguments: [
      ("4.0", 4), ("0.5", 0.5), ("+3.5", 3.5), ("-2", -2), ("5.", 5), (".5", 0.5),
      ("007.25", 7.25), ("0", 0), ("1e1", 10), ("2.5E-1", 0.25),
      ("3.14159265358979323846", 3.1415927),
      ("0.1", 0.1), ("16777217", 16_777_216), ("9007199254740993", 9_007_199_254_740_992),
      ("340282346638528859811704183484516925440", .greatestFiniteMagnitude),
      ("0.00000000000000000000000000000000001", 1e-35), ("1e-99", 0),
    ] as [(String, Float)])
  func readsDecimalNumbers(text: String, expected: Float) {
    #expect(Self.parse(text) == .number(expected))
  }

  @Test(
    arguments: [
      "", "+", "-", ".", "+.", "nan", "NaN", "inf", "-inf", "Infinity", "0x10", "0x1p3", "1e",
      "1e+",
      "e5", "1_000", "1,5", "4.0 ", " 4", "4..0", "4.0.0", "--1", "1e1.5", "٣", "4\u{0}", "1d5",
    ])
  func refusesEverythingElse(text: String) {
    #expect(Self.parse(text) == .malformed)
  }

  @Test(arguments: ["1e39", "-1e39", "1e999999", "340282366920938463463374607431768211456"])
  func refusesWhatNoFloatHolds(text: String) {
    #expect(Self.parse(text) == .overflow)
  }

  @Test func everyHundredthReadsAsTheStandardLibraryReadsIt() {
    for hundredths in 0..<10_000 {
      let text = "\(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10)"
      #expect(Self.parse(text) == .number(Double(text).map { Float($0) } ?? .nan))
    }
  }

  @Test(
    arguments: [
      ("0", 0), ("964982703", 964_982_703), ("-5", -5), ("+5", 5), ("0012", 12),
      ("9223372036854775807", .max), ("-9223372036854775808", .min),
      ("9223372036854775808", nil), ("-9223372036854775809", nil), ("99999999999999999999", nil),
      ("", nil), ("-", nil), ("1.0", nil), ("1e3", nil), ("12a", nil), (" 1", nil),
    ] as [(String, Int64?)])
  func readsWholeNumbersThatFit(text: String, expected: Int64?) {
    let bytes = Array("<\(text)>".utf8)
    #expect(DecimalNumber.integer(bytes, in: 1..<(bytes.count - 1)) == expected)
  }
}
