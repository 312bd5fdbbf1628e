import Storage
import TestSupport
import Testing

/// Results that are not published, and runs that must wait.
@Suite struct RefusalTests {
  @Test func divergencePublishesNothing() throws {
    let fixture = try JobFixture()
    #expect(try fixture.run().status == 0)
    let latest = try fixture.latest.name
    let outcome = try fixture.run(
      "--set", "training.optimizer=sgd", "--set", "training.learning_rate=1e9")
    #expect(outcome.status == 80)
    #expect(outcome.errors.contains("training diverged in epoch 1 at learning rate 1000000000"))
    #expect(try fixture.runs == [latest])
    #expect(try fixture.latest.name == latest)
    #expect(try FileSystem.list(fixture.path("out/.staging")).isEmpty)
  }

  @Test func aRunThatWouldTakeMoreMemoryThanAllowedEndsBeforeTraining() throws {
    let fixture = try JobFixture()
    let outcome = try fixture.run("--set", "limits.memory_mb=1")
    #expect(outcome.status == 78)
    #expect(outcome.errors.contains("--set limits.memory_mb: at /limits/memory_mb: the run would"))
    #expect(outcome.errors.contains("more than the 1 MB allowed; raise the limit"))
    #expect(!outcome.errors.contains("Epoch finished"))
    #expect(!FileSystem.exists(fixture.path("out/runs")))

    let allowed = try fixture.run("--set", "limits.memory_mb=4000")
    #expect(allowed.status == 0)
    let record = try fixture.latest.json("run.json")
    let estimate = try #require(record["estimated_memory_bytes"]?.intValue)
    #expect(estimate > 1 << 20 && estimate < 4000 << 20)
  }

