import Recommenders
import Storage
import TestSupport
import Testing

@testable import Job

struct ModelComparisonTests {
  private static let list = #"""
    "compare": [
      {"name": "untrained", "training": {"max_epochs": 1, "learning_rate": 0.000001}},
      {"name": "a, \"b\" & <c>", "model": {"type": "bias"}},
      {"name": "trained", "training": {"max_epochs": 20}}
    ]
    """#

  @Test func modelsAreSortedAndMeasuredAgainstTheBest() async throws {
    let outcome = try await SearchFixture(Self.list).compare()
    #expect(outcome.rows.map(\.name).last == "untrained")
    let rmse = outcome.rows.compactMap(\.rmse)
    #expect(rmse.count == 3 && rmse == rmse.sorted())
    #expect(outcome.rows[0].rmseDifference == nil)
    for row in outcome.rows.dropFirst() {
      let found = try #require(row.rmseDifference)
      #expect(abs(found.paired.difference - (try #require(row.rmse) - rmse[0])) < 1e-12)
      #expect(found.adjusted >= found.paired.p)
    }
    // Factors that were hardly trained are worse for nearly every user.
    #expect(outcome.rows[2].rmseDifference?.isSignificant == true)
    #expect(outcome.rows.count { $0.ndcgDifference == nil } == 1)
    #expect(outcome.rows.allSatisfy { $0.trainedRows == outcome.split.notHeldOut })
  }

  @Test func neitherTheFilesNorTheTableDependOnTheThreads() async throws {
    let fixture = try SearchFixture(Self.list)
    let (one, three) = (try await fixture.compare(), try await fixture.compare(threads: 3))
    #expect(one.document == three.document)
    #expect(one.csv == three.csv)
    #expect(ComparisonChart(one).svg == ComparisonChart(three).svg)
    let directory = fixture.directory.path("written/here")
    try one.write(to: directory)
    #expect(
      try FileSystem.list(directory).sorted() == [
        "comparison.csv", "comparison.json", "comparison.svg",
      ])
    #expect(one.jsonText.contains("\"record\"") && !one.document.text().contains("seconds"))
  }

  @Test func aModelAloneIsMeasuredAsTheRunDoes() async throws {
    let fixture = try SearchFixture(#""compare": [{"name": "mine"}]"#)
    let outcome = try await fixture.compare()
    var clock = StageClock(logger: SearchFixture.logger)
    let fetched = try await DatasetFetch(fixture.jobFile, fixture.plan).run()
    let dataset = try DatasetReading.read(fetched, options: fixture.plan.dataset)
    let run = try await JobComputation(
      plan: fixture.plan, threads: 2, logger: SearchFixture.logger
    ).run(dataset, &clock)
    let found = try #require(outcome.rows[0].measurement?.report)
    #expect(found.errors == run.evaluation.model.errors)
    #expect(found.rmseInterval == run.evaluation.model.rmseInterval)
    #expect(found.ranking == run.evaluation.model.ranking)
  }

  @Test func withoutAListEveryTypeIsComparedWithItsDefaults() throws {
    let fixture = try SearchFixture(#""recommend": {"k": 3}"#)
    let entries = try ModelComparison.entries(fixture.jobFile, fixture.plan)
    #expect(entries.map(\.plan.model.type) == ModelType.trainable)
    for entry in entries {
      #expect(entry.name == entry.plan.model.type.rawValue)
      #expect(entry.plan.model.factors == entry.plan.model.type.customaryFactors)
      #expect(entry.plan.training.seed == 7 && entry.plan.training.maxEpochs == 50)
      #expect(entry.plan.recommend.k == 3)
    }
  }

  @Test func entriesChangeTheirKeysAndKeepTheOthers() throws {
    let fixture = try SearchFixture(
      #""compare": [{"name": "a", "model": {"type": "neural"}, "training": {"early_stopping": null}}]"#
    )
    let entry = try #require(try ModelComparison.entries(fixture.jobFile, fixture.plan).first)
    #expect(entry.plan.model.type == .neural && entry.plan.model.factors == 2)
    #expect(entry.plan.training.earlyStopping == nil && entry.plan.training.batchSize == 16)
  }

  @Test func aModelThatDivergesIsNamedAndTheOthersAreCompared() async throws {
    let outcome = try await SearchFixture(
      #"""
      "compare": [
        {"name": "wild", "model": {"type": "dot"}, "training": {"optimizer": "sgd", "learning_rate": 1e30}},
        {"name": "bias", "model": {"type": "bias"}}
      ]
      """#
    ).compare()
    #expect(outcome.rows.map(\.name) == ["bias", "wild"])
    #expect(outcome.rows[1].failure?.contains("diverged") == true)
    #expect(outcome.text.contains("wild: training diverged"))
    #expect(outcome.csv.contains("\nwild,dot,false,,,"))
  }

  @Test func aJobThatWatchesTheHeldOutRowsIsRefused() throws {
    let fixture = try SearchFixture(#""split": {"validation": "test"}"#)
    #expect(throws: PlanError.self) {
      try ModelComparison(
        jobFile: fixture.jobFile, plan: fixture.plan, settings: RunSettings(),
        logger: SearchFixture.logger)
    }
  }

  @Test func thePictureIsXMLThatSaysWhatItShows() async throws {
    let outcome = try await SearchFixture(Self.list).compare()
    let svg = ComparisonChart(outcome).svg
    var (open, counts): ([Substring], [Substring: Int]) = ([], [:])
    for tag in svg.matches(of: /<(\/?)([a-z]+)[^<>]*?(\/?)>/) {
      if !tag.1.isEmpty {
        #expect(open.popLast() == tag.2)
        continue
      }
      counts[tag.2, default: 0] += 1
      if tag.3.isEmpty { open.append(tag.2) }
    }
    #expect(open.isEmpty)
    #expect(counts["title"] == 1 && counts["desc"] == 1)
    // A dot for each RMSE and each NDCG, and two that explain them.
    #expect(counts["circle"] == 3 + 3 + 2)
    #expect(counts["script"] == nil && !svg.contains("href"))
    #expect(svg.contains("a, &quot;b&quot; &amp; &lt;c&gt;"))
    for row in outcome.rows {
      #expect(svg.contains(ComparisonOutcome.fixed(try #require(row.rmse), digits: 4)))
    }
  }

  @Test func anAxisHoldsItsValuesBetweenRoundMarks() {
    let axis = ComparisonChart.Axis(from: 0.7612, to: 0.913, start: 100, width: 200)
    #expect(axis.ticks == [0.75, 0.8, 0.85, 0.9, 0.95])
    #expect(axis.digits == 2)
    #expect(axis.place(0.75) == 100 && axis.place(0.95) == 300 && axis.place(2) == 300)
    let small = ComparisonChart.Axis(from: 0, to: 0.27, start: 0, width: 1)
    #expect(
      small.ticks == [0, 0.1, 0.2, 0.3] || small.ticks == [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3])
    #expect(ComparisonOutcome.fixed(0.5, digits: 3) == "0.500")
    #expect(
      ComparisonOutcome.fixed(2, digits: 1) == "2.0" && ComparisonOutcome.fixed(2, digits: 0) == "2"
    )
  }
}
