import Foundation
import Storage
import TestSupport
import Testing

/// What a run refuses, with its exit status and a message that names the cause.
@Suite struct BadInputTests {
  @Test func allFaultsOfAJobFileAreToldAndNothingIsFetched() throws {
    // The dataset does not exist: were it looked for, the status would be 66.
    let job = """
      {
        "name": "planted",
        "dataset": { "sources": ["missing.zip"], "formt": "auto" },
        "split": { "test_fraction": 1.5 },
        "model": { "type": "biased-dto" },
        "training": { "learning_rte": 0.1, "seed": "seven" },
        "output": { "directory": "out" }
      }
      """
    let fixture = try JobFixture(job: job)
    for command in ["run", "validate", "fetch"] {
      let outcome = try fixture.recjob(command, "job.json")
      #expect(outcome.status == 78)
      let lines = outcome.errors.split(separator: "\n")
      try #require(lines.count == 5, "\(outcome.errors)")
      let place = "recjob: job.json"
      #expect(
        lines[0] == #"\#(place):3:44: at /dataset/formt: unknown key; did you mean "format"?"#)
      #expect(lines[1].hasPrefix("\(place):4:31: at /split/test_fraction: 1.5 is out of range"))
      #expect(lines[2].hasPrefix(#"\#(place):5:22: at /model/type: "biased-dto" is not one of"#))
      #expect(lines[2].hasSuffix(#"did you mean "biased-dot"?"#))
      #expect(
        lines[3]
          == #"\#(place):6:17: at /training/learning_rte: unknown key; did you mean "learning_rate"?"#
      )
      #expect(lines[4].hasPrefix("\(place):6:46: at /training/seed: expected a whole number"))
      #expect(try FileSystem.list(fixture.directory.path) == ["data.zip", "job.json"])
    }
  }

  @Test func combinationsThatCannotBeAreFaults() throws {
    let fixture = try JobFixture()
    let pinned = try fixture.run(
      "--set", "dataset.pin=lock", "--set", "dataset.sha256=\(fixture.datasetDigest)")
    #expect(pinned.status == 78)
    #expect(pinned.errors.contains("at /dataset/pin"))
    let refit = try fixture.run(
      "--set", "split.validation=test", "--set", "training.refit=train")
    #expect(refit.status == 78)
    #expect(refit.errors.contains("at /training/refit"))
  }

  @Test func aFileThatIsMissingIsNamed() throws {
    let fixture = try JobFixture()
    let dataset = try fixture.run("--set", #"dataset.sources=["missing.zip"]"#)
    #expect(dataset.status == 66)
    #expect(dataset.errors.contains("missing.zip does not exist"))
    let job = try fixture.recjob("run", "missing.json")
    #expect(job.status == 66)
    #expect(job.errors.contains("missing.json does not exist"))
    #expect(try fixture.runs.isEmpty)
  }

  @Test func aWrongHashIsToldWithTheRightOne() throws {
    let fixture = try JobFixture()
    let wrong = SHA256Digest(of: "other").hex
    let outcome = try fixture.run("--set", "dataset.sha256=\(wrong)")
    #expect(outcome.status == 65)
    #expect(try outcome.errors.contains(wrong) && outcome.errors.contains(fixture.datasetDigest))
    #expect(try fixture.runs.isEmpty)
    #expect(!FileSystem.exists(fixture.path("out/latest")))
    let right = try fixture.run("--set", "dataset.sha256=\(fixture.datasetDigest)")
    #expect(right.status == 0, "\(right.errors)")
  }

  @Test func aLockedHashIsRecordedAndMustStay() throws {
    let fixture = try JobFixture()
    #expect(try fixture.run("--set", "dataset.pin=lock").status == 0)
    let recorded = try FileSystem.readText(fixture.path("job.lock.json"))
    #expect(try recorded.contains(fixture.datasetDigest))
    try fixture.directory.write(
      ArchiveFixture.zip(["ratings.csv": PlantedDataset(users: 9, items: 9).ratingsCSV()]).bytes,
      to: "data.zip")
    let outcome = try fixture.run("--set", "dataset.pin=lock")
    #expect(outcome.status == 65)
    #expect(outcome.errors.contains("job.lock.json"))
    #expect(try fixture.runs.count == 1)
  }

  @Test(arguments: ["data.zip", "data.tar.gz", "ratings.csv.gz"])
  func aTruncatedArchiveIsNeverTakenForAWholeOne(name: String) throws {
    let fixture = try JobFixture()
    let ratings = fixture.data.ratingsCSV()
    let bytes =
      switch name {
      case "data.zip": try FileSystem.readBytes(fixture.path("data.zip"))
      case "data.tar.gz": try ArchiveFixture.tarGzip(["ratings.csv": ratings]).bytes
      default: Gzip.compress(Array(ratings.utf8))
      }
    let set = #"dataset.sources=["\#(name)"]"#
    for kept in [bytes.count / 3, bytes.count / 2, bytes.count * 9 / 10, bytes.count - 1] {
      try fixture.directory.write(Array(bytes.prefix(kept)), to: name)
      let outcome = try fixture.run("--set", set)
      #expect(outcome.status == 65, "\(kept) of \(bytes.count) bytes: \(outcome.errors)")
      #expect(outcome.errors.contains("\(name) is damaged"), "\(outcome.errors)")
    }
    #expect(try fixture.runs.isEmpty)
    try fixture.directory.write(bytes, to: name)
    #expect(try fixture.run("--set", set).status == 0)
  }

  @Test(arguments: [
    ("abc", 5), ("nan", 5), ("", 5), ("inf", 5),
  ])
  func aBadRatingIsToldByFileLineAndColumn(rating: String, column: Int) throws {
    let lines = PlantedDataset(users: 40, items: 30).ratingsCSV().split(separator: "\n")
    let bad = lines.prefix(3) + ["1,7,\(rating),100"] + lines.dropFirst(3)
    let fixture = try JobFixture(ratings: bad.joined(separator: "\n") + "\n")
    let outcome = try fixture.run()
    #expect(outcome.status == 65)
    #expect(outcome.errors.contains("ratings.csv:4:\(column): "), "\(outcome.errors)")
    #expect(try fixture.runs.isEmpty)
    let skipping = try fixture.run("--set", "dataset.max_bad_rows=1")
    #expect(skipping.status == 0, "\(skipping.errors)")
    let skipped = try fixture.latest.json("metrics.json")["data"]?["rows_skipped"]?.objectValue
    #expect(skipped?.map(\.value) == [1])
  }

  @Test func anArchiveWithoutRatingsIsRefused() throws {
    let fixture = try JobFixture()
    try fixture.directory.write(
      ArchiveFixture.zip(["readme.txt": "nothing here"]).bytes, to: "data.zip")
    let outcome = try fixture.run()
    #expect(outcome.status == 65)
    #expect(outcome.errors.contains("readme.txt"))
  }

  @Test func anOutputThatCannotBeMadeIsTold() throws {
    let fixture = try JobFixture()
    for output in ["job.json", "job.json/out"] {
      let outcome = try fixture.run("--output", output)
      #expect(outcome.status == 73, "\(outcome.errors)")
      #expect(outcome.errors.contains("job.json"))
    }
  }

  @Test(.enabled(if: geteuid() != 0, "everything is permitted to root"))
  func anOutputThatIsNotPermittedIsTold() throws {
    let fixture = try JobFixture()
    try FileSystem.makeDirectory(fixture.path("closed"))
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o500], ofItemAtPath: fixture.path("closed"))
    let outcome = try fixture.run("--output", "closed/out")
    #expect(outcome.status == 77)
    #expect(outcome.errors.contains("closed"))
  }
}
