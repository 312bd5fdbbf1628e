import Testing

@testable import Publishing

@Suite struct CSVTextTests {
  private func bytes(_ rows: [[String]]) -> [UInt8] {
    var bytes: [UInt8] = []
    for row in rows { CSVText.appendRow(row, to: &bytes) }
    return bytes
  }

  @Test(arguments: [
    ("plain", "plain"), ("", ""), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""),
    ("a\nb", "\"a\nb\""), ("a\rb", "\"a\rb\""), ("a\r\nb", "\"a\r\nb\""), (" é ", " é "),
  ])
  func aFieldIsQuotedOnlyWhereItMustBe(field: String, expected: String) {
    #expect(bytes([[field, "x"]]) == Array("\(expected),x\n".utf8))
  }

  @Test func whatWasWrittenIsReadBack() throws {
    let rows = [["a", "b"], ["1,2", "\"q\""], ["", "x\r\ny"], ["e\u{301}", "🎬"]]
    let read = try CSVText.rows(bytes(rows), header: ["a", "b"])
    #expect(
      read.map { $0.map { Array($0.utf8) } } == rows.dropFirst().map { $0.map { Array($0.utf8) } })
  }

  @Test(arguments: [
    ("", 1, "no header"),
    ("a,c\n", 1, "another header than a,b"),
    ("a,b\n1\n", 2, "1 fields instead of 2"),
    ("a,b\n1,2", 2, "no line end"),
    ("a,b\n1,\"2\n3", 3, "a quote that is never closed"),
    ("a,b\n\"1\"x,2\n", 2, "something after a closing quote"),
    ("a,b\n1\"x,2\n", 2, "a quote or carriage return outside quotes"),
    ("a,b\r\n", 1, "a quote or carriage return outside quotes"),
  ])
  func whatWasNotWrittenLikeThisIsRefused(text: String, line: Int, reason: String) {
    #expect(throws: CSVProblem(line: line, reason: reason)) {
      try CSVText.rows(Array(text.utf8), header: ["a", "b"])
    }
  }

  @Test func whatIsNotUTF8IsRefused() {
    #expect(throws: CSVProblem(line: 2, reason: "not UTF-8")) {
      try CSVText.rows(Array("a\n".utf8) + [0xff, 0x0a], header: ["a"])
    }
  }
}
