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
}
