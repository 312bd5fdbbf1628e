import Ratings
import Storage
import TestSupport
import Testing

/// What training may see of the rows that the model is measured on.
@Suite struct ProtocolTests {
  /// The planted ratings with those of the held-out rows in reverse order, so that their scale stays.
  private static func ratingsWithOtherHeldOutValues(_ data: PlantedDataset) -> String {
    let rows = data.rows()
    let heldOut = RandomSplit.heldOutRows(count: rows.count, testFraction: 0.1, seed: 42)
    var values = rows.map(\.value)
    for (row, other) in zip(heldOut, heldOut.reversed()) {
      values[Int(row)] = rows[Int(other)].value
    }
    return zip(rows, values).reduce(into: "userId,movieId,rating,timestamp\n") { text, pair in
      let (row, value) = pair
      let (user, item) = (PlantedDataset.userLabel(row.user), PlantedDataset.itemLabel(row.item))
      text += "\(user),\(item),\(value),\(row.timestamp)\n"
    }
  }

  @Test func heldOutRatingsReachTrainingOnlyIfTheJobSaysSo() throws {
    let data = PlantedDataset(users: 40, items: 30)
    let original = try JobFixture(data)
    let changed = try JobFixture(data, ratings: Self.ratingsWithOtherHeldOutValues(data))
    let files = ["history.csv", "model/model.safetensors", "recommendations.csv"]
    for fixture in [original, changed] { #expect(try fixture.run().status == 0) }
    for file in files {
      #expect(try original.latest.bytes(file) == changed.latest.bytes(file), "\(file)")
    }
    #expect(try original.latest.bytes("metrics.json") != changed.latest.bytes("metrics.json"))

    for fixture in [original, changed] {
      #expect(try fixture.run("--set", "split.validation=test").status == 0)
    }
    #expect(try original.latest.bytes("history.csv") != changed.latest.bytes("history.csv"))
  }

  @Test func watchingTheHeldOutRowsIsSaidWhereverTheErrorStands() throws {
    let fixture = try JobFixture()
    func protocolText() throws -> String? {
      try fixture.latest.json("metrics.json")["evaluation"]?["protocol"]?.stringValue
    }
    let honest = try fixture.run()
    #expect(!honest.output.contains("optimistic"))
    #expect(try protocolText() == "held-out")
    #expect(try !fixture.recjob("inspect", "out").output.contains("optimistic"))

    let watching = try fixture.run("--set", "split.validation=test")
    #expect(watching.status == 0)
    #expect(watching.output.contains("optimistic: training watched the held-out rows"))
    #expect(watching.errors.contains("optimistic"))
    #expect(try protocolText()?.contains("optimistic") ?? false)
    #expect(try fixture.recjob("inspect", "out").output.contains("optimistic"))
    #expect(try FileSystem.readText(fixture.latest.file("model/README.md")).contains("optimistic"))
    #expect(try fixture.latest.json("plan.json")["training"]?["refit"] == "none")
  }

  @Test func trainingStopsEarlyAndTrainsAgainForTheBestEpoch() throws {
    let fixture = try JobFixture()
    let outcome = try fixture.run(
      "--set", "training.max_epochs=200", "--set", "training.learning_rate=0.05")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let run = try fixture.latest
    let watched = try run.history("validation_rmse")
    let training = try #require(run.json("metrics.json")["training"])
    let best = try #require(training["best_epoch"]?.intValue)
    #expect(watched.count < 200)
    // Three epochs without an improvement of 0.0001 are waited for.
    #expect(watched.count == best + 3)
    let least = try #require(watched.min())
    #expect(watched[best - 1] <= least + 1e-4)
    #expect(try run.table("history.csv").count { $0["phase"] == "refit" } == best)
  }
}
