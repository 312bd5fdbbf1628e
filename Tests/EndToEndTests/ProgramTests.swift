import Storage
import TestSupport
import Testing

/// A whole run on a generated dataset, as its files show it.
@Suite struct ProgramTests {
  @Test func aRunPublishesEveryFile() throws {
    let fixture = try JobFixture()
    let outcome = try fixture.run()
    #expect(outcome.status == 0, "\(outcome.errors)")
    let run = try fixture.latest
    #expect(outcome.output.hasSuffix("planted: results in out/runs/\(run.name)\n"))
    #expect(try fixture.runs == [run.name])
    #expect(try FileSystem.readLink(fixture.path("out/latest")) == "runs/\(run.name)")
    #expect(run.name.wholeMatch(of: /\d{8}T\d{6}Z-[0-9a-f]{8}/) != nil)

    let version = try run.packedBundle.wholeMatch(of: /model-planted-([0-9a-f]{12})\.tar\.gz/)
    #expect(version != nil)
    let files = try FileSystem.listTree(run.path).filter { !$0.hasSuffix(".tar.gz") }
    #expect(
      files == [
        "SHA256SUMS", "_SUCCESS", "changes.json", "history.csv", "manifest.json", "metrics.json",
        "model/README.md", "model/config.json", "model/items.csv", "model/manifest.json",
        "model/metrics.json", "model/model.safetensors", "model/plan.json",
        "model/seen.safetensors", "model/users.csv", "openlineage.jsonl", "plan.json",
        "provenance.json", "recommendations.csv", "recommendations.jsonl", "report.html",
        "report.json", "run.json",
      ])
    #expect(try FileSystem.list(fixture.path("out/.staging")).isEmpty)
  }

  @Test func theListsAreThoseOfAllUsersWithoutWhatTheyRated() throws {
    let fixture = try JobFixture()
    _ = try fixture.run()
    let run = try fixture.latest
    let rated = fixture.ratedItems
    #expect(try run.faultsOfLists(rated: rated, titles: fixture.titles) == [])

    let lines = try run.recommendationLines()
    let users = rated.keys.compactMap { Int($0) }.sorted().map { "\($0)" }
    #expect(lines.map { $0["user_id"]?.stringValue } == users)
    let rows = try run.recommendationRows()
    #expect(try rows == run.rowsOfLines())
    // A user's list ends only where there is nothing left to recommend.
    let candidates = Set(rated.values.flatMap(\.self)).count
    for user in users {
      let expected = min(5, candidates - (rated[user]?.count ?? 0))
      #expect(rows.count { $0[0] == user } == expected)
    }
    #expect(rows.contains { $0[4].contains(",") } && rows.contains { $0[4].contains("\"") })
    #expect(rows.allSatisfy { !$0[3].contains("e") })
  }

  @Test func theMetricsHaveTheBaselineBesideTheModel() throws {
    let fixture = try JobFixture()
    _ = try fixture.run()
    let metrics = try fixture.latest.json("metrics.json")
    let model = try #require(metrics["evaluation"]?["model"])
    let baseline = try #require(metrics["evaluation"]?["baseline"])
    for method in [model, baseline] {
      let rmse = try #require(method["rmse"]?.doubleValue)
      let mse = try #require(method["mse"]?.doubleValue)
      let mae = try #require(method["mae"]?.doubleValue)
      #expect(abs(rmse * rmse - mse) < 1e-9)
      #expect(mae > 0 && mae <= rmse)
      #expect(try #require(method["r2"]?.doubleValue) < 1)
    }
    #expect(model["rmse"] != baseline["rmse"])
    let rows = fixture.data.rows().count
    let split = try #require(metrics["split"])
    let counts = ["train_rows", "validation_rows", "held_out_rows"].map { split[$0]?.intValue ?? 0 }
    #expect(counts[2] == (rows + 9) / 10)
    #expect(counts[1] == (rows - counts[2] + 9) / 10)
    #expect(counts.reduce(0, +) == rows)
    #expect(model["rows"]?.intValue == counts[2] && baseline["rows"]?.intValue == counts[2])
  }

  @Test func theManifestCoversEveryFileAndVerifies() throws {
    let fixture = try JobFixture()
    _ = try fixture.run()
    let run = try fixture.latest
    let entries = try #require(run.json("manifest.json")["files"]?.arrayValue)
    let paths = entries.compactMap { $0["path"]?.stringValue }
    let unlisted = ["SHA256SUMS", "_SUCCESS", "manifest.json"]
    #expect(paths == (try FileSystem.listTree(run.path).filter { !unlisted.contains($0) }))
    let rows = entries.first { $0["path"] == "recommendations.csv" }?["rows"]?.intValue
    #expect(try rows == run.recommendationRows().count)

    for path in ["out", "out/runs/\(run.name)", "out/latest/model"] {
      let outcome = try fixture.recjob("verify", path)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    let packed = try "out/latest/\(run.packedBundle)"
    #expect(try fixture.recjob("verify", packed).status == 0)
  }

  @Test func oneChangedByteOfAnyFileIsFound() throws {
    let fixture = try JobFixture()
    _ = try fixture.run()
    let run = try fixture.latest
    let files = try FileSystem.listTree(run.path).filter { $0 != "_SUCCESS" }
    for name in files {
      let bytes = try run.bytes(name)
      var damaged = bytes
      damaged[bytes.count / 2] ^= 1
      try DurableFile.write(damaged, to: run.file(name))
      let outcome = try fixture.recjob("verify", "out")
      #expect(outcome.status == 65, "\(name)")
      #expect(outcome.errors.contains("is damaged: \(name) "), "\(outcome.errors)")
      try DurableFile.write(bytes, to: run.file(name))
    }
    #expect(try fixture.recjob("verify", "out").status == 0)
    try FileSystem.removeFile(run.file("recommendations.csv"))
    let outcome = try fixture.recjob("verify", "out")
    #expect(outcome.status == 65)
    #expect(outcome.errors.contains("recommendations.csv is missing"))
  }

  @Test(arguments: ["dot", "biased-dot", "neural", "logistic-dot", "bias"])
  func everyModelRunsAndIsInspected(type: String) throws {
    let job = """
      {"name": "each", "dataset": {"sources": ["data.zip"]}, "model": {"type": "\(type)"},
       "training": {"max_epochs": 2}, "output": {"directory": "out"}}
      """
    let fixture = try JobFixture(job: job)
    let outcome = try fixture.run()
    #expect(outcome.status == 0, "\(outcome.errors)")
    let faults = try fixture.latest.faultsOfLists(
      rated: fixture.ratedItems, titles: fixture.titles)
    #expect(faults == [])
    let inspected = try fixture.recjob("inspect", "out")
    #expect(inspected.status == 0)
    #expect(inspected.output.hasPrefix("Model: \(type)\n"))
  }

  @Test func usersWithNothingLeftHaveEmptyLists() throws {
    // One user has rated every item, the other all but one.
    let lines = PlantedDataset(users: 2, items: 20, density: 1).ratingsCSV().split(separator: "\n")
    let fixture = try JobFixture(ratings: lines.dropLast().joined(separator: "\n"))
    let outcome = try fixture.run()
    #expect(outcome.status == 0, "\(outcome.errors)")
    let run = try fixture.latest
    let lists = try run.recommendationLines().map { $0["recommendations"]?.arrayValue?.count }
    #expect(lists == [0, 1])
    let rows = try run.recommendationRows()
    #expect(rows.map { Array($0.prefix(3)) } == [["2", "1", PlantedDataset.itemLabel(19)]])
    let counts = try #require(run.json("metrics.json")["recommendations"])
    #expect(counts["empty_lists"] == 1 && counts["short_lists"] == 1 && counts["rows"] == 1)
    let answer = try fixture.recjob("recommend", "out", "--user", "1")
    #expect(answer.status == 0, "\(answer.errors)")
  }

  @Test func onlyWhatIsAskedForIsExported() throws {
    let fixture = try JobFixture()
    let outcome = try fixture.run(
      "--set", #"export.formats=["jsonl"]"#, "--set", "export.compression=gzip")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let run = try fixture.latest
    let names = try FileSystem.list(run.path).filter { $0.hasPrefix("recommendations") }
    #expect(names == ["recommendations.jsonl.gz"])
    let text = try ArchiveReader(path: run.file(names[0])).readAll(member: "recommendations.jsonl")
    #expect(text.count { $0 == UInt8(ascii: "\n") } == fixture.ratedItems.count)
  }
}
