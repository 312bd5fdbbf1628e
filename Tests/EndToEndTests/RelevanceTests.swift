import Storage
import TestSupport
import Testing

/// Lists that are ordered by more than the predicted rating.
@Suite struct RelevanceTests {
  private static let ease = """
    {
      "name": "ease",
      "dataset": { "sources": ["data.zip"] },
      "model": { "type": "ease", "low_input": 0.25 },
      "training": { "l2": 10 },
      "output": { "directory": "out" },
      "gates": { "max_test_rmse": 0.001 }
    }

    """

  @Test func theBundleAnswersWithThePublishedLists() throws {
    let fixture = try JobFixture(PlantedDataset(users: 40, items: 60, density: 0.3))
    let outcome = try fixture.run(
      "--set", "recommend.rank_by=relevance", "--set", "recommend.relevance.l2=20",
      "--set", "recommend.diversity=0.2", "--set", "recommend.max_per_genre=3")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let run = try fixture.latest
    let config = try run.json("model/config.json")
    #expect(config["relevance"]?["type"] == "ease")
    #expect(config["relevance"]?["details"]?["l2"]?.doubleValue == 20)
    let rows = try run.recommendationRows()
    #expect(try rows == run.rowsOfLines())
    #expect(try run.faultsOfLists(rated: fixture.ratedItems, titles: fixture.titles) == [])
    for user in Set(rows.map { $0[0] }).sorted().prefix(4) {
      let answer = try fixture.recjob("recommend", "out", "--user", user, "-k", "5", "--json")
      let items = try JSONParser.parseValue(Array(answer.output.utf8), path: "answer")[
        "recommendations"]?.arrayValue?.map {
          $0["item_id"]?.stringValue
        }
      #expect(items == rows.filter { $0[0] == user }.map { $0[2] })
    }
  }

  @Test func theOrderChangesTheListsAndNotTheScores() throws {
    let fixture = try JobFixture(PlantedDataset(users: 40, items: 60, density: 0.3))
    _ = try fixture.run("--set", "recommend.rank_by=rating")
    let byRating = try fixture.latest.recommendationRows()
    _ = try fixture.run("--set", "recommend.rank_by=relevance")
    let byRelevance = try fixture.latest.recommendationRows()
    #expect(byRating.map { $0[2] } != byRelevance.map { $0[2] })
    var scores: [[String]: String] = [:]
    for row in byRating { scores[[row[0], row[2]]] = row[3] }
    let common = byRelevance.filter { scores[[$0[0], $0[2]]] != nil }
    #expect(!common.isEmpty)
    #expect(common.allSatisfy { scores[[$0[0], $0[2]]] == $0[3] })
  }

  @Test func threadsDoNotChangeAByte() throws {
    let fixture = try JobFixture()
    var runs: [PublishedRun] = []
    for threads in ["1", "2", "5"] {
      let outcome = try fixture.run(
        "--set", "recommend.rank_by=relevance", "--set", "recommend.diversity=0.3", "--threads",
        threads, "--force")
      #expect(outcome.status == 0, "\(outcome.errors)")
      runs.append(try fixture.latest)
    }
    for file in ["recommendations.csv", "metrics.json", "model/model.safetensors"] {
      let bytes = try runs[0].bytes(file)
      for run in runs.dropFirst() { #expect(try run.bytes(file) == bytes, "\(file)") }
    }
  }

  @Test func aRelevanceModelIsPublishedWithoutErrorsOfRatings() throws {
    let fixture = try JobFixture(job: Self.ease)
    let outcome = try fixture.run()
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("NDCG@10 0."))
    let run = try fixture.latest
    let model = try run.json("metrics.json")["evaluation"]?["model"]
    #expect(model?["rmse"] == .null)
    #expect((model?["ranking"]?["ndcg"]?.doubleValue ?? 0) > 0)
    let rows = try run.recommendationRows()
    let answer = try fixture.recjob("recommend", "out", "--user", rows[0][0], "--json")
    let items = try JSONParser.parseValue(Array(answer.output.utf8), path: "answer")[
      "recommendations"]?.arrayValue?.map {
        $0["item_id"]?.stringValue
      }
    #expect(items == rows.filter { $0[0] == rows[0][0] }.map { $0[2] })
    #expect(try fixture.recjob("inspect", "out").status == 0)
  }

  @Test func ordersThatTheModelDoesNotHaveAreRefused() throws {
    let fixture = try JobFixture()
    let bound = try fixture.run("--set", "recommend.rank_by=lower-bound")
    #expect(bound.status == 78)
    #expect(bound.errors.contains("do not know how certain they are"))
    let twice = try JobFixture(job: Self.ease).run("--set", "recommend.rank_by=relevance")
    #expect(twice.status == 78)
    #expect(twice.errors.contains("by its relevance in any case"))
  }
}
