import Testing

@testable import Ratings

@Suite struct LabelInternerTests {
  static let labels = [
    "7", "07", "0", "00", "", "18446744073709551615", "18446744073709551616",
    "9999999999999999999", "x", "user-42", "caf\u{E9}", "cafe\u{301}", "1.0", "-1",
  ]

  static func code(_ label: String, in interner: inout LabelInterner) -> Int32 {
    let bytes = Array("«\(label)»".utf8)
    return interner.code(of: bytes, in: 2..<(bytes.count - 2))
  }

  @Test func everySpellingHasItsOwnCodeAndComesOutAsItCameIn() {
    var interner = LabelInterner()
    for _ in 0..<2 {
      #expect(Self.labels.map { Self.code($0, in: &interner) } == Array(0..<14))
    }
    #expect(interner.labels.map { Array($0.utf8) } == Self.labels.map { Array($0.utf8) })
  }

  @Test func labelsOfEqualHashStayApart() {
    var interner = LabelInterner { _, _ in 1 }
    for _ in 0..<2 {
      #expect(["a", "b", "c", "a"].map { Self.code($0, in: &interner) } == [0, 1, 2, 0])
    }
    #expect(interner.labels == ["a", "b", "c"])
  }
}
