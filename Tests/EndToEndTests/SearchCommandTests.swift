import Foundation
import Storage
import TestSupport
import Testing

/// `recjob compare` and `recjob tune`.
@Suite struct SearchCommandTests {
  private static let job = """
    {
      "name": "planted",
      "dataset": { "sources": ["data.zip"] },
      "model": { "type": "biased-dot", "factors": 3 },
      "training": { "max_epochs": 6, "learning_rate": 0.02, "batch_size": 16, "seed": 7 },
      "compare": [
        { "name": "baseline", "model": { "type": "bias" } },
        { "name": "dot", "model": { "type": "dot" } },
        { "name": "mine" }
      ],
      "tune": {
        "trials": 5, "rungs": 2, "keep": 0.4,
        "ranges": { "model.factors": [1, 2, 3, 4], "training.l2": { "from": 1e-6, "to": 0.01, "scale": "log" } }
      },
      "output": { "directory": "out" }
    }

    """

  /// A table without what the clock has said.
  private static func withoutSeconds(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.replacing(#/ +[0-9]+\.[0-9](?=  (yes|no)$)/#, with: "  (seconds)") }
      .joined(separator: "\n")
  }

  @Test func modelsAreComparedInATableAndAPicture() throws {
    let fixture = try JobFixture(job: Self.job)
    let answer = try fixture.recjob("compare", "job.json", "--write", "written", "--quiet")
    #expect(answer.status == 0, "\(answer.errors)")
    #expect(answer.errors.isEmpty)
    try Snapshot.expect(Self.withoutSeconds(answer.output), toBe: "compare.txt")
    try Snapshot.expect(
      FileSystem.readText(fixture.path("written/comparison.csv")), toBe: "compare.csv")
    try Snapshot.expect(
      FileSystem.readText(fixture.path("written/comparison.svg")), toBe: "compare.svg")
    #expect(!FileSystem.exists(fixture.path("out")))

    let again = try fixture.recjob("compare", "job.json", "--json", "--threads", "2", "--quiet")
    let json = try JSONParser.parseValue(Array(again.output.utf8), path: "answer")
    let written = try JSONParser.parseValue(
      FileSystem.readBytes(fixture.path("written/comparison.json")), path: "written")
    #expect(json["models"] == written["models"] && json["record"]?["threads"] == 2)
    #expect(written["record"] == nil)
  }

  @Test func aSearchEndsWithAJobThatRuns() throws {
    let fixture = try JobFixture(job: Self.job)
    let answer = try fixture.recjob("tune", "job.json", "--quiet")
    #expect(answer.status == 0, "\(answer.errors)")
    try Snapshot.expect(answer.output, toBe: "tune.txt")
    try Snapshot.expect(FileSystem.readText(fixture.path("job.tuned.json")), toBe: "tuned.json")

    let refused = try fixture.recjob("tune", "job.json")
    #expect(refused.status == 73 && refused.errors.contains("job.tuned.json exists"))
    let again = try fixture.recjob("tune", "job.json", "--overwrite", "--json", "--threads", "2")
    #expect(again.status == 0 && again.errors.contains("Search resumed"))
    #expect(try JSONParser.parseValue(Array(again.output.utf8), path: "").objectValue != nil)
    #expect(try fixture.recjob("tune", "job.json", "--write", "/tmp/x.json").status == 64)
    #expect(try fixture.recjob("run", "job.tuned.json").status == 0)
  }

  @Test func aStoppedSearchSaysSoAndKeepsItsTrials() throws {
    let fixture = try JobFixture(job: Self.job)
    let endless = [
      "tune", "job.json", "--set", "training.max_epochs=3000", "--set",
      "training.early_stopping=null",
    ]
    let process = try BuiltProgram.start(endless, in: fixture.directory.path)
    try process.wait { process.errors.contains("Trial finished") }
    process.send(SIGTERM)
    let outcome = try process.finish()
    #expect(outcome.wasKilled && outcome.status == SIGTERM)
    #expect(outcome.errors.contains("goes on after the trials that had ended"))
    #expect(outcome.output.isEmpty && !FileSystem.exists(fixture.path("job.tuned.json")))
    let state = try FileSystem.list(fixture.path("out/state"))
    #expect(state.contains { $0.hasPrefix("tune-") })
  }

  @Test func aStoppedComparisonEndsByTheSignal() throws {
    let fixture = try JobFixture(job: Self.job)
    let process = try BuiltProgram.start(
      ["compare", "job.json", "--verbose", "--write", "written"] + JobFixture.endless,
      in: fixture.directory.path)
    try process.wait { process.errors.contains("Epoch finished") }
    process.send(SIGINT)
    let outcome = try process.finish()
    #expect(outcome.wasKilled && outcome.status == SIGINT)
    #expect(outcome.errors.contains("the next comparison begins anew"))
    #expect(!FileSystem.exists(fixture.path("written")))
  }

  @Test func watchingTheHeldOutRowsIsRefused() throws {
    let fixture = try JobFixture()
    for command in ["compare", "tune"] {
      let outcome = try fixture.recjob(
        command, "job.json", "--set", "split.validation=test", "--set",
        #"tune={"ranges": {"model.factors": [2]}}"#)
      #expect(outcome.status == 78)
      #expect(outcome.errors.contains("at /split/validation"), "\(outcome.errors)")
    }
    let nothing = try fixture.recjob("tune", "job.json")
    #expect(nothing.status == 78 && nothing.errors.contains("at /tune: the key is missing"))
  }

  @Test func theJobsThatAreShownRun() throws {
    let fixture = try JobFixture()
    for (command, job, more) in [
      ("compare", "compare.json", ["--set", "training.max_epochs=2"]),
      ("tune", "tune.json", ["--set", "tune.trials=3", "--set", "training.max_epochs=2"]),
    ] {
      try fixture.directory.write(FileSystem.readText("\(Project.jobs)/\(job)"), to: job)
      let outcome = try BuiltProgram.run(
        [
          command, job, "--set", #"dataset={"sources": ["data.zip"]}"#, "--quiet",
        ] + more, in: fixture.directory.path)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
  }
}
