import Acquisition
import Ratings
import Recommenders
import Storage
import TestSupport
import Testing

@testable import Job

@Suite struct StartingJobTests {
  @Test(arguments: [
    ("ratings.csv", "ratings"), ("a/My Shop's Stars.tsv.gz", "my-shop-s-stars"),
    ("https://data.example.org/x/ml-latest-small.zip?key=1", "ml-latest-small"),
    ("Ünïcode.csv", "n-code"), (".csv", "csv"), ("...", "job"), ("u.data", "u"),
    ("v1.2.csv", "v1.2"),
  ])
  func jobsAreNamedAfterTheirSource(source: String, name: String) {
    #expect(StartingJob.name(of: source) == name)
  }

  @Test(arguments: [
    ("data/x.csv", ".", "data/x.csv"), ("data/x.csv", "jobs", "../data/x.csv"),
    ("data/x.csv", "data", "x.csv"), ("/srv/x.csv", "jobs", "/srv/x.csv"),
    ("x.csv", "a/b", "../../x.csv"), ("a/x.csv", "a/b/c", "../../x.csv"),
  ])
  func pathsAreThoseOfTheJobFilesDirectory(path: String, directory: String, written: String) {
    #expect(StartingJob.path(path, from: directory) == written)
  }

  private static func start(
    _ text: String, items: String? = nil
  ) async throws -> (job: StartingJob, plan: Plan) {
    let directory = try TemporaryDirectory()
    let source = try directory.write(text, to: "stars.csv")
    let job = try await StartingJob(
      source: source, items: items.map { try directory.write($0, to: "things.csv") },
      output: directory.path("my shop.json"), overwrites: false, environment: [:])
    try job.write()
    return (job, try Plan(JobFile(contentsOf: job.path)))
  }

  private static let rows = (0..<60).map {
    "c\($0 % 9);s\($0 % 11);\($0 % 10 + 1);2024-01-0\($0 % 9 + 1)"
  }
  .joined(separator: "\n")

  @Test func theJobSaysWhatWasFound() async throws {
    let (job, plan) = try await Self.start("customer;sku;points;bought_at\n\(Self.rows)\n")
    #expect(plan.dataset.parsing.format == .delimited)
    #expect(plan.dataset.parsing.rows.delimiter == ";")
    #expect(plan.dataset.parsing.columns.user == .named("customer"))
    #expect(plan.dataset.parsing.columns.timestamp == .named("bought_at"))
    #expect(job.report.contains("A guess: bought_at is the timestamp, since its values are times."))
    // The next export may be another.
    #expect(plan.dataset.sha256 == nil && plan.dataset.pin == .none)
    #expect(job.text.contains("\\\"pin\\\": \\\"lock\\\"") && job.report.contains("dataset.sha256"))
    #expect(plan.name == "my-shop" && plan.output.directory == "out/my-shop")
    #expect(plan.recommend.relevanceThreshold == 8)
    #expect(plan.gates.maxShrink == 0.5)
    #expect(job.text.contains("$comment"))
    #expect(job.report.contains("60 ratings from 1 to 10, by 9 users of 11 items"))
    #expect(job.report.contains("recjob validate "))
  }

  @Test(arguments: [
    // 0.6 of the range 9, divided by the root of 6 held-out ratings; 0.02 is on a scale of 4.5.
    (60, 2.2), (6_000, 0.22), (180_000, 0.04),
  ])
  func theGateOnTheErrorLeavesRoomForChance(count: Int, increase: Double) async throws {
    let rows = (0..<count).map { "c\($0 % 997);s\($0 / 997 % 600);\($0 % 10 + 1)\n" }.joined()
    let (job, plan) = try await Self.start("customer;sku;points\n" + rows)
    #expect(plan.gates.maxRMSEIncrease == increase)
    #expect(job.text.contains("about \(count / 10) ratings are held out"))
  }

