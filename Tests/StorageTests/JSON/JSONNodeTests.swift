import Storage
import Testing

@Suite struct JSONNodeTests {
  @Test func aValueBecomesATreeAtOnePlaceAndBack() {
    let value: JSONValue = ["a": [1, "b", nil, true], "c": ["d": 0.5]]
    let node = JSONNode(value, position: TextPosition(line: 3, column: 4))
    #expect(node.value == value)
    guard case .object(let members) = node.kind else {
      Issue.record("an object is expected")
      return
    }
    #expect(members[1].node.position == TextPosition(line: 3, column: 4))
  }

  @Test func theFirstRepeatedKeyIsFoundWithItsPlace() throws {
    let text = "{\"a\": [{\"x\": 1,\n  \"x\": 2}], \"a\": 3}"
    let found = try JSONParser.parse(Array(text.utf8), path: "x").firstDuplicateKey
    #expect(found?.key == "x")
    #expect(found?.position == TextPosition(line: 2, column: 3))
  }
}
