import Foundation
import Storage
import TestSupport
import Testing

/// The benchmark program: that it runs and that the README shows what it found, not how fast it is.
@Suite struct BenchTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  private func bench(_ arguments: String...) throws -> Outcome {
    let outcome = try ChildProcess(
      BuiltProgram.benchPath, arguments, in: directory.path,
      environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? ""]
    ).finish()
    #expect(outcome.status == 0, "\(outcome.errors)")
    return outcome
  }

  private func results(_ outcome: Outcome) throws -> [JSONValue] {
    try outcome.output.split(separator: "\n").map {
      try JSONParser.parseValue(Array($0.utf8), path: "standard output")
    }
  }

  @Test func everyLoopRuns() throws {
    let names = try bench("loops", "--list").output.split(separator: "\n").map(String.init)
    let results = try results(bench("loops", "--tiny", "--repeats", "1"))
    #expect(!names.isEmpty && results.map { $0["loop"]?.stringValue } == names)
    for result in results {
      #expect((result["median_per_second"]?.doubleValue ?? 0) > 0)
      #expect(result["machine"]?["cores"]?.intValue != nil)
    }
  }

  @Test func generatedDatasetsAreTheSameBytesAgain() throws {
    for name in ["one", "two"] {
      _ = try bench("generate", "--ratings", "5000", "--seed", "3", "--format", "csv", name)
    }
    for file in ["ratings.csv", "movies.csv"] {
      let bytes = try FileSystem.readBytes(directory.path("one/\(file)"))
      #expect(try bytes == FileSystem.readBytes(directory.path("two/\(file)")))
    }
    let rows = try FileSystem.readText(directory.path("one/ratings.csv")).split(separator: "\n")
    #expect(rows.count == 5001)
  }

  @Test func theWholeJobIsMeasured() throws {
    let result = try #require(
      results(bench("job", "--ratings", "20000", "--scratch", "scratch")).first)
    #expect(result["ratings"]?.intValue == 20_000)
    let error = try #require(result["test_rmse"]?.doubleValue)
    #expect(error > (try #require(result["planted_floor_rmse"]?.doubleValue)))
    #expect(result["stage_seconds"]?["train"]?.doubleValue != nil)
  }

  @Test func theReadmeShowsTheFiguresThatAreKept() throws {
    let results = Project.root + "/Sources/recjob-bench/Results/figures.jsonl"
    let tables = try bench("table", results).output
    #expect(tables.contains("| loop |"))
    let page = try FileSystem.readText(Project.root + "/README.md")
    #expect(
      page.contains(tables),
      "write them with recjob-bench table \(results) --write README.md")
  }
}