  @Test func timesOfANamedColumnAreNoGuess() async throws {
    let (job, plan) = try await Self.start("customer;sku;points;date\n\(Self.rows)\n")
    #expect(!job.report.contains("A guess"))
    #expect(plan.dataset.parsing.columns.timestamp == .named("date"))
    #expect(plan.dataset.parsing.timestamps == .iso8601)
  }

  @Test func aRowThatCannotBeReadIsTold() async throws {
    let (job, _) = try await Self.start(
      "user,item,rating\n" + (0..<50).map { "\($0),\($0),4\n" }.joined() + "1,2,none\n")
    #expect(job.report.contains("a run would end so:"))
    #expect(job.report.contains(":52:5:") && job.report.contains("Rows like that: 1."))
    #expect(job.report.contains("50 ratings from 4 to 4"))
    #expect(job.report.contains("--set dataset.max_bad_rows=1\n"))
    #expect(!job.report.contains("recjob explore"))
  }

  @Test func aBadRowBelowUnknownNamesIsTold() async throws {
    let rows = (0..<600).map { "u\($0 % 7);i\($0 % 50);\($0 == 500 ? "n.a." : "\($0 % 5 + 1)")\n" }
    let (job, plan) = try await Self.start("kto;co;ile\n" + rows.joined())
    #expect(plan.dataset.parsing.columns.rating == .named("ile"))
    #expect(job.report.contains("stars.csv:502:"))
  }

  @Test func crontabsGetTheWholePathOfTheJob() async throws {
    let (job, _) = try await Self.start("customer;sku;points;date\n\(Self.rows)\n")
    let line = try #require(job.report.split(separator: "\n").first { $0.contains("* * *") })
    let parts = line.split(separator: " ", maxSplits: 7)
    #expect(parts[5].hasPrefix("/") && parts[6] == "run")
    #expect(parts[7] == "'\(job.path)' --quiet >/dev/null")
    #expect(job.report.contains("cron/README.md"))
  }

  @Test func theOtherOrderIsOneCommandAway() async throws {
    let text = "kto;co;ile\n" + (0..<50).map { "u\($0 % 5);i\($0 % 9);\($0 % 4)\n" }.joined()
    let (job, _) = try await Self.start(text)
    let last = try #require(job.report.split(separator: "\n").last)
    #expect(last.hasPrefix("If it is the other way round: recjob init /"))
    #expect(last.contains(" --user co --item kto --output '/") && last.hasSuffix(" --force"))
  }

  @Test func titlesComeFromAFileOfItems() async throws {
    let items = (0..<20).map { "s\($0);Thing \($0);a,b\n" }.joined()
    let (job, plan) = try await Self.start(
      "customer;sku;points;date\n\(Self.rows)\n", items: "code;label;genres\n" + items)
    let columns = plan.dataset.items.parsing.columns
    #expect(columns.item == .named("code") && columns.title == .named("label"))
    #expect(plan.dataset.items.parsing.separator == ",")
    #expect(job.report.contains("11 of the 11 items have a title."))
    #expect(job.report.contains("A guess: code is the item, since it holds ids of rated items."))
    await #expect(throws: StartingError.self) {
      _ = try await Self.start("customer;sku;points;date\n\(Self.rows)\n", items: "x;y\n1;2\n3;4\n")
    }
  }

  @Test func whatIsUnclearWritesNothing() async throws {
    let directory = try TemporaryDirectory()
    let source = try directory.write("a,b\nx,y\nz,w\n", to: "x.csv")
    let output = directory.path("x.json")
    await #expect(throws: StartingError.self) {
      try await StartingJob(source: source, output: output, overwrites: false)
    }
    #expect(!FileSystem.exists(output))
    #expect(ExitStatus(StartingError.unclear(source: "x", [])) == .badData)
    #expect(ExitStatus(StartingError.fileExists(path: "x")) == .cannotCreate)
  }
}