  @Test func aRefusedGateKeepsTheLatestAndItsOwnMetrics() throws {
    let fixture = try JobFixture()
    #expect(try fixture.run().status == 0)
    let latest = try fixture.latest
    let outcome = try fixture.run("--force", "--set", "gates.max_test_rmse=0.001")
    #expect(outcome.status == 80)
    #expect(outcome.errors.contains("above gates.max_test_rmse 0.001"))
    #expect(try fixture.runs == [latest.name])
    #expect(try fixture.latest.name == latest.name)
    #expect(try fixture.recjob("verify", "out").status == 0)

    let rejected = try FileSystem.list(fixture.path("out/rejected"))
    try #require(rejected.count == 1)
    let directory = fixture.path("out/rejected/\(rejected[0])")
    #expect(outcome.errors.contains("out/rejected/\(rejected[0])"))
    #expect(
      try FileSystem.list(directory)
        == [
          "changes.json", "history.csv", "metrics.json", "plan.json", "report.html", "report.json",
          "run.json",
        ])
    let page = try FileSystem.readText(directory + "/report.html")
    #expect(page.contains("nothing was published, because a gate refused the result"))
    #expect(page.contains("above gates.max_test_rmse 0.001"))
    #expect(
      try FileSystem.readBytes(directory + "/metrics.json") == latest.bytes("metrics.json"))
    #expect(try FileSystem.list(fixture.path("out/.staging")).isEmpty)

    let forced = try fixture.run(
      "--force", "--set", "gates.max_test_rmse=0.001", "--ignore-gates")
    #expect(forced.status == 0)
    let record = try fixture.latest.json("run.json")
    #expect(record["ignored_gates"]?.arrayValue?.count == 1)
  }

  @Test func aWorseOrMuchSmallerResultIsRefused() throws {
    let fixture = try JobFixture()
    #expect(try fixture.run().status == 0)
    let worse = try fixture.run(
      "--set", "training.learning_rate=0.00001", "--set", "gates.max_rmse_increase=0.01")
    #expect(worse.status == 80)
    #expect(worse.errors.contains("the test RMSE rose from"))
    // On a first run there is nothing to compare with.
    let first = try fixture.run("--set", "gates.max_rmse_increase=0", "--output", "other")
    #expect(first.status == 0)

    let small = PlantedDataset(users: 12, items: 30)
    try fixture.directory.write(
      ArchiveFixture.zip(["ratings.csv": small.ratingsCSV()]).bytes, to: "data.zip")
    let shrunk = try fixture.run()
    #expect(shrunk.status == 80)
    #expect(shrunk.errors.contains("the number of users fell from 40 to 12"))
    #expect(try fixture.runs.count == 1)
  }

  @Test func listsThatAreMostlyOthersAreRefused() throws {
    let fixture = try JobFixture()
    #expect(try fixture.run("--set", "gates.min_overlap=1").status == 0)
    let latest = try fixture.latest.name
    let other = ["--set", "training.seed=99", "--set", "training.max_epochs=2"]
    func run(_ arguments: String...) throws -> Outcome {
      try BuiltProgram.run(["run", "job.json"] + other + arguments, in: fixture.directory.path)
    }
    let refused = try run("--set", "gates.min_overlap=0.99")
    #expect(refused.status == 80)
    #expect(refused.errors.contains("mean overlap@5 of 0."), "\(refused.errors)")
    #expect(refused.errors.contains("below gates.min_overlap 0.99"))
    #expect(try fixture.runs == [latest])

    // Another model is expected to give other lists.
    let warned = try run("--set", "gates.min_overlap=0.99", "--set", "model.factors=3")
    #expect(warned.status == 0)
    #expect(warned.errors.contains("the model or the split is another"))
  }

  @Test func theBaselineMustBeBeatenWhereTheJobRequiresIt() throws {
    let fixture = try JobFixture()
    let weak = ["--set", "training.max_epochs=1", "--set", "training.learning_rate=0.00001"]
    func run(_ policy: String) throws -> Outcome {
      try BuiltProgram.run(
        ["run", "job.json", "--set", "gates.beat_baseline=\(policy)"] + weak,
        in: fixture.directory.path)
    }
    let required = try run("require")
    #expect(required.status == 80)
    #expect(required.errors.contains("does not beat the bias baseline"))
    let warned = try run("warn")
    #expect(warned.status == 0)
    #expect(warned.errors.contains("does not beat the bias baseline"))
    let off = try run("off")
    #expect(off.status == 0)
    #expect(!off.errors.contains("baseline's"))
  }

  @Test func aHeldLockEndsASecondRunAtOnceAndNamesItsHolder() throws {
    let fixture = try JobFixture()
    try FileSystem.makeDirectory(fixture.path("out"))
    let lock = try FileLock.acquire(fixture.path("out/.lock"), holder: "the tests' own lock")
    let outcome = try fixture.run()
    #expect(outcome.status == 75)
    #expect(outcome.errors.contains("the tests' own lock"))
    #expect(try fixture.runs.isEmpty)
    lock.release()
    // The file is still there and still names its last holder; only the lock itself counts.
    #expect(FileSystem.exists(fixture.path("out/.lock")))
    #expect(try fixture.run().status == 0)
  }

  @Test func aRunningJobHoldsTheLock() throws {
    let fixture = try JobFixture()
    let first = try BuiltProgram.start(
      ["run", "job.json"] + JobFixture.endless, in: fixture.directory.path)
    try first.wait { first.errors.contains("Epoch finished") }
    for arguments in [["run", "job.json"], ["rollback", "out"]] {
      let second = try BuiltProgram.run(arguments, in: fixture.directory.path)
      #expect(second.status == 75)
      #expect(second.errors.contains("process \(first.identifier) on "), "\(second.errors)")
      let holder = #/run \d{8}T\d{6}Z-[0-9a-f]{8} of job planted, started /#
      #expect(second.errors.contains(holder), "\(second.errors)")
    }
    #expect(try fixture.run("--output", "elsewhere").status == 0)
    first.kill()
    #expect(try first.finish().wasKilled)
    #expect(try fixture.run().status == 0)
  }

  @Test func refusedResultsAreRemovedByTheRuleOfRuns() throws {
    let fixture = try JobFixture()
    for seed in 1...4 {
      let outcome = try fixture.run(
        "--set", "training.seed=\(seed)", "--set", "gates.max_test_rmse=0.001", "--set",
        "output.keep_runs=2", "--set", "output.min_age=0")
      #expect(outcome.status == 80)
    }
    #expect(try FileSystem.list(fixture.path("out/rejected")).count == 2)
  }
}
