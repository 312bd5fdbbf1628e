import Foundation
import Storage
import TestSupport
import Testing

/// Runs that a signal ends, and those that go on from where they stopped.
@Suite struct InterruptionTests {
  /// When a run is asked to end.
  enum Moment: String, CaseIterable, Sendable {
    case search, refit, refitAll, evaluated

    func isReached(by run: ChildProcess) -> Bool {
      switch self {
      case .search: run.errors.contains("epoch.number=7 epoch.phase=search")
      case .refit: run.errors.contains("epoch.number=4 epoch.phase=refit ")
      case .refitAll: run.errors.contains("epoch.number=4 epoch.phase=refit-all")
      case .evaluated: run.errors.contains("Model evaluated")
      }
    }
  }

  /// A run that trains three times for some hundred epochs.
  private static let long = [
    "--set", "training.max_epochs=300", "--set", "training.early_stopping=null",
    "--set", "training.refit=all",
  ]

  private static func start(_ fixture: JobFixture, _ more: [String] = []) throws -> ChildProcess {
    try BuiltProgram.start(["run", "job.json"] + long + more, in: fixture.directory.path)
  }

  /// What a run of the same plan comes to that nobody has disturbed.
  private static func undisturbed(_ fixture: JobFixture) throws -> [String: SHA256Digest] {
    let outcome = try start(fixture, ["--output", "whole"]).finish()
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try ReproducibilityTests.results(of: PublishedRun(fixture.path("whole")))
  }

  @Test(arguments: Moment.allCases, [SIGTERM, SIGINT, SIGHUP])
  func theNextRunGoesOnAndEndsInTheSameBytes(moment: Moment, signal: Int32) throws {
    let fixture = try JobFixture(PlantedDataset(users: 60, items: 40))
    let whole = try Self.undisturbed(fixture)
    #expect(try fixture.run().status == 0)
    let before = try fixture.latest.name

    let run = try Self.start(fixture)
    try run.wait { moment.isReached(by: run) }
    let sent = ContinuousClock.now
    run.send(signal)
    let outcome = try run.finish()
    #expect(ContinuousClock.now - sent < .seconds(10))
    // The stages after training are so short that a run may be through before it is hit.
    if moment == .evaluated, !outcome.wasKilled { return }
    #expect(outcome.wasKilled && outcome.status == signal, "\(outcome.errors)")
    #expect(outcome.errors.contains("stopped by SIG"))
    #expect(outcome.errors.contains("goes on from the checkpoint that was kept"))
    #expect(try fixture.latest.name == before && fixture.runs == [before])
    #expect(try fixture.recjob("verify", "out").status == 0)
    #expect(try FileSystem.list(fixture.path("out/.staging")).isEmpty)
    #expect(FileSystem.exists(fixture.path("out/state/checkpoint")))

    let resumed = try Self.start(fixture).finish()
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(resumed.errors.contains("Training resumed"))
    #expect(!resumed.errors.contains("epoch.number=1 epoch.phase=search"))
    #expect(try ReproducibilityTests.results(of: fixture.latest) == whole)
    #expect(!FileSystem.exists(fixture.path("out/state/checkpoint")))
  }

  @Test func aCheckpointThatIsDamagedOrOfAnotherPlanIsPassedOver() throws {
    let fixture = try JobFixture(PlantedDataset(users: 60, items: 40))
    let whole = try Self.undisturbed(fixture)
    func interrupt() throws {
      let run = try Self.start(fixture)
      try run.wait { Moment.refit.isReached(by: run) }
      run.send(SIGTERM)
      #expect(try run.finish().status == SIGTERM)
    }
    try interrupt()
    let checkpoint = fixture.path("out/state/checkpoint")
    var bytes = try FileSystem.readBytes(checkpoint)
    bytes[bytes.count / 2] ^= 4
    try DurableFile.write(bytes, to: checkpoint)
    let damaged = try Self.start(fixture).finish()
    #expect(damaged.status == 0)
    #expect(damaged.errors.contains("warning Checkpoint ignored"))
    #expect(damaged.errors.contains("is damaged"))
    #expect(try ReproducibilityTests.results(of: fixture.latest) == whole)

    try FileSystem.removeTree(fixture.path("out"))
    try interrupt()
    let other = try Self.start(fixture, ["--set", "training.seed=8"]).finish()
    #expect(other.status == 0)
    #expect(other.errors.contains("belongs to another plan, dataset or version of the program"))
    #expect(try ReproducibilityTests.results(of: fixture.latest) != whole)
    #expect(try Self.start(fixture).finish().status == 0)
    #expect(try ReproducibilityTests.results(of: fixture.latest) == whole)
  }

