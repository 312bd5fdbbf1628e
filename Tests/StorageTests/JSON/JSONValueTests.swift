import Storage
import Testing

@Suite struct JSONValueTests {
  private let value: JSONValue = ["a": 1, "b": 2.5, "c": "t", "d": [true, nil], "e": ["f": false]]

  @Test func membersAreFoundByKey() {
    #expect(value["a"]?.intValue == 1)
    #expect(value["b"]?.doubleValue == 2.5)
    #expect(value["b"]?.intValue == nil)
    #expect(value["c"]?.stringValue == "t")
    #expect(value["d"]?.arrayValue == [true, .null])
    #expect(value["e"]?["f"]?.boolValue == false)
    #expect(value["missing"] == nil)
    #expect(value["a"]?["b"] == nil)
  }

  @Test func wholeNumbersAreEqualHoweverWritten() {
    #expect(JSONNumber(1.0) == JSONNumber(1))
    #expect(JSONNumber(0.5) != JSONNumber(1))
    #expect(JSONNumber(-0.0) == JSONNumber(0))
  }

  @Test func numbersThatJSONCannotHoldBecomeNull() {
    #expect(JSONValue.numberOrNull(.nan) == .null)
    #expect(JSONValue.numberOrNull(.infinity) == .null)
    #expect(JSONValue.numberOrNull(0.25) == 0.25)
  }
}
