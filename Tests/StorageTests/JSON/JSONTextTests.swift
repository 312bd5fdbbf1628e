import Storage
import Testing

@Suite struct JSONTextTests {
  private let sample: JSONValue = [
    "name": "a \"b\"\n", "score": 0.000001, "list": [1, 2, 3], "rows": [["k": nil], [:]],
    "ok": true,
    "none": [],
  ]

  @Test func compactTextKeepsTheOrderOfMembers() {
    #expect(
      sample.text()
        == #"{"name":"a \"b\"\n","score":0.000001,"list":[1,2,3],"rows":[{"k":null},{}],"#
        + #""ok":true,"none":[]}"#)
  }

  @Test func prettyTextIndentsByTwoAndKeepsShortListsOnALine() {
    let expected = #"""
      {
        "name": "a \"b\"\n",
        "score": 0.000001,
        "list": [1, 2, 3],
        "rows": [
          {
            "k": null
          },
          {}
        ],
        "ok": true,
        "none": []
      }

      """#
    #expect(sample.prettyText() == expected)
  }

  @Test func longListsTakeALineForEachElement() {
    let list = JSONValue.array(Array(repeating: "a rather long text", count: 8))
    #expect(list.prettyText().split(separator: "\n").count == 10)
  }

  @Test func bothFormsReadBackAsTheSameValue() throws {
    #expect(try JSONParser.parseValue(Array(sample.text().utf8), path: "x") == sample)
    #expect(try JSONParser.parseValue(Array(sample.prettyText().utf8), path: "x") == sample)
  }

  @Test func aFloatPrintsItsOwnDigits() {
    #expect(JSONValue.number(JSONNumber(Float(4.83))).text() == "4.83")
    #expect(JSONValue.number(JSONNumber(Float(3))).text() == "3")
    #expect(JSONValue.number(JSONNumber(Int64.max)).text() == "9223372036854775807")
  }

  @Test func controlCharactersAreEscapedAndOthersAreNot() {
    #expect(JSONValue.string("\u{1}\u{7F}é😀/").text() == "\"\\u0001\u{7F}é😀/\"")
  }
}
