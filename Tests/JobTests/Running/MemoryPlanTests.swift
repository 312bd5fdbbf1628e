import Kernels
import Ratings
import Recommenders
import Storage
import TestSupport
import Testing

@testable import Job

struct MemoryPlanTests {
  private static let counts = MemoryPlan.Counts(ratings: 1_000_000, users: 6_000, items: 4_000)

  private static func plan(_ members: String = #""lock_wait_seconds": 0"#) throws -> Plan {
    try JobDocuments.plan(adding: members)
  }

  private static func memory(_ plan: Plan, threads: Int = 1) -> MemoryPlan {
    MemoryPlan(plan, counts, threads: threads)
  }

  @Test func theSizesAreThoseOfTheRealLayouts() {
    let columns = RatingColumns(
      users: [UserIndex(0)], items: [ItemIndex(0)], values: [1], timestamps: [0])
    func stride<Element>(_ values: [Element]) -> Int { MemoryLayout<Element>.stride }
    #expect(
      MemoryPlan.Size.columns
        == stride(columns.users) + stride(columns.items) + stride(columns.values))
    #expect(MemoryPlan.Size.label == MemoryLayout<String>.stride)
    #expect(MemoryPlan.Size.recommendation == MemoryLayout<ScoredItem>.stride)
    #expect(
      EmbeddingTable(rows: 1, dimension: 1).stride == MemoryPlan.Size.paddedParameters)
    #expect(
      EmbeddingTable(rows: 1, dimension: MemoryPlan.Size.paddedParameters + 1).stride
        == 2 * MemoryPlan.Size.paddedParameters)
  }

  @Test func thePeakIsTheLargestStage() throws {
    let memory = Self.memory(try Self.plan())
    #expect(memory.bytes == memory.stages.map(\.bytes).max())
    #expect(
      memory.stages.map(\.stage)
        == [.read, .split, .train, .evaluate, .recommend, .gate, .export, .bundle])
    for stage in memory.stages {
      #expect(stage.bytes == stage.parts.reduce(0) { $0 + $1.bytes })
      #expect(stage.parts.allSatisfy { $0.bytes >= 0 })
    }
  }

  @Test func moreOfAnythingTakesMore() throws {
    // `auto` would take the smaller model for more.
    let ease = #""recommend": {"relevance": {"model": "ease"}}"#
    let least = Self.memory(try Self.plan(ease)).stages.map(\.bytes)
    func grown(_ stage: Stage, _ memory: MemoryPlan) -> Bool {
      zip(memory.stages, least).contains { $0.stage == stage && $0.bytes > $1 }
    }
    #expect(grown(.train, Self.memory(try Self.plan(#""model": {"factors": 200}"#))))
    #expect(grown(.train, Self.memory(try Self.plan(#""training": {"batch_size": 5000}"#))))
    #expect(
      grown(
        .train, Self.memory(try Self.plan(#""model": {"type": "neural", "hidden": [64, 32]}"#))))
    #expect(grown(.evaluate, Self.memory(try Self.plan(#""training": {"refit": "all"}"#))))
    #expect(grown(.recommend, Self.memory(try Self.plan(#""recommend": {"k": 500}"#))))
    #expect(grown(.recommend, Self.memory(try Self.plan(), threads: 64)))
    #expect(grown(.export, Self.memory(try Self.plan(#""recommend": {"k": 500}"#))))
    let early = try Self.plan(#""training": {"early_stopping": null}"#)
    #expect(Self.memory(early).stages[2].bytes < least[2])
    var counts = Self.counts
    for path in [\MemoryPlan.Counts.ratings, \.users, \.items] {
      counts[keyPath: path] *= 2
      let more = MemoryPlan(try Self.plan(ease), counts, threads: 1)
      #expect(zip(more.stages, least).allSatisfy { $0.bytes > $1 })
    }
  }

  @Test func aTrainedTableIsItsWeightsAndMomentsAndTheBestWeightsWhereTheyAreKept() throws {
    var options = try Self.plan(#""model": {"type": "dot", "factors": 50}"#)
    options.training.batchSize = 1
    options.recommend.rankBy = .rating
    let row = EmbeddingTable(rows: 1, dimension: 50).stride * 4
    let training = Self.memory(options).stages[2].parts.first { $0.name == "training" }
    let rows = Self.counts.users + Self.counts.items
    let batch = 2 * row
    #expect(training?.bytes == 4 * rows * row + rows * MemoryPlan.Size.trainedRow + batch)
  }

  @Test func listsAreNoLongerThanThereAreItems() throws {
    let all = Self.memory(try Self.plan(#""recommend": {"k": 4000}"#))
    let more = Self.memory(try Self.plan(#""recommend": {"k": 100000}"#))
    #expect(all == more)
    #expect(Self.memory(try Self.plan(#""recommend": {"k": 3999}"#)) != all)
  }

  @Test func theTextOfAnExportDoesNotGrowWithUsersOrThreads() throws {
    func text(_ users: Int, k: Int, threads: Int) throws -> Int {
      let memory = MemoryPlan(
        try Self.plan(#""recommend": {"k": \#(k)}"#),
        MemoryPlan.Counts(ratings: 1_000_000, users: users, items: 4_000), threads: threads)
      let export = try #require(memory.stages.first { $0.stage == .export })
      return try #require(export.parts.first { $0.name == "export text" }).bytes
    }
    #expect(try text(1_000, k: 10, threads: 16) < text(10_000, k: 10, threads: 16))
    #expect(try text(10_000, k: 10, threads: 1) < text(10_000, k: 10, threads: 2))
    for k in [1, 10, 1_000, 4_000] {
      #expect(try text(1_000_000, k: k, threads: 16) == text(10_000_000, k: k, threads: 256))
      #expect(try text(10_000_000, k: k, threads: 256) < 66 << 20)
    }
  }

  @Test func onlyARunAboveTheLimitIsRefused() throws {
    let memory = Self.memory(try Self.plan(#""model": {"factors": 2000}"#))
    let needed = MemoryPlan.megabytes(memory.bytes)
    #expect(memory.peak.stage == .train)
    #expect(memory.refusal(limit: nil) == nil)
    #expect(memory.refusal(limit: needed) == nil)
    let reason = try #require(memory.refusal(limit: needed - 1))
    #expect(
      reason.hasPrefix("the run would take about \(needed) MB in stage train (training "))
    #expect(reason.contains("more than the \(needed - 1) MB allowed; raise the limit, or lower"))
    #expect(reason.contains("/model/factors"))
  }

  private static let stack =
    #""model": [{"type": "svd-plus-plus"}, {"type": "biased-dot"}], "select": "stack""#

  @Test func asManyTrainingsAreDoneAtOnceAsThereAreThreadsWhereRatingsAreFew() throws {
    let plan = try Self.plan(Self.stack)
    func atOnce(_ plan: Plan, ratings: Int, threads: Int) -> Int {
      MemoryPlan(
        plan, MemoryPlan.Counts(ratings: ratings, users: 600, items: 900), threads: threads
      ).trainingsAtOnce
    }
    #expect(atOnce(plan, ratings: 100_000, threads: 8) == 8)
    #expect(atOnce(plan, ratings: 1_000_000, threads: 8) == 4)
    #expect(atOnce(plan, ratings: 20_000_000, threads: 8) == 1)
    #expect(atOnce(plan, ratings: 100, threads: 1) == 1)
    // Two models and four folds of each.
    #expect(atOnce(plan, ratings: 100, threads: 64) == 10)
    #expect(atOnce(try Self.plan(), ratings: 100, threads: 8) == 1)
  }

  @Test func aLimitMeansFewerTrainingsAtOnceAndNoRefusal() throws {
    let large = #""model": [{"factors": 900}, {"factors": 800}], "select": "blend""#
    let free = Self.memory(try Self.plan(large), threads: 2)
    let one = Self.memory(try Self.plan(large), threads: 1)
    #expect(free.trainingsAtOnce == 2 && free.peak.stage == .train && free.bytes > one.bytes)
    let limit = MemoryPlan.megabytes(one.bytes)
    let limited = Self.memory(
      try Self.plan(large + #", "limits": {"memory_mb": \#(limit)}"#), threads: 2)
    #expect(limited.trainingsAtOnce == 1 && limited.bytes == one.bytes)
    #expect(limited.refusal(limit: limit) == nil)
  }

  @Test func samplingTakesMoreTheMoreFeaturesThereAre() throws {
    func bytes(_ features: String) throws -> Int {
      let plan = try Self.plan(
        #""model": {"type": "bayesian-fm", "kept_samples": 4, "features": [\#(features)]}"#)
      return try #require(Self.memory(plan).stages.first { $0.stage == .train }).bytes
    }
    let none = try bytes("")
    #expect(try bytes(#""implicit""#) == none + 70_000_000)
    #expect(try bytes(#""implicit", "time-neighbours""#) == none + 250_000_000)
  }

  @Test func keysAreRememberedWhereListsAskForThemTwice() throws {
    func keys(_ members: String) throws -> Int {
      let stage = try #require(
        Self.memory(try Self.plan(members)).stages.first { $0.stage == .recommend })
      return stage.parts.first { $0.name == "ranking keys" }?.bytes ?? -1
    }
    #expect(try keys(#""lock_wait_seconds": 0"#) == KeyMemory.room)
    #expect(try keys(#""recommend": {"rank_by": "rating"}"#) == 0)
    #expect(try keys(#""recommend": {"rank_by": "rating", "diversity": 0.5}"#) == KeyMemory.room)
    #expect(try keys(#""training": {"refit": "all"}"#) == 0)
  }

  @Test func aForecastRestsOnTheSizeOfALocalDataset() throws {
    let directory = try TemporaryDirectory()
    func line(_ source: String) throws -> String {
      let text = #"{"name": "least", "dataset": {"sources": ["\#(source)"]}}"#
      let file = try JobFile(
        bytes: Array(text.utf8), path: "job.json", baseDirectory: directory.path)
      return MemoryForecast(file, try Plan(file), threads: 1).line
    }
    #expect(try line("ratings.csv").hasPrefix("memory: unknown"))
    #expect(try line("https://data.example.invalid/r.zip").hasPrefix("memory: unknown"))
    try directory.write(Array(repeating: 65, count: 250_000), to: "ratings.csv")
    try directory.write(Array(repeating: 65, count: 250_000), to: "ratings.zip")
    let plain = try line("ratings.csv")
    #expect(plain.hasPrefix("memory: roughly "))
    #expect(
      plain.contains("250000 bytes of the dataset as 10000 ratings, 101 users and 1001 items"))
    #expect(try line("ratings.zip").contains("as 40000 ratings"))
  }
}
