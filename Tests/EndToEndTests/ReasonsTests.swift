import Storage
import TestSupport
import Testing

/// Why items are recommended, as every output says it.
@Suite struct ReasonsTests {
  @Test(
    arguments: [
      ("als", "exact"), ("svd-plus-plus", "exact"), ("ials", "exact"), ("item-knn", "exact"),
      ("biased-dot", "similarity"),
    ])
  func theListsTheBundleAndItsSummarySayTheSame(type: String, kind: String) throws {
    let fixture = try JobFixture(
      PlantedDataset(users: 40, items: 60, density: 0.3),
      job: """
        { "name": "planted", "dataset": { "sources": ["data.zip"] },
          "model": { "type": "\(type)" }, "training": { "max_epochs": 4 },
          "recommend": { "k": 3, "rank_by": "rating", "explain": 2 },
          "gates": { "beat_baseline": "off" }, "output": { "directory": "out" } }
        """)
    let outcome = try fixture.run()
    #expect(outcome.status == 0, "\(outcome.errors)")
    let run = try fixture.latest
    let lines = try run.recommendationLines()
    #expect(!lines.isEmpty)
    #expect(lines.allSatisfy { $0["because_kind"]?.stringValue == kind })
    let rated = fixture.ratedItems
    for line in lines {
      let user = try #require(line["user_id"]?.stringValue)
      for item in line["recommendations"]?.arrayValue ?? [] {
        let reasons = try #require(item["because"]?.arrayValue)
        #expect(reasons.count <= 2)
        for reason in reasons {
          #expect(rated[user]?.contains(reason["item_id"]?.stringValue ?? "") == true)
          #expect((reason["contribution"]?.doubleValue ?? 0) > 0)
        }
      }
    }
    // The bundle alone gives the same reasons.
    for line in lines.prefix(5) {
      let user = try #require(line["user_id"]?.stringValue)
      let answer = try fixture.recjob("recommend", "out", "--user", user, "-k", "3", "--json")
      let told = try JSONParser.parseValue(Array(answer.output.utf8), path: "answer")
      #expect(told["because_kind"]?.stringValue == kind)
      let reasons = told["recommendations"]?.arrayValue?.map { $0["because"] }
      #expect(reasons == line["recommendations"]?.arrayValue?.map { $0["because"] })
      #expect(reasons?.isEmpty == false)
    }
    let user = try #require(lines[0]["user_id"]?.stringValue)
    let text = try fixture.recjob("recommend", "out", user).output
    #expect(text.contains(kind == "exact" ? "what each adds to the score's key" : "similarity"))
    let summary = try fixture.recjob("inspect", "out", "--json").output
    #expect(summary.contains("\"because_kind\": \"\(kind)\""))
  }

  @Test(arguments: ["als", "ials"])
  func aModelOfAllRowsTakesAllOfThemAsReasons(type: String) throws {
    let fixture = try JobFixture(
      PlantedDataset(users: 30, items: 20),
      job: """
        { "name": "planted", "dataset": { "sources": ["data.zip"] },
          "model": { "type": "\(type)" }, "training": { "max_epochs": 3, "refit": "all" },
          "recommend": { "k": 3, "rank_by": "rating", "explain": 1 },
          "gates": { "beat_baseline": "off" }, "output": { "directory": "out" } }
        """)
    let outcome = try fixture.run()
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = try fixture.latest.recommendationLines()
    #expect(lines.allSatisfy { $0["because_kind"]?.stringValue == "exact" })
    let user = try #require(lines[0]["user_id"]?.stringValue)
    let answer = try fixture.recjob("recommend", "out", user, "-k", "3", "--json")
    #expect(answer.output.contains(#""because_kind":"exact""#), "\(answer.errors)")
  }
}
