import Testing

@testable import Ratings

@Suite struct LabelEncoderTests {
  @Test func canonicalDecimalsSortAsNumbersOfAnyLength() {
    let huge = "123456789012345678901234567890"
    let encoder = LabelEncoder<UserIndex>(fitting: ["10", huge, "9", "0", "100", "9"])
    #expect(encoder.isNumeric)
    #expect(encoder.labels == ["0", "9", "10", "100", huge])
    #expect(encoder.index(of: huge) == UserIndex(4))
  }

  @Test(arguments: ["01", "-1", "1.0", "+1", " 1", "x", "", "１"])
  func oneOtherLabelMakesTheOrderThatOfTheBytes(label: String) {
    let encoder = LabelEncoder<ItemIndex>(fitting: ["10", "9", label])
    #expect(!encoder.isNumeric)
    #expect(encoder.labels.filter { $0 != label } == ["10", "9"])
    #expect(encoder.index(of: label).map { encoder.label(of: $0) } == label)
  }

  @Test func bytesDecideNotUnicodeEquivalence() {
    let composed = "caf\u{E9}"
    let decomposed = "cafe\u{301}"
    let encoder = LabelEncoder<ItemIndex>(fitting: [composed, decomposed, "Z", "a"])
    #expect(encoder.count == 4)
    #expect(
      encoder.labels.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
        == encoder.labels.map { Array($0.utf8) })
    #expect(encoder.index(of: decomposed) == ItemIndex(2))
    #expect(encoder.index(of: composed) == ItemIndex(3))
  }

  @Test func labelsAndIndicesAreTwoWays() {
    let encoder = LabelEncoder<UserIndex>(fitting: (0..<500).map { "\($0 * 7)" }.reversed())
    for position in 0..<500 {
      #expect(encoder.label(of: UserIndex(position)) == "\(position * 7)")
      #expect(encoder.index(of: "\(position * 7)") == UserIndex(position))
    }
    #expect(Array(encoder.indices).count == 500)
  }

  @Test(arguments: ["8", "007", "", "abc", "99999999999999999999999"])
  func unknownLabelsHaveNoIndex(label: String) {
    let encoder = LabelEncoder<UserIndex>(fitting: ["0", "7", "14"])
    #expect(encoder.index(of: label) == nil)
    #expect(LabelEncoder<UserIndex>(fitting: []).index(of: label) == nil)
  }
}
