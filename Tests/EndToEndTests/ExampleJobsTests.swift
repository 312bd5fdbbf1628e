import Foundation
import Storage
import TestSupport
import Testing

/// Every job file that comes with the project does what it is an example of.
@Suite struct ExampleJobsTests {
  /// Few ratings and few epochs, so that what takes minutes takes a moment.
  private static let small = [
    "--set", "dataset.filters.since=2017-12-01", "--set", "training.max_epochs=2", "--quiet",
  ]
  /// The jobs that this suite runs like that, with what else makes them small.
  private static let runHere: [String: [String]] = [
    "best-lists.json": [],
    "best-rating.json": [
      "--set", "model.0.samples=4", "--set", "model.0.burn_in=1", "--set",
      "model.0.kept_samples=4", "--set", #"stack={"trees": 20}"#,
    ],
    "minimal.json": [],
    "movielens-small.json": ["--ignore-gates"],
    "neural-features.json": ["--ignore-gates", "--set", "model.hidden=[8]"],
    "tutorial-v1.json": [], "tutorial-v2.json": [], "tutorial-v3.json": [],
    "tutorial-v4.json": [],
  ]
  private static let testedByName = [
    "compare.json", "mirrors.json", "movielens-small-download.json", "own-csv.json",
    "production.json", "tune.json",
  ]
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  private func recjob(
    _ arguments: [String], environment: [String: String] = [:]
  ) throws -> Outcome {
    try BuiltProgram.run(arguments, in: directory.path, environment: environment)
  }

  /// The path of a job file in a copy of the jobs, beside which locks and results may be written.
  private func job(_ name: String) throws -> String {
    try directory.write(FileSystem.readBytes("\(Project.jobs)/\(name)"), to: name)
  }

  @Test func everyJobIsRun() throws {
    let files = try FileSystem.list(Project.jobs).filter {
      $0.hasSuffix(".json") && !$0.contains(".lock.")
    }
    #expect(files == (Self.runHere.keys + Self.testedByName).sorted())
  }

