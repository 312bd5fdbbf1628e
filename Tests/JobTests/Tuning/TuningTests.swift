import Ratings
import Recommenders
import Storage
import TestSupport
import Testing

@testable import Job

struct TuningTests {
  @Test func theBestOfTheLastRoundIsFoundWhateverTheThreads() async throws {
    let fixture = try SearchFixture(SearchFixture.tune)
    let outcome = try await fixture.tune()
    #expect(outcome.trials.count == 6)
    #expect(outcome.results.count { $0.rung == 1 } == 6)
    // Three go on, and the job as it is, if it is not one of them.
    let last = outcome.results.filter { $0.rung == 2 }
    #expect(last.count == 3 || last.count == 4)
    #expect(last.contains { $0.trial == 1 })
    let value = try #require(outcome.last(outcome.best.number)?.value)
    #expect(last.compactMap(\.value).min() == value)
    let own = try #require(outcome.last(1)?.value)
    #expect(value <= own)
    try FileSystem.removeFile(fixture.journal)
    #expect(try await fixture.tune(threads: 3).jsonText == outcome.jsonText)
  }

  @Test func aSearchThatWasStoppedGoesOnToTheSameBytes() async throws {
    let fixture = try SearchFixture(SearchFixture.tune)
    let whole = try await fixture.tune()
    let lines = try FileSystem.readText(fixture.journal).split(separator: "\n")
    #expect(lines.count == 1 + whole.results.count)
    for kept in [1, 2, 5, lines.count] {
      let text = lines.prefix(kept).joined(separator: "\n") + "\n"
      try DurableFile.write(text, to: fixture.journal)
      #expect(try await fixture.tune().jsonText == whole.jsonText)
    }
  }

  @Test func resultsThatAreKeptAreNotComputedAgain() async throws {
    let fixture = try SearchFixture(SearchFixture.tune)
    _ = try await fixture.tune()
    var journal = TuningJournal(
      directory: fixture.directory.path("elsewhere"), key: SHA256Digest(of: "another"))
    let text = try FileSystem.readText(fixture.journal)
    let lines = text.split(separator: "\n")
    let first = try #require(TrialResult(JSONParser.parseValue(Array(lines[1].utf8), path: "")))
    #expect(first.trial == 1 && first.rung == 1)
    // A value that no training would come to.
    var other = first
    other.value = 0.0625
    try journal.add(other)
    let changed = [String(lines[0]), other.json.text()].joined(separator: "\n") + "\n"
    try DurableFile.write(changed, to: fixture.journal)
    let outcome = try await fixture.tune()
    #expect(outcome.results.first { $0.rung == 1 && $0.trial == 1 }?.value == 0.0625)
  }

  @Test func aJournalOfAnotherKeyOrThatIsCutIsNotBelieved() throws {
    let directory = try TemporaryDirectory()
    let key = SHA256Digest(of: "key")
    var journal = TuningJournal(directory: directory.path, key: key)
    let results = (1...3).map {
      TrialResult(rung: 1, trial: $0, value: 0.1 * Double($0), epochs: $0, isOver: false)
    }
    for result in results { try journal.add(result) }
    #expect(TuningJournal(directory: directory.path, key: key).results == results)
    let text = try FileSystem.readText(journal.path)
    try DurableFile.write(String(text.dropLast(20)), to: journal.path)
    #expect(TuningJournal(directory: directory.path, key: key).results == Array(results.prefix(2)))
    try DurableFile.write(text.replacing(key.hex, with: "0"), to: journal.path)
    #expect(TuningJournal(directory: directory.path, key: key).results.isEmpty)
  }

