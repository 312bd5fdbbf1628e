import Foundation
import Storage
import TestSupport
import Testing

/// A run of `jobs/movielens-small.json` that several suites look at.
final class MainJobRun: Sendable {
  let directory: TemporaryDirectory
  let output: String
  let status: Int32
  let summary: String

  /// The run of the suites within ``MainJob``.
  @TaskLocal static var shared: MainJobRun?

  init() throws {
    directory = try TemporaryDirectory()
    output = directory.path("out")
    let outcome = try BuiltProgram.run(
      ["run", Project.jobs + "/movielens-small.json", "--output", output, "--quiet"],
      in: directory.path)
    status = outcome.status
    summary = outcome.output
  }

  /// The dataset's ratings in file order: user, movie, rating.
  static func ratings() throws -> [(user: String, item: String, value: Float)] {
    let bytes = try ArchiveReader(path: Project.dataset).readAll(
      member: "ml-latest-small/ratings.csv")
    return try bytes.split(whereSeparator: { $0 == 10 || $0 == 13 }).dropFirst().map { line in
      let fields = line.split(separator: UInt8(ascii: ",")).map {
        String(decoding: $0, as: UTF8.self)
      }
      return (fields[0], fields[1], try #require(Float(fields[2])))
    }
  }

  /// The dataset's titles by movie.
  static func titles() throws -> [String: String] {
    let bytes = try ArchiveReader(path: Project.dataset).readAll(
      member: "ml-latest-small/movies.csv")
    return try CSVReader.rows(bytes.filter { $0 != 13 }).dropFirst().reduce(into: [:]) {
      $0[$1[0]] = $1[1]
    }
  }
}

/// Runs the main job once for all suites within.
struct MainJobTrait: SuiteTrait, TestScoping {
  @concurrent func provideScope(
    for test: Test, testCase: Test.Case?,
    performing body: @Sendable @concurrent () async throws -> Void
  ) async throws {
    try await MainJobRun.$shared.withValue(try MainJobRun()) { try await body() }
  }
}

/// What is shown on the real dataset.
@Suite(MainJobTrait()) enum MainJob {
  /// The run that all suites within share.
  static func run() throws -> MainJobRun { try #require(MainJobRun.shared) }
}
