import Storage
import TestSupport
import Testing

/// The same plan and data give the same bytes.
@Suite struct ReproducibilityTests {
  /// Circumstances of a run that must have no influence on its results.
  struct Circumstances: Sendable, CustomTestStringConvertible {
    var environment: [String: String] = [:]
    var umask: String?
    var threads: String
    var testDescription: String { "\(threads) threads, \(environment), umask \(umask ?? "-")" }
  }

  /// The digests of the files that the plan and the data determine.
  static func results(of run: PublishedRun) throws -> [String: SHA256Digest] {
    let records = [
      "SHA256SUMS", "_SUCCESS", "manifest.json", "run.json", "plan.json", "changes.json",
      "provenance.json", "openlineage.jsonl", "report.html",
    ]
    return try FileSystem.listTree(run.path).filter { !records.contains($0) }
      .reduce(into: [:]) { $0[$1] = try SHA256Digest.ofFile(run.file($1)) }
  }

  static let models = ["biased-dot", "neural"]

  @Test(arguments: models)
  func directoryThreadsLocaleZoneAndMaskChangeNoByte(model: String) throws {
    let data = PlantedDataset(users: 70, items: 30)
    let all = [
      Circumstances(threads: "1"),
      Circumstances(environment: ["TZ": "Asia/Tokyo", "LC_ALL": "C"], threads: "2"),
      Circumstances(
        environment: ["TZ": "America/St_Johns", "LC_ALL": "C.UTF-8", "LANG": "de_DE.UTF-8"],
        umask: "077", threads: "5"),
      Circumstances(environment: ["SWIFT_DETERMINISTIC_HASHING": "1"], umask: "000", threads: "3"),
    ]
    var found: [[String: SHA256Digest]] = []
    for circumstances in all {
      let fixture = try JobFixture(data)
      let outcome = try BuiltProgram.run(
        [
          "run", "job.json", "--threads", circumstances.threads, "--set", "model.type=\(model)",
          "--set", #"export.formats=["csv","jsonl","resp"]"#,
        ], in: fixture.directory.path, environment: circumstances.environment,
        umask: circumstances.umask)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let results = try Self.results(of: fixture.latest)
      #expect(results.count == 16)
      found.append(results)
    }
    for (results, circumstances) in zip(found, all) {
      #expect(results == found[0], "\(circumstances.testDescription)")
    }
  }

  @Test func theSameRatingsPackedOtherwiseGiveTheSameModel() throws {
    let fixture = try JobFixture()
    _ = try fixture.run()
    let zipped = try fixture.latest
    try fixture.directory.write(
      ArchiveFixture.tarGzip([
        "ratings.csv": fixture.data.ratingsCSV(), "movies.csv": fixture.data.moviesCSV(),
      ]).bytes, to: "data.tar.gz")
    let outcome = try fixture.run("--set", #"dataset.sources=["data.tar.gz"]"#)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let packed = try fixture.latest
    #expect(packed.name != zipped.name)
    // The name of the packed bundle holds the model's version.
    #expect(try packed.packedBundle == zipped.packedBundle)
    for name in ["recommendations.csv", "metrics.json", "model/model.safetensors"] {
      #expect(try packed.bytes(name) == zipped.bytes(name), "\(name)")
    }
  }

  @Test func aRunIsReproduced() throws {
    let fixture = try JobFixture()
    _ = try fixture.run("--threads", "1")
    for path in try ["out", "out/runs/\(fixture.latest.name)"] {
      let outcome = try fixture.recjob("reproduce", path, "--threads", "2")
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output == "\(path): reproduced, 15 files are the same byte for byte\n")
    }
    #expect(try fixture.runs.count == 1)
    #expect(try fixture.recjob("verify", "out").status == 0)
  }

  @Test func anotherSeedIsToldByFileEpochAndTensor() throws {
    let fixture = try JobFixture()
    _ = try fixture.run()
    let run = try fixture.latest
    let plan = try FileSystem.readText(run.file("plan.json"))
    let changed = plan.replacing("\"seed\": 7", with: "\"seed\": 8")
    #expect(changed != plan)
    try DurableFile.write(changed, to: run.file("plan.json"))
    let outcome = try fixture.recjob("reproduce", "out", "--quiet")
    #expect(outcome.status == 65)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains("was not reproduced: history.csv"))
    #expect(outcome.errors.contains("history.csv: the first epoch that differs is search 1"))
    #expect(
      outcome.errors.contains(
        "model/model.safetensors: the first tensor that differs is user_factors"))
    #expect(outcome.errors.contains("recommendations.csv: the first line that differs is"))
  }

  @Test func otherDataIsNotTakenForTheRunsOwn() throws {
    let fixture = try JobFixture()
    _ = try fixture.run()
    let before = try fixture.datasetDigest
    let other = PlantedDataset(users: 40, items: 30, seed: 2)
    try fixture.directory.write(
      ArchiveFixture.zip(["planted/ratings.csv": other.ratingsCSV()]).bytes, to: "data.zip")
    let outcome = try fixture.recjob("reproduce", "out")
    #expect(outcome.status == 65)
    #expect(try outcome.errors.contains(before) && outcome.errors.contains(fixture.datasetDigest))
  }
}
