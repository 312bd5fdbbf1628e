import Storage
import TestSupport
import Testing

/// Python with numpy and safetensors reads bundles and comes to what the program came to.
@Suite struct InteropTests {
  /// Compares a run with what Python makes of its bundle and of the archive's ratings.
  static func expectPythonAgrees(
    _ run: PublishedRun, archive: String, users: Int, recommendations: Int
  ) throws {
    let outcome = try Python.run("read_bundle.py", [run.path, archive])
    try #require(outcome.status == 0, "\(outcome.errors)")
    let found = try JSONParser.parseValue(Array(outcome.output.utf8), path: "read_bundle.py")
    #expect(found["compared"]?.intValue == recommendations)
    #expect(found["card_users"]?.intValue == users)
    for gap in ["key_gap", "score_gap", "card_score_gap"] {
      #expect(try #require(found[gap]?.doubleValue) <= 1e-5, "\(gap)")
    }
    // Nearly equal scores may change places where other arithmetic computes them.
    #expect(try #require(found["moved"]?.intValue) * 100 <= recommendations)
    let model = try #require(run.json("metrics.json")["evaluation"]?["model"])
    #expect(found["held_out"] == model["rows"])
    let rmse = try #require(model["rmse"]?.doubleValue)
    #expect(abs(try #require(found["rmse"]?.doubleValue) - rmse) <= 1e-5)
  }

  @Test(.needsPython, arguments: ["biased-dot", "neural"])
  func pythonRecomputesListsAndErrors(model: String) throws {
    // With few ratings some items are held out altogether.
    let fixture = try JobFixture(PlantedDataset(users: 60, items: 80, density: 0.03))
    let outcome = try fixture.run("--set", "model.type=\(model)")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let run = try fixture.latest
    #expect(try run.table("model/items.csv").contains { $0["train_count"] == "0" })
    try Self.expectPythonAgrees(
      run, archive: fixture.path("data.zip"), users: fixture.ratedItems.count,
      recommendations: run.recommendationRows().count)
  }
}

extension MainJob {
  @Suite struct MainJobInteropTests {
    @Test(.needsPython) func pythonRecomputesListsAndErrors() throws {
      try InteropTests.expectPythonAgrees(
        PublishedRun(MainJob.run().output), archive: Project.dataset, users: 610,
        recommendations: 6_100)
    }
  }
}
