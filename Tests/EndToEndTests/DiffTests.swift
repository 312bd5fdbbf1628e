import Storage
import TestSupport
import Testing

/// `recjob diff`.
@Suite struct DiffTests {
  @Test func whatDiffersIsShown() throws {
    let fixture = try JobFixture()
    #expect(try fixture.run().status == 0)
    let first = try fixture.latest
    #expect(
      try fixture.run("--set", "training.seed=8", "--set", "recommend.k=4").status == 0)
    let second = try fixture.latest
    let answer = try fixture.recjob("diff", "out/runs/\(first.name)", "out")
    #expect(answer.status == 0, "\(answer.errors)")
    let text = answer.output.replacing(first.name, with: "FIRST")
      .replacing(second.name, with: "SECOND")
    try Snapshot.expect(text, toBe: "diff.txt")
  }

  @Test func theObjectHasWhatTheNightSaid() throws {
    let fixture = try JobFixture()
    #expect(try fixture.run().status == 0)
    let first = try fixture.latest
    #expect(try fixture.run("--set", "training.seed=8").status == 0)
    let second = try fixture.latest
    let answer = try fixture.recjob("diff", first.path, second.path, "--json")
    #expect(answer.status == 0)
    let json = try JSONParser.parseValue(Array(answer.output.utf8), path: "diff")
    #expect(json["before"]?.stringValue == first.name && json["now"]?.stringValue == second.name)
    #expect(try json["lists"] == second.json("changes.json")["lists"])
    #expect(json["settings"] == ["training.seed": ["before": 7, "now": 8]])
    let different = try #require(json["files"]?["different"]?.arrayValue).map(\.stringValue)
    #expect(different.contains("recommendations.csv") && !different.contains("model/users.csv"))
    #expect(json["files"]?["same"]?.arrayValue?.contains("model/users.csv") == true)
    let rmse = json["metrics"]?["evaluation.model.rmse"]
    #expect(try rmse == second.json("changes.json")["test_rmse"])
    #expect(json["data"]?["data.users"]?["change"] == 0)
  }

  @Test func aBareNameIsThatOfARunBesideTheOther() throws {
    let fixture = try JobFixture()
    #expect(try fixture.run().status == 0)
    let first = try fixture.latest
    #expect(try fixture.run("--set", "training.seed=8").status == 0)
    let second = try fixture.latest
    let whole = try fixture.recjob("diff", first.path, second.path)
    #expect(whole.status == 0)
    for (before, now) in [
      (first.name, "out"), (first.name, "out/runs/\(second.name)"),
      ("out/runs/\(first.name)", second.name),
    ] {
      let answer = try fixture.recjob("diff", before, now)
      #expect(answer.output == whole.output, "\(before) \(now): \(answer.errors)")
    }
    let bare = try fixture.recjob("diff", first.name, second.name)
    #expect(bare.status == 66 && bare.errors.contains("output directory"), "\(bare.errors)")
  }

  @Test func aRunIsLikeItself() throws {
    let fixture = try JobFixture()
    #expect(try fixture.run().status == 0)
    let text = try fixture.recjob("diff", "out", "out/latest").output
    #expect(text.contains("Settings: all are the same"))
    #expect(text.contains("numbers are the same"))
    #expect(text.contains("Files: all"))
    #expect(!text.contains("most changed user"))
  }

  @Test func whatIsNoRunIsNamed() throws {
    let fixture = try JobFixture()
    #expect(try fixture.run().status == 0)
    let missing = try fixture.recjob("diff", "out", "nowhere")
    #expect(missing.status == 66)
    #expect(missing.errors.contains("nowhere"))
    try FileSystem.makeDirectory(fixture.path("empty"))
    let empty = try fixture.recjob("diff", "empty", "out")
    #expect(empty.status == 66)
    #expect(empty.errors.contains("has no manifest.json"))
    #expect(try fixture.recjob("diff", "out").status == 64)

    // Lists that cannot be read do not keep the rest from being shown.
    try FileSystem.removeFile(fixture.latest.file("recommendations.csv"))
    let partial = try fixture.recjob("diff", "out", "out")
    #expect(partial.status == 0)
    #expect(partial.output.contains("Lists: not compared."))
  }
}
