import Ratings
import Testing

@Suite struct RowSampleTests {
  private static func rows(
    _ text: String, isWhole: Bool = true, limit: Int = 10, _ change: (inout RowOptions) -> Void
  ) -> [[String]] {
    var options = RowOptions()
    change(&options)
    return RowSample.rows(
      of: Array(text.utf8), options: options, isWhole: isWhole, limit: limit)
  }

  @Test func fieldsAreTakenApartAsTheParserDoes() {
    let text = "\u{FEFF}a;b\r\n\"x;\"\"y\"\"\";2\n\n3;4"
    #expect(
      Self.rows(text) { $0.delimiter = ";" } == [["a", "b"], ["x;\"y\"", "2"], ["3", "4"]])
    #expect(
      Self.rows("1::2::3\n4::5::6\n") { $0.delimiter = "::" } == [
        ["1", "2", "3"], ["4", "5", "6"],
      ])
  }

  @Test func aRowThatIsCutOffDoesNotCount() {
    let text = "1,2\n3,4\n5,"
    #expect(Self.rows(text, isWhole: false) { _ in } == [["1", "2"], ["3", "4"]])
    #expect(Self.rows(text, isWhole: true) { _ in }.last == ["5", ""])
    #expect(Self.rows(text, limit: 1) { _ in } == [["1", "2"]])
    #expect(Self.rows("1,2\n\"3,4", isWhole: false) { _ in } == [["1", "2"]])
  }

  @Test func otherEncodingsBecomeText() {
    var options = RowOptions()
    options.encoding = .latin1
    #expect(
      RowSample.rows(of: [0xE9, 0x2C, 0x31, 0x0A], options: options, isWhole: true, limit: 9)
        == [["é", "1"]])
    options.encoding = .utf16
    let bytes: [UInt8] = [0xFF, 0xFE, 0x61, 0, 0x2C, 0, 0x62, 0, 0x0A, 0]
    #expect(
      RowSample.rows(of: bytes, options: options, isWhole: true, limit: 9) == [["a", "b"]])
  }
}
