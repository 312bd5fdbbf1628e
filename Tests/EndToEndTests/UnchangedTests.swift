import Storage
import TestSupport
import Testing

/// Nights on which nothing has changed.
@Suite struct UnchangedTests {
  @Test func nothingIsTrainedIfNothingHasChanged() throws {
    let fixture = try JobFixture()
    #expect(try fixture.run().status == 0)
    let run = try fixture.latest
    let digests = try ReproducibilityTests.results(of: run)

    // What has no influence on the results is no change.
    for more in [[], ["--threads", "1"], ["--set", "gates.max_test_rmse=0.001"]] {
      let again = try BuiltProgram.run(["run", "job.json"] + more, in: fixture.directory.path)
      #expect(again.status == 0, "\(again.errors)")
      #expect(again.output.contains("planted: unchanged: the plan, the data and the program are"))
      #expect(again.output.hasSuffix("planted: results in out/runs/\(run.name)\n"))
      #expect(!again.errors.contains("Epoch finished"))
      #expect(try fixture.runs == [run.name])
    }
    #expect(try ReproducibilityTests.results(of: run) == digests)

    let forced = try fixture.run("--force")
    #expect(forced.status == 0)
    #expect(try fixture.runs.count == 2)
    #expect(try ReproducibilityTests.results(of: fixture.latest) == digests)
  }

  @Test func anotherPlanOrOtherDataIsAChange() throws {
    let fixture = try JobFixture()
    #expect(try fixture.run().status == 0)
    #expect(try fixture.run("--set", "recommend.k=3").output.contains("test RMSE"))
    #expect(try fixture.runs.count == 2)
    // Only the newest run counts: going back to the plan before it is a change again.
    #expect(try fixture.run().output.contains("test RMSE"))
    #expect(try fixture.runs.count == 3)
    let more = PlantedDataset(users: 41, items: 30)
    try fixture.directory.write(
      ArchiveFixture.zip(["ratings.csv": more.ratingsCSV()]).bytes, to: "data.zip")
    #expect(try fixture.run().output.contains("test RMSE"))
    #expect(try fixture.runs.count == 4)
  }

  @Test func aDamagedRunIsMadeAgain() throws {
    let fixture = try JobFixture()
    #expect(try fixture.run().status == 0)
    let damaged = try fixture.latest
    try DurableFile.write("user_id\n", to: damaged.file("recommendations.csv"))
    let next = try fixture.run()
    #expect(next.status == 0)
    #expect(next.errors.contains("warning Published run is damaged"))
    #expect(try fixture.latest.name != damaged.name)
    #expect(try fixture.recjob("verify", "out").status == 0)
  }

  @Test func aRunThatWasRolledBackFromIsNotPublishedAgain() throws {
    let fixture = try JobFixture()
    #expect(try fixture.run("--set", "training.seed=8").status == 0)
    let first = try fixture.latest.name
    #expect(try fixture.run().status == 0)
    let second = try fixture.latest.name
    #expect(try fixture.recjob("rollback", "out").status == 0)

    let next = try fixture.run()
    #expect(next.status == 0)
    #expect(next.output.contains("are those of \(second); nothing was trained"))
    #expect(next.output.contains("latest stays at \(first), where it was rolled back to"))
    // What is told to others is the run that readers get.
    #expect(next.output.hasSuffix("planted: results in out/runs/\(first)\n"))
    let state = try JSONParser.parseValue(
      FileSystem.readBytes(fixture.path("out/state/last.json")), path: "last.json")
    #expect(state["run"]?.stringValue == first)
    #expect(state["last_success"]?["run"]?.stringValue == first)
    #expect(try fixture.latest.name == first)
    #expect(try fixture.runs == [first, second])
    #expect(try fixture.run("--force").status == 0)
    #expect(try fixture.latest.name > second)
  }

  @Test func whereLatestLeadsNowhereThereIsSomethingToDo() throws {
    let fixture = try JobFixture()
    #expect(try fixture.run().status == 0)
    try FileSystem.removeFile(fixture.path("out/latest"))
    #expect(try fixture.run().output.contains("test RMSE"))
    let second = try fixture.latest.name
    #expect(try fixture.runs.count == 2)

    // The newest run that is left has the same key, but is not where `latest` leads.
    try FileSystem.removeTree(fixture.path("out/runs/\(second)"))
    let third = try fixture.run()
    #expect(third.status == 0 && third.output.contains("test RMSE"), "\(third.errors)")
    #expect(try fixture.recjob("verify", "out").status == 0)
  }

  @Test func aRunThatNeverBecameTheLatestCountsForNothing() throws {
    let fixture = try JobFixture()
    #expect(try fixture.run("--set", "training.seed=8").status == 0)
    let first = try fixture.latest.name
    #expect(try fixture.run().status == 0)
    // What a power cut may leave of a flip, without anything that tells of it.
    try FileSystem.removeFile(fixture.path("out/latest"))
    try FileSystem.makeSymbolicLink(fixture.path("out/latest"), to: "runs/\(first)")
    let next = try fixture.run()
    #expect(next.status == 0 && next.output.contains("test RMSE"))
    #expect(try fixture.latest.name == fixture.runs.last)
  }

  @Test func aDamagedRunThatWasRolledBackToIsNoGoodState() throws {
    let fixture = try JobFixture()
    #expect(try fixture.run("--set", "training.seed=8").status == 0)
    let first = try fixture.latest
    #expect(try fixture.run().status == 0)
    #expect(try fixture.recjob("rollback", "out").status == 0)
    try DurableFile.write("user_id\n", to: first.file("recommendations.csv"))
    let next = try fixture.run()
    #expect(next.errors.contains("warning Published run is damaged"))
    #expect(next.status == 0 && next.output.contains("test RMSE"))
  }
}
