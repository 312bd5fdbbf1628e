import Job
import Testing

@Suite struct StrictDecoderTests {
  @Test func fiveFaultsOfDifferentKindsAreListedTogether() {
    let text = """
      {
        "name": "five",
        "dataset": { "sources": ["a.zip"], "max_bad_rows": "many" },
        "split": { "test_fraction": 1.5 },
        "training": { "learning_rte": 0.1, "optimizer": "adm" },
        "recommend": { "k": 5, "k": 6 }
      }
      """
    #expect(
      JobDocuments.faults(text) == [
        "job.json:3:54: at /dataset/max_bad_rows: expected a whole number but found the text "
          + "\"many\"",
        "job.json:4:31: at /split/test_fraction: 1.5 is out of range; it must be above 0 and below 1",
        "job.json:5:17: at /training/learning_rte: unknown key; did you mean \"learning_rate\"?",
        "job.json:5:51: at /training/optimizer: \"adm\" is not one of \"auto\", \"adam\", "
          + "\"lazy-adam\", \"sgd\", \"adagrad\"; did you mean \"adam\"?",
        "job.json:6:26: at /recommend/k: the key is written twice, first in line 6, column 18",
      ])
  }

  @Test func requiredKeysThatAreMissingAreNamed() {
    #expect(
      JobDocuments.faults("{}") == [
        "job.json:1:1: at /name: the key is missing; it is required",
        "job.json:1:1: at /dataset: the key is missing; it is required",
      ])
    #expect(
      JobDocuments.faults(#"{"name": "a", "dataset": {}}"#) == [
        "job.json:1:26: at /dataset/sources: the key is missing; it is required"
      ])
  }

  @Test func aDocumentThatIsNoObjectIsRefused() {
    #expect(
      JobDocuments.faults("[]") == [
        "job.json:1:1: at the top level: expected an object but found an array"
      ])
  }

  @Test func aKeyInTheWrongSectionIsSentToTheRightOne() {
    #expect(
      JobDocuments.faults(adding: #""batch_size": 64"#) == [
        "job.json:1:54: at /batch_size: unknown key; a key of that name belongs at "
          + "/training/batch_size"
      ])
  }

  @Test func aKeyLikeNoOtherGetsNoSuggestion() {
    let faults = JobDocuments.faults(adding: #""zzzzzzzz": 64"#)
    #expect(faults == ["job.json:1:54: at /zzzzzzzz: unknown key"])
  }

  @Test(arguments: [
    (#""model": {"factors": 0}"#, "0 is out of range; it must be from 1 to 4096"),
    (#""model": {"factors": 2.5}"#, "expected a whole number but found 2.5"),
    (#""model": {"factors": 1e300}"#, "1e+300 is out of range; it must be from 1 to 4096"),
    (#""model": {"factors": null}"#, "expected a whole number but found null"),
    (#""model": {"factors": []}"#, "expected a whole number but found an array"),
    (#""training": {"learning_rate": 0}"#, "0 is out of range; it must be above 0"),
    (
      #""training": {"learning_rate": "fast"}"#,
      #"expected a number or "auto" but found the text "fast""#
    ),
    (#""training": {"shuffle": "yes"}"#, #"expected a truth value but found the text "yes""#),
    (#""training": {"early_stopping": true}"#, "expected an object but found true"),
    (
      #""training": {"early_stopping": {"patience": 0}}"#,
      "0 is out of range; it must be from 1 to 100000"
    ),
    (#""training": {"seed": -1}"#, "-1 is out of range; it must be from 0 to 4294967295"),
    (#""export": {"formats": []}"#, "an array of 0 elements; it must have from 1 to 3"),
    (
      #""export": {"redis_prefix": "r"}"#,
      "the key has no meaning here: it is only for the format `resp`"
    ),
    (
      #""export": {"formats": ["resp"], "redis_prefix": "a b"}"#,
      #"the text "a b" is not 1 to 128 visible ASCII characters"#
    ),
    (
      #""export": {"max_rows_per_file": 0}"#,
      "0 is out of range; it must be from 1 to 1000000000"
    ),
    (#""export": {"formats": ["csv", "csv"]}"#, #"the text "csv" is listed twice"#),
    (#""export": {"formats": "csv"}"#, #"expected an array but found the text "csv""#),
    (
      #""export": {"compression": 1}"#, #"expected one of "none", "gzip" but found 1"#
    ),
    (#""output": {"directory": ""}"#, "the text is empty"),
    (#""$comment": 1"#, "expected a text but found 1"),
  ])
  func aWrongValueIsExplained(members: String, reason: String) {
    let faults = JobDocuments.faults(adding: members)
    #expect(faults.count == 1)
    #expect(faults.first?.hasSuffix(": " + reason) == true, "\(faults)")
  }

  @Test(arguments: ["", "A", "-a", "a/b", "a b", "é", String(repeating: "a", count: 65)])
  func aNameThatIsNoFileNameIsRefused(name: String) {
    let faults = JobDocuments.faults(#"{"name": "\#(name)", "dataset": {"sources": ["a"]}}"#)
    #expect(faults.count == 1)
    #expect(faults.first?.contains("at /name: ") == true)
  }

  @Test func commentsAreAllowedInEveryObject() throws {
    let text = #"""
      {
        "$schema": "x", "$comment": "c", "name": "a",
        "dataset": {"$comment": "c", "sources": [{"$comment": "c", "url": "a.zip"}]},
        "training": {"early_stopping": {"$comment": "c"}}
      }
      """#
    #expect(try JobDocuments.plan(text) == Plan(name: "a", sources: [SourceOptions("a.zip")]))
  }

  @Test func textThatIsNotJSONNamesTheFirstFault() {
    #expect(
      JobDocuments.faults("{\"name\": \"a\",}") == [
        "job.json:1:14: expected a key in double quotes but found \"}\""
      ])
  }
}
