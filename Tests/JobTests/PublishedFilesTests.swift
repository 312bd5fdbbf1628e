import Foundation
import Job
import Logging
import Storage
import TestSupport
import Testing

/// The list of a run's files in the documentation, held against a run.
@Suite struct PublishedFilesTests {
  @Test func theFilesOfARunAreThoseOfTheDocumentation() async throws {
    let directory = try TemporaryDirectory()
    var rows = "userId,movieId,rating,timestamp\n"
    for row in 0..<200 {
      rows += "\(row % 10 + 1),\(row / 10 + 1),\(row * 7 % 5 + 1),\(1_000_000 + row)\n"
    }
    let titles = (1...21).map { "\($0),Title \($0),Drama\n" }.joined()
    try directory.write(rows, to: "data/ratings.csv")
    try directory.write("movieId,title,genres\n" + titles, to: "data/movies.csv")
    let job = try directory.write(
      """
      {"name": "files", "dataset": {"sources": ["data"]},
       "model": {"factors": 2}, "training": {"max_epochs": 1}}
      """, to: "job.json")
    let file = try JobFile(contentsOf: job)
    let outcome = try await JobRunner(
      jobFile: file, plan: Plan(file), settings: RunSettings(),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ).run()
    guard case .published(let summary) = outcome else {
      Issue.record("nothing was published")
      return
    }

    let page = try FileSystem.readText(PathName.joined(JobDocuments.directory, "README.md"))
    let begin = try #require(page.firstRange(of: "| file in `latest/` |")?.upperBound)
    let end = try #require(page.firstRange(of: "## Exit codes")?.lowerBound)
    let documented = page[begin..<end].matches(of: /\n\| `([^`]+)` \|/).map { match in
      String(match.1).replacing("/", with: "").replacing("<name>-<version>", with: "files-…")
    }
    let published = try FileSystem.list(summary.directory).map {
      $0.replacing(/^model-files-[0-9a-f]{12}\.tar\.gz$/, with: "model-files-….tar.gz")
    }
    #expect(documented.sorted() == published.sorted())
  }
}
