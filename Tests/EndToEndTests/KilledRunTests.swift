import Storage
import TestSupport
import Testing

/// A run that is killed leaves what was published before as it was.
@Suite struct KilledRunTests {
  /// When a run is killed.
  enum Moment: String, CaseIterable, Sendable {
    case firstEpoch, laterEpoch, evaluated, staged, exported, bundled, packed, listed, moved

    /// Whether a run has come this far.
    func isReached(by run: ChildProcess, output: String, runsBefore: Int) -> Bool {
      let staging = PathName.joined(output, ".staging")
      func isStaged(_ name: String) -> Bool {
        guard let staged = try? FileSystem.list(staging).first else { return false }
        return FileSystem.exists(PathName.joined(PathName.joined(staging, staged), name))
      }
      return switch self {
      case .firstEpoch: run.errors.contains("epoch.number=1 ")
      case .laterEpoch: run.errors.contains("epoch.number=5 ")
      case .evaluated: run.errors.contains("Model evaluated")
      case .staged: isStaged("")
      case .exported: isStaged("recommendations.csv")
      case .bundled: isStaged("model/model.safetensors")
      case .packed: isStaged("run.json")
      case .listed: isStaged("manifest.json")
      case .moved:
        (try? FileSystem.list(PathName.joined(output, "runs")).count) ?? 0 > runsBefore
      }
    }
  }

  @Test(arguments: Moment.allCases)
  func theLatestRunStaysWholeAndTheNextOneWorks(moment: Moment) throws {
    let fixture = try JobFixture(PlantedDataset(users: 150, items: 60, density: 0.3))
    #expect(try fixture.run().status == 0)
    let before = try fixture.latest
    let digests = try ReproducibilityTests.results(of: before)

    // A run that is to be hit while it trains must not be through by then.
    let isTraining = [.firstEpoch, .laterEpoch].contains(moment)
    let run = try BuiltProgram.start(
      ["run", "job.json", "--set", "training.seed=8"] + (isTraining ? JobFixture.endless : []),
      in: fixture.directory.path)
    try run.wait {
      moment.isReached(by: run, output: fixture.path("out"), runsBefore: 1)
    }
    run.kill()
    let outcome = try run.finish()
    // The later moments are so short that a run may be through before it is hit.
    if isTraining { #expect(outcome.wasKilled) }

    #expect(try fixture.recjob("verify", "out").status == 0)
    if outcome.wasKilled, moment != .moved { #expect(try fixture.latest.name == before.name) }
    for name in try fixture.runs {
      #expect(try fixture.recjob("verify", "out/runs/\(name)").status == 0, "\(name)")
    }
    #expect(try ReproducibilityTests.results(of: before) == digests)

    // A run that was moved and never became the latest is undone by the next one.
    let latest = try fixture.latest.name
    let published = try fixture.runs.filter { $0 <= latest }
    let next = try fixture.run("--set", "training.seed=9")
    #expect(next.status == 0, "\(next.errors)")
    #expect(try fixture.runs.dropLast() == published)
    #expect(try fixture.recjob("verify", "out").status == 0)
    #expect(try FileSystem.list(fixture.path("out/.staging")).isEmpty)
  }
}