  @Test func whatWasTrainedIsKeptWhenALaterStageFails() throws {
    let fixture = try JobFixture()
    #expect(try fixture.run("--set", "gates.max_test_rmse=0.001").status == 80)
    let next = try fixture.run("--set", "gates.max_test_rmse=0.001", "--ignore-gates")
    #expect(next.status == 0)
    #expect(next.errors.contains("Training resumed"))
    #expect(!next.errors.contains("Epoch finished"))
    #expect(try fixture.run("--output", "whole").status == 0)
    #expect(
      try ReproducibilityTests.results(of: fixture.latest)
        == ReproducibilityTests.results(of: PublishedRun(fixture.path("whole"))))
  }

  /// A stack, whose trainings are done side by side.
  private static let stack = [
    "--threads", "2", "--set", "training.max_epochs=300", "--set", "select=stack",
    "--set", #"model=[{"type":"biased-dot"},{"type":"logistic-dot"},{"type":"dot"}]"#,
    "--set", #"stack={"folds":3,"trees":20,"min_leaf_ratings":20}"#,
  ]

  @Test func trainingsSideBySideGoOnTogether() throws {
    let fixture = try JobFixture(PlantedDataset(users: 60, items: 40))
    func start(_ more: [String] = []) throws -> ChildProcess {
      try BuiltProgram.start(
        ["run", "job.json"] + Self.stack + ["--set", "training.early_stopping=null"] + more,
        in: fixture.directory.path)
    }
    let whole = try start(["--output", "whole", "--threads", "1"]).finish()
    #expect(whole.status == 0, "\(whole.errors)")
    let moments = [
      ("refit-fold-2-1", SIGTERM), ("refit-fold-1-2", SIGTERM), ("refit-fold-3-2", SIGKILL),
    ]
    for (moment, signal) in moments {
      let run = try start()
      try run.wait { run.errors.contains("epoch.number=2 epoch.phase=\(moment)") }
      run.send(signal)
      let outcome = try run.finish()
      #expect(outcome.wasKilled && outcome.status == signal, "\(outcome.errors)")
      // What is killed leaves the checkpoint of the process before it.
      #expect(
        outcome.errors.contains("goes on from the checkpoint that was kept") == (signal == SIGTERM))
    }
    let resumed = try start().finish()
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(resumed.errors.contains("Training resumed"))
    #expect(!resumed.errors.contains("epoch.phase=search"))
    #expect(!resumed.errors.contains("epoch.number=2 epoch.phase=refit-fold-2-1"))
    #expect(
      try ReproducibilityTests.results(of: fixture.latest)
        == ReproducibilityTests.results(of: PublishedRun(fixture.path("whole"))))
  }

  private static let manyRatings = PlantedDataset(users: 150, items: 60, density: 0.3)

  /// An epoch of this job takes far longer than a run may take to end.
  private static let slow = [
    "--set", "model.type=neural", "--set", "model.hidden=[2048,2048]",
    "--set", "training.batch_size=1",
  ]

  @Test func anEpochThatTakesTooLongIsDropped() throws {
    let fixture = try JobFixture(Self.manyRatings)
    let run = try BuiltProgram.start(["run", "job.json"] + Self.slow, in: fixture.directory.path)
    try run.wait { run.errors.contains("Memory estimated") }
    usleep(300_000)
    let sent = ContinuousClock.now
    run.send(SIGTERM)
    let outcome = try run.finish()
    #expect(ContinuousClock.now - sent < .seconds(10))
    #expect(outcome.wasKilled && outcome.status == SIGTERM)
    #expect(outcome.errors.contains("the next run begins anew"))
    #expect(!FileSystem.exists(fixture.path("out/state/checkpoint")))
  }

  @Test func aSecondSignalEndsTheRunAtOnce() throws {
    let fixture = try JobFixture(Self.manyRatings)
    let run = try BuiltProgram.start(["run", "job.json"] + Self.slow, in: fixture.directory.path)
    try run.wait { run.errors.contains("Memory estimated") }
    usleep(300_000)
    run.send(SIGTERM)
    try run.wait { run.errors.contains("notice Stopping") }
    let sent = ContinuousClock.now
    run.send(SIGINT)
    let outcome = try run.finish()
    #expect(ContinuousClock.now - sent < .seconds(1))
    #expect(outcome.wasKilled && outcome.status == SIGINT)
    #expect(!outcome.errors.contains("stopped by"))
  }

  @Test func whoWaitsForTheLockEndsAtOnce() throws {
    let fixture = try JobFixture()
    try FileSystem.makeDirectory(fixture.path("out"))
    let lock = try FileLock.acquire(fixture.path("out/.lock"), holder: "the tests' own lock")
    let run = try BuiltProgram.start(
      ["run", "job.json", "--set", "lock_wait_seconds=600"], in: fixture.directory.path)
    usleep(500_000)
    let sent = ContinuousClock.now
    run.send(SIGTERM)
    let outcome = try run.finish()
    #expect(ContinuousClock.now - sent < .seconds(2))
    #expect(outcome.wasKilled && outcome.status == SIGTERM, "\(outcome.errors)")
    #expect(outcome.errors.contains("lock: stopped by SIGTERM"))
    // The run that has the lock is not disturbed.
    #expect(!FileSystem.exists(fixture.path("out/state")))
    lock.release()
  }

  @Test func aSignalThatIsIgnoredFromTheStartStaysIgnored() throws {
    let fixture = try JobFixture()
    let run = try ChildProcess(
      "/bin/sh",
      ["-c", "trap '' HUP; exec \"$0\" \"$@\"", BuiltProgram.path, "run", "job.json"]
        + Self.long, in: fixture.directory.path, environment: ["HOME": fixture.directory.path])
    try run.wait { Moment.search.isReached(by: run) }
    run.send(SIGHUP)
    let outcome = try run.finish()
    #expect(outcome.status == 0 && !outcome.wasKilled, "\(outcome.errors)")
  }
}
