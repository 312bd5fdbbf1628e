import Storage
import Testing

@Suite struct JSONParserTests {
  private func parse(_ text: String) throws -> JSONValue {
    try JSONParser.parseValue(Array(text.utf8), path: "test.json")
  }

  @Test func everyKindOfValueIsRead() throws {
    let text =
      " {\"a\" : [ -0, 12, -3.5e-1, 1E2 ], \"b\": {\"c\": null}, \"d\": [true,false,\"\"]}\r\n"
    #expect(
      try parse(text) == ["a": [0, 12, -0.35, 100], "b": ["c": nil], "d": [true, false, ""]])
  }

  @Test func escapesAndSurrogatePairsAreRead() throws {
    #expect(try parse(#""\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00""#) == "\"\\/\u{8}\u{C}\n\r\té😀")
  }

  @Test func aByteOrderMarkIsSkipped() throws {
    let node = try JSONParser.parse([0xEF, 0xBB, 0xBF] + Array("[1]".utf8), path: "x")
    #expect(node.value == [1])
    #expect(node.position == TextPosition(line: 1, column: 1))
  }

  @Test func placesAreCountedInCharacters() throws {
    let node = try JSONParser.parse(Array("{\n  \"é\": 1, \"b\":\n\n [2,\n3]}".utf8), path: "x")
    guard case .object(let members) = node.kind, case .array(let elements) = members[1].node.kind
    else {
      Issue.record("an object with an array is expected")
      return
    }
    #expect(members[0].keyPosition == TextPosition(line: 2, column: 3))
    #expect(members[0].node.position == TextPosition(line: 2, column: 8))
    #expect(members[1].keyPosition == TextPosition(line: 2, column: 11))
    #expect(members[1].node.position == TextPosition(line: 4, column: 2))
    #expect(
      elements.map(\.position) == [
        TextPosition(line: 4, column: 3), TextPosition(line: 5, column: 1),
      ])
  }

  @Test(arguments: [
    ("", 1, 1, "the document is empty"), ("[1,]", 1, 4, "expected a value but found \"]\""),
    ("[1 2]", 1, 4, "expected a comma or \"]\" but found \"2\""),
    ("{\"a\" 1}", 1, 6, "expected a colon after the key \"a\" but found \"1\""),
    ("{a: 1}", 1, 2, "expected a key in double quotes but found \"a\""),
    ("{\"a\": 1", 1, 8, "expected a comma or \"}\" but found the end of the document"),
    ("[\n01]", 2, 1, "a number does not start with a zero"),
    ("[1.]", 1, 4, "expected a digit but found \"]\""),
    ("-", 1, 2, "expected a digit but found the end of the document"),
    ("+1", 1, 1, "expected a value but found \"+\""),
    ("NaN", 1, 1, "expected a value but found \"N\""),
    ("[1e999]", 1, 2, "the number 1e999 is too large"),
    ("\"a\nb\"", 1, 3, "a text contains a control character; write it as an escape"),
    ("\"abc", 1, 5, "the document ends inside a text"), (#""\x""#, 1, 3, "\"x\" is no escape"),
    (#""\u12""#, 1, 4, "expected four hexadecimal digits after \\u"),
    (#""é\uD800x""#, 1, 3, "half of a surrogate pair is no character"),
    (#""\uDC00""#, 1, 2, "half of a surrogate pair is no character"),
    (#""\uD800\u0041""#, 1, 2, "half of a surrogate pair is no character"),
    ("1 // one", 1, 3, "there is text after the end of the document"),
    ("[nul]", 1, 2, "expected a value but found \"n\""),
    ("{\"a\": 1,\n \"a\": 2}", 2, 2, "the key \"a\" is written twice"),
  ])
  func whatIsNotJSONIsRefusedWithItsPlace(text: String, line: Int, column: Int, reason: String) {
    #expect(throws: JSONError(path: "test.json", line: line, column: column, reason: reason)) {
      try parse(text)
    }
  }

  @Test(
    arguments: [
      [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC3],
    ] as [[UInt8]])
  func bytesThatAreNotUTF8AreRefused(bytes: [UInt8]) {
    let error = JSONError(path: "x", line: 2, column: 2, reason: "the text is not UTF-8")
    #expect(throws: error) {
      try JSONParser.parse(Array("[\n\"".utf8) + bytes, path: "x")
    }
  }

  @Test func nestingIsLimited() throws {
    let deepest = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    _ = try parse(deepest)
    #expect(throws: JSONError.self) { try parse("[\(deepest)]") }
    #expect(throws: JSONError.self) { try parse(String(repeating: "[", count: 1_000_000)) }
  }

  @Test func everyPrefixOfADocumentIsRefused() throws {
    let text = #"{"a": [1.5e3, "x\u0041\n", null], "b": {"c": true}}"#
    _ = try parse(text)
    for length in 0..<text.count {
      #expect(throws: JSONError.self) { try parse(String(text.prefix(length))) }
    }
  }

  @Test func anErrorPrintsFileLineAndColumn() {
    let error = JSONError(path: "jobs/a.json", line: 3, column: 7, reason: "too bad")
    #expect(error.description == "jobs/a.json:3:7: too bad")
  }
}
