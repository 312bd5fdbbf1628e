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
    _ text: String, _ name: String = "stars.csv"
  ) async throws -> (job: StartingJob, plan: Plan) {
    let directory = try TemporaryDirectory()
    let source = try directory.write(text, to: name)
    let job = try await StartingJob(
      source: source, output: directory.path("job.json"), overwrites: false)
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
    #expect(plan.dataset.sha256 != nil && plan.dataset.pin == .none)
    #expect(plan.recommend.relevanceThreshold == 8)
    #expect(plan.gates.maxRMSEIncrease == 0.04 && plan.gates.maxShrink == 0.5)
    #expect(job.text.contains("$comment"))
    #expect(job.report.contains("60 ratings from 1 to 10, by 9 users of 11 items"))
    #expect(job.report.contains("recjob validate "))
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
    #expect(job.report.contains(":52:5:") && job.report.contains("max_bad_rows"))
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
