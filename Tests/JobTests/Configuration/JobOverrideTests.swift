import Job
import Recommenders
import Storage
import Testing

@Suite struct JobOverrideTests {
  @Test(
    arguments: [
      ("training.seed=8", "/training/seed", 8), ("/training/seed=8", "/training/seed", 8),
      ("name=007", "/name", "007"), ("name=a=b", "/name", "a=b"), ("name=\"8\"", "/name", "8"),
      ("a.b=null", "/a/b", nil), ("a.b=", "/a/b", ""), ("a.b=[1, 2]", "/a/b", [1, 2]),
    ] as [(String, String, JSONValue)])
  func pathsAreDottedOrPointersAndValuesJSONOrText(
    argument: String, pointer: String, value: JSONValue
  ) {
    let override = JobOverride(argument: argument)
    #expect(override?.pointer.description == pointer)
    #expect(override?.value == value)
  }

  @Test(arguments: ["training.seed", "=8", ".seed=8", "training..seed=8", "/=1", ""])
  func anArgumentWithoutPathOrValueIsNone(argument: String) {
    #expect(JobOverride(argument: argument) == nil)
  }

  @Test func valuesReplaceThoseOfTheFileInOrder() throws {
    let plan = try JobDocuments.plan(
      adding: #""training": {"seed": 1, "early_stopping": null}"#,
      set: [
        "training.seed=2", "/training/seed=3", "training.early_stopping.patience=9",
        "model.type=dot", "dataset.sources.0=b.zip", "dataset.sources.1=c.zip",
      ])
    #expect(plan.training.seed == 3)
    #expect(plan.training.earlyStopping?.patience == 9)
    #expect(plan.model.type == .dot)
    #expect(plan.dataset.sources.map(\.location) == ["b.zip", "c.zip"])
  }

  @Test func faultsOfOverridesNameTheArgumentAndComeLast() {
    #expect(
      JobDocuments.faults(
        adding: #""limits": {"threads": 0}"#,
        set: ["training.sed=8", "recommend.k=0"]
      ) == [
        "job.json:1:76: at /limits/threads: 0 is out of range; it must be from 1 to 4096",
        "--set training.sed: at /training/sed: unknown key; did you mean \"seed\"?",
        "--set recommend.k: at /recommend/k: 0 is out of range; it must be from 1 to 100000",
      ])
  }

  @Test func aFaultDoesNotRepeatASecret() {
    let faults = JobDocuments.faults(
      "{\(JobDocuments.leastMembers)}", set: ["dataset.sources.0=https://me:secret@example.org/a"])
    #expect(faults.count == 1)
    #expect(faults.first?.contains("user name or password") == true)
    #expect(faults.first?.contains("secret") == false)
  }

  @Test func aPathThroughAPlainValueIsAFault() {
    #expect(
      JobDocuments.faults(
        "{\(JobDocuments.leastMembers)}", set: ["name.x=1", "dataset.sources.7=b"]
      ) == [
        "--set name.x: at /name/x: /name cannot hold this key",
        "--set dataset.sources.7: at /dataset/sources/7: /dataset/sources cannot hold this key",
      ])
  }
}