  @Test func theHeldOutRatingsHaveNoInfluence() async throws {
    let dataset = try PlantedDataset(users: 40, items: 30).dataset()
    var plan = Plan(name: "planted", sources: [])
    plan.model.factors = 3
    plan.training.learningRate = 0.02
    plan.training.maxEpochs = 4
    let split = try DatasetSplit(dataset: dataset, options: plan.split)
    let isHeldOut = Set(split.heldOut)
    let ratings = dataset.ratings
    // What is held out is not a number; whoever looks at it comes to none.
    let spoilt = RatingColumns(
      users: ratings.users, items: ratings.items,
      values: ratings.values.enumerated().map {
        isHeldOut.contains(Int32($0.offset)) ? .nan : $0.element
      }, timestamps: ratings.timestamps)
    func data(_ ratings: RatingColumns) -> TuningData {
      TuningData(
        ratings: ratings, split: split, users: dataset.users.count, items: dataset.items.count,
        scale: dataset.scale, details: dataset.itemDetails)
    }
    #expect(data(ratings).ratings == data(spoilt).ratings)
    #expect(data(spoilt).ratings.values.allSatisfy { $0.isFinite })
    for metric in TuneMetric.allCases {
      for type in [ModelType.biasedDot, .bias] {
        plan.model.type = type
        var tune = TuneOptions()
        tune.metric = metric
        let values = try await [ratings, spoilt].asyncMap {
          try await TrialComputation(data: data($0), tune: tune, threads: 1).run(plan, share: 0.5)
            .value
        }
        #expect(values[0].isFinite && values[0] == values[1])
      }
    }
  }

  @Test func aPartOfTheUsersGrowsAndKeepsItsRowsTogether() throws {
    let dataset = try PlantedDataset(users: 40, items: 30).dataset()
    let split = try DatasetSplit(dataset: dataset, options: SplitOptions())
    let data = TuningData(dataset, split)
    #expect(data.ratings.count == split.trainAndCarvedValidation.count)
    #expect(data.train.count == split.train.count)
    let (quarter, half) = (data.part(0.25, seed: 1), data.part(0.5, seed: 1))
    #expect(Set(quarter.train).isSubset(of: half.train))
    #expect(Set(quarter.validation).isSubset(of: half.validation))
    let users = Set(quarter.train.map { data.ratings.users[Int($0)] })
    #expect(users.count <= 10 && users.count >= 8)
    #expect(
      quarter.train.count == data.train.count { users.contains(data.ratings.users[Int($0)]) })
    #expect(data.part(1, seed: 1).train == data.train)
  }

  @Test func theBestIsWrittenAsAJobThatHasNothingLeftToSearch() async throws {
    let fixture = try SearchFixture(SearchFixture.tune)
    let outcome = try await fixture.tune()
    let tuned = try TunedJob(fixture.jobFile, path: nil, overwrites: false)
    #expect(tuned.path == fixture.directory.path("job.tuned.json"))
    try tuned.write(outcome)
    let file = try JobFile(contentsOf: tuned.path)
    let plan = try Plan(file)
    #expect(plan.tune == nil)
    #expect(plan == outcome.best.plan)
    #expect(file.root["$comment"]?.value.stringValue?.contains("Found by recjob tune") == true)
    #expect(throws: TuningError.fileExists(path: tuned.path)) {
      try TunedJob(fixture.jobFile, path: nil, overwrites: false)
    }
    try TunedJob(fixture.jobFile, path: nil, overwrites: true).write(outcome)
    #expect(TunedJob.isBeside(fixture.jobFile, fixture.directory.path("x.json")))
    #expect(!TunedJob.isBeside(fixture.jobFile, fixture.directory.path("data/x.json")))
  }

  @Test func theTableNamesEveryTrialAndTheBest() async throws {
    let fixture = try SearchFixture(SearchFixture.tune)
    let outcome = try await fixture.tune()
    let lines = outcome.text.split(separator: "\n")
    let start = try #require(lines.firstIndex { $0.hasPrefix("-----") })
    #expect(lines[(start + 1)...].count == 6 + 1)
    #expect(lines[start + 1].split(separator: " ").first == "\(outcome.best.number)")
    #expect(lines.last?.contains("validation RMSE") == true)
  }

  @Test func aJobWithoutRangesHasNothingToSearch() throws {
    let fixture = try SearchFixture(#""recommend": {"k": 3}"#)
    #expect(throws: PlanError.self) {
      try Tuning(
        jobFile: fixture.jobFile, plan: fixture.plan, settings: RunSettings(),
        logger: SearchFixture.logger)
    }
  }
}

extension Array {
  /// What a closure makes of each element, one after the other.
  fileprivate func asyncMap<Value>(_ body: (Element) async throws -> Value) async throws -> [Value]
  {
    var values: [Value] = []
    for element in self { values.append(try await body(element)) }
    return values
  }
}
