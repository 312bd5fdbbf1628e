import Storage
import Testing

@Suite struct DecimalTextTests {
  @Test(
    arguments: [
      (Float(4.83), "4.83"), (5, "5"), (0, "0"), (0.5, "0.5"), (-0.1, "-0.1"), (1e-6, "0.000001"),
      (16_777_216, "16777216"), (1e10, "10000000000"),
      (.leastNonzeroMagnitude, "0." + String(repeating: "0", count: 44) + "1"),
      (123_456.79, "123456.79"),
    ] as [(Float, String)])
  func floatsPrintTheirShortestDigits(value: Float, text: String) {
    #expect(DecimalText.shortest(value) == text)
    #expect(Float(text) == value)
  }

  @Test(
    arguments: [
      (0.1, "0.1"), (1e21, "1000000000000000000000"), (1e-10, "0.0000000001"), (100, "100"),
      (1.5e300, "15" + String(repeating: "0", count: 299)),
      (9_007_199_254_740_992, "9007199254740992"),
    ] as [(Double, String)])
  func doublesPrintWithoutExponent(value: Double, text: String) {
    #expect(DecimalText.shortest(value) == text)
    #expect(Double(text) == value)
  }

  @Test func everyFloatOfASweepReadsBackAsItself() {
    for pattern in stride(from: UInt32(1), to: 0x7F80_0000, by: 1_234_567) {
      let value = Float(bitPattern: pattern)
      #expect(Float(DecimalText.shortest(value)) == value)
    }
  }

  private func appended(_ value: Float) -> String {
    var bytes = Array("x".utf8)
    DecimalText.appendShortest(value, to: &bytes)
    return String(decoding: bytes.dropFirst(), as: UTF8.self)
  }

  @Test func appendedFloatsAreTheShortestDecimals() {
    let edges: [Float] = [
      0, -0.0, 1, -1, 10, 4.83, 0.1, -0.1, 0.0001, 0.00009999, 1e-6, 16_777_215, 16_777_216,
      16_777_218, -33_554_432, 1e10, .leastNonzeroMagnitude, .leastNormalMagnitude,
      .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
    ]
    for value in edges { #expect(appended(value) == DecimalText.shortest(value)) }
    // An odd step meets all exponents and every residue of the last bits.
    #if DEBUG
      let step: UInt32 = 1_234_567
    #else
      let step: UInt32 = 1_999
    #endif
    var differences = 0
    for pattern in stride(from: UInt32(0), to: 0x7F80_0000, by: Int(step)) {
      let value = Float(bitPattern: pattern | pattern << 31)
      if appended(value) != DecimalText.shortest(value) { differences += 1 }
    }
    #expect(differences == 0)
  }

  @Test(arguments: [0, 1, 9, 10, 99, 100, 138_000, 1_000_000_007, Int.max])
  func appendedCountsAreTheirDigits(value: Int) {
    var bytes: [UInt8] = []
    DecimalText.append(value, to: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self) == String(value))
  }
}
