import Storage
import Testing

@testable import Job

/// What is wrong with `compare` and `tune` is found with the rest of the job file.
struct TuningFaultsTests {
  private static func faults(_ members: String) -> [String] {
    JobDocuments.faults(adding: members)
  }

  @Test(arguments: [
    (
      #""training.learning_rte": [1]"#,
      #"at /tune/ranges/training.learning_rte: no such key can be searched; did you mean "training.learning_rate"?"#
    ),
    (
      #""model.factors": [8, "many"]"#,
      "at /tune/ranges/model.factors/1: expected a whole number but found the text \"many\""
    ),
    (
      #""training.l2": {"from": -1, "to": 1}"#,
      "at /tune/ranges/training.l2/from: -1 is out of range; it must be at least 0"
    ),
    (#""model.factors": {"from": 1, "to": 2.5}"#, "at /tune/ranges/model.factors/to: expected"),
    (
      #""training.l2": {"from": 2, "to": 1}"#, #"at /tune/ranges/training.l2: "from" must be below"#
    ),
    (
      #""training.l2": {"from": 0, "to": 1, "scale": "log"}"#,
      #"at /tune/ranges/training.l2: "from" must be above 0"#
    ),
    (#""model.type": ["dot", "dott"]"#, "at /tune/ranges/model.type/1: \"dott\" is not one of"),
    (#""model.hidden": [[10]]"#, "at /tune/ranges/model.hidden/0: the key has no meaning here"),
    (#""output.directory": ["a"]"#, "at /tune/ranges/output.directory: no such key"),
    (#""model.factors": 3"#, "at /tune/ranges/model.factors: expected an array or object"),
  ])
  func aRangeThatIsWrongIsReportedAtItsPlace(range: String, fault: String) {
    let faults = Self.faults(#""tune": {"ranges": {\#(range)}}"#)
    #expect(faults.count == 1 && faults.first?.contains(fault) == true, "\(faults)")
  }

  @Test func aKeyThatHasAMeaningForATypeThatIsSearchedIsRight() {
    #expect(
      Self.faults(
        #""tune": {"ranges": {"model.type": ["dot", "neural"], "model.hidden": [[10]]}}"#) == [])
  }

  @Test func rangesAreRequired() {
    #expect(
      Self.faults(#""tune": {}"#).first?.contains("at /tune/ranges: the key is missing") == true)
    #expect(Self.faults(#""tune": {"ranges": {}}"#).count == 1)
  }

  @Test(arguments: [
    (#"{"name": "a", "model": {"typ": "dot"}}"#, "at /compare/0/model/typ: unknown key"),
    (#"{"name": "a", "training": {"seed": "x"}}"#, "at /compare/0/training/seed: expected"),
    (
      #"{"name": "a", "model": {"type": "dot", "hidden": [3]}}"#,
      "at /compare/0/model/hidden: the key has no meaning here"
    ),
    (#"{"model": {}}"#, "at /compare/0/name: the key is missing"),
    (#"{"name": "a", "split": {}}"#, "at /compare/0/split: unknown key"),
    (
      #"{"name": "a", "training": {"optimizer": "adam", "schedule": "blocks"}}"#,
      "at /compare/0/training/schedule"
    ),
    (#"{"name": "a"}, {"name": "a"}"#, "at /compare/1/name: \"a\" names an earlier model"),
  ])
  func aModelThatIsWrongIsReportedAtItsPlace(entries: String, fault: String) {
    let faults = Self.faults(#""compare": [\#(entries)]"#)
    #expect(faults.count == 1 && faults.first?.contains(fault) == true, "\(faults)")
  }

  @Test func keysOfTheJobWithoutAMeaningForAComparedModelStandBy() {
    #expect(
      Self.faults(
        #""model": {"type": "neural", "hidden": [5]}, "compare": [{"name": "a", "model": {"type": "dot"}}]"#
      ) == [])
  }

  @Test func faultsOfTheJobAreNotRepeatedForEachModel() {
    let faults = Self.faults(
      #""model": {"factors": 0}, "compare": [{"name": "a"}, {"name": "b", "model": {"type": "dot"}}]"#
    )
    #expect(faults.count == 1 && faults.first?.contains("at /model/factors") == true, "\(faults)")
  }

  @Test func watchingTheHeldOutRowsIsRefused() {
    for member in [#""compare": [{"name": "a"}]"#, #""tune": {"ranges": {"model.factors": [2]}}"#] {
      let faults = Self.faults(#""split": {"validation": "test"}, \#(member)"#)
      #expect(faults.count == 1 && faults.first?.contains("at /split/validation") == true)
    }
  }

  @Test func aSearchNeedsValidationRowsAndAMetricThatFits() {
    #expect(
      Self.faults(
        #""split": {"validation_fraction": 0}, "training": {"early_stopping": null}, "tune": {"ranges": {"model.factors": [2]}}"#
      ).first?.contains("needs validation rows") == true)
    #expect(
      Self.faults(#""tune": {"ranges": {"model.type": ["als", "ease"]}}"#).first?
        .contains("at /tune/metric: a relevance model predicts no ratings") == true)
  }

  @Test func whatIsComparedAndSearchedIsNoPartOfTheResultPlan() throws {
    let plain = try JobDocuments.plan(adding: #""model": {"factors": 3}"#)
    let searched = try JobDocuments.plan(
      adding:
        #""model": {"factors": 3}, "compare": [{"name": "a"}], "tune": {"ranges": {"model.factors": [2]}}"#
    )
    #expect(plain.planHash != searched.planHash)
    #expect(
      plain.resultPlan(datasetDigest: .init(of: ""))
        == searched.resultPlan(datasetDigest: .init(of: "")))
    #expect(plain.json()["tune"] == nil && plain.json()["compare"] == nil)
  }
}