  @Test(arguments: runHere.keys.sorted())
  func theJobPublishesLists(name: String) throws {
    let outcome = try recjob(
      ["run", "\(Project.jobs)/\(name)", "--output", "out"] + Self.small
        + (Self.runHere[name] ?? []))
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try recjob(["verify", "out"]).status == 0)
    let run = try PublishedRun(directory.path("out"))
    #expect(try run.recommendationRows().count > 100)
    #expect(outcome.output.contains("optimistic") == name.hasPrefix("tutorial-"))
  }

  @Test func modelsAreCompared() throws {
    // Three of the list are enough to see that it is one.
    let document = try JSONParser.parseValue(
      FileSystem.readBytes("\(Project.jobs)/compare.json"), path: "compare.json")
    let entries = try #require(document["compare"]?.arrayValue)
    #expect(entries.count >= 10)
    let names = ["tutorial V1", "bias baseline", "item-knn"]
    let chosen = JSONValue.array(
      entries.filter { names.contains($0["name"]?.stringValue ?? "") }
    ).text()
    let outcome = try recjob(
      ["compare", "\(Project.jobs)/compare.json", "--set", "compare=\(chosen)"] + Self.small)
    #expect(outcome.status == 0, "\(outcome.errors)")
    for name in names { #expect(outcome.output.contains("\n\(name) "), "\(outcome.output)") }
  }

  @Test func settingsAreSearched() throws {
    // The job that a search writes has to stand beside the job itself.
    try directory.write(FileSystem.readBytes(Project.dataset), to: "data/ml-latest-small.zip")
    let outcome = try recjob(
      ["tune", job("tune.json"), "--set", "tune.trials=3", "--set", "tune.rungs=1"] + Self.small)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try recjob(["validate", "tune.tuned.json"]).status == 0)
  }

  @Test func ratingsOfOnesOwnAreReadByTheNamesOfTheirColumns() throws {
    let outcome = try recjob(
      ["run", "\(Project.jobs)/own-csv.json", "--output", "out", "--quiet"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    // The planted tastes are found: nothing warns of the baseline.
    #expect(outcome.errors == "")
    let rows = try PublishedRun(directory.path("out")).recommendationRows()
    #expect(rows.count == 5 * 120)
    #expect(rows[0][0] == "C00001")
    #expect(rows.contains { $0[4] == "Kettle, 1.7 l" })
  }

  @Test func theNextMirrorIsTakenWhereOneFails() throws {
    let server = LoopbackServer { _, _ in .status(404) }
    try directory.write(FileSystem.readBytes(Project.dataset), to: "data/ml-latest-small.zip")
    let text = try FileSystem.readText("\(Project.jobs)/mirrors.json")
    let first = "https://files.grouplens.org/datasets/movielens"
    try #require(text.contains(first))
    try directory.write(text.replacing(first, with: server.url), to: "mirrors.json")
    let outcome = try recjob(["fetch", "mirrors.json"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(server.requests.map(\.path) == ["/ml-latest-small.zip"])
    let digest = try SHA256Digest.ofFile(Project.dataset)
    #expect(outcome.output.hasPrefix("\(digest)  "), "\(outcome.output)")
  }

  @Test func theFirstDownloadPinsTheData() throws {
    let data = try Self.archive(PlantedDataset(users: 40, items: 30))
    let file = try directory.write(data, to: "sent.zip")
    let server = LoopbackServer { _, number in
      number == 0 ? .init(body: data) : .init(body: data + [0])
    }
    let path = try job("movielens-small-download.json")
    let arguments = [
      "run", path, "--quiet", "--set", #"dataset.sources=["\#(server.url)/ml-latest-small.zip"]"#,
      "--set", #"training.max_epochs=2"#, "--set", "dataset.cache.directory=cache",
    ]
    let outcome = try recjob(arguments)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lock = try FileSystem.readText(directory.path("movielens-small-download.lock.json"))
    #expect(try lock.contains(SHA256Digest.ofFile(file).hex))
    // The server has another file by then, as one that was tampered with would be.
    try FileSystem.removeTree(directory.path("cache"))
    let second = try recjob(arguments)
    #expect(second.status == 65, "\(second.errors)")
  }

  @Test func theProductionJobFetchesWithItsSecretAndTellsHowItWent() throws {
    let data = try Self.archive(PlantedDataset(users: 60, items: 40, density: 0.5))
    let server = LoopbackServer { request, _ in
      if request.path.hasPrefix("/ping") { return .body("OK") }
      guard request.headers["authorization"] == "Bearer canary" else { return .status(401) }
      return .init(body: data)
    }
    try directory.write("canary\n", to: "credentials/token")
    try directory.write("\(server.url)/ping\n", to: "credentials/ping")
    let path = try job("production.json")
    let outcome = try recjob(
      [
        "run", path, "--quiet",
        "--set", #"dataset.sources=["\#(server.url)/ratings.zip"]"#,
        "--set", "dataset.cache.directory=cache", "--set", "training.max_epochs=60",
        "--set", "training.learning_rate=0.02", "--set", "model.factors=4",
        "--set", "monitoring.metrics_file=production.prom",
      ], environment: ["CREDENTIALS_DIRECTORY": directory.path("credentials")])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let run = try PublishedRun(directory.path("out/production"))
    #expect(FileSystem.isRegularFile(run.file("recommendations-00001.csv.gz")))
    #expect(FileSystem.isRegularFile(run.file("recommendations-00001.jsonl.gz")))
    #expect(
      server.requests.map(\.path).filter { $0.hasPrefix("/ping") } == ["/ping/start", "/ping"])
    #expect(
      try FileSystem.readText(directory.path("production.prom"))
        .contains(#"recjob_last_exit_code{job="production"} 0"#))
    #expect(
      try FileSystem.readText(run.file("openlineage.jsonl")).contains(#""namespace":"shop""#))
    for name in try FileSystem.listTree(run.path) {
      let text = String(decoding: try FileSystem.readBytes(run.file(name)), as: UTF8.self)
      #expect(!text.contains("canary"), "\(name)")
    }
  }

  private static func archive(_ data: PlantedDataset) throws -> [UInt8] {
    try ArchiveFixture.zip([
      "planted/ratings.csv": data.ratingsCSV(), "planted/movies.csv": data.moviesCSV(),
    ]).bytes
  }
}
