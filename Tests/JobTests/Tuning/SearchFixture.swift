import Logging
import Storage
import TestSupport

@testable import Job

/// A directory with a planted dataset and a job that compares and searches.
struct SearchFixture {
  let directory: TemporaryDirectory
  let jobFile: JobFile
  let plan: Plan

  static let tune = #"""
    "tune": {
      "trials": 6, "rungs": 2, "keep": 0.5,
      "ranges": {
        "model.factors": [1, 2, 3], "training.learning_rate": {"from": 0.001, "to": 0.1, "scale": "log"}
      }
    }
    """#

  init(_ members: String) throws {
    let directory = try TemporaryDirectory()
    let data = PlantedDataset(users: 40, items: 30)
    try directory.write(data.ratingsCSV(), to: "data/ratings.csv")
    try directory.write(data.moviesCSV(), to: "data/movies.csv")
    let job = """
      {
        "name": "planted", "dataset": {"sources": ["data"]}, "output": {"directory": "out"},
        "model": {"factors": 2},
        "training": {"max_epochs": 6, "learning_rate": 0.02, "batch_size": 16, "seed": 7},
        \(members)
      }
      """
    self.directory = directory
    jobFile = try JobFile(contentsOf: directory.write(job, to: "job.json"))
    plan = try Plan(jobFile)
  }

  /// A logger that nobody hears.
  static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  /// The settings with a number of threads.
  private static func settings(_ threads: Int) -> RunSettings {
    var settings = RunSettings()
    settings.threads = threads
    return settings
  }

  func tune(threads: Int = 1) async throws -> TuningOutcome {
    try await Tuning(
      jobFile: jobFile, plan: plan, settings: Self.settings(threads), logger: Self.logger
    ).run()
  }

  func compare(threads: Int = 1) async throws -> ComparisonOutcome {
    try await ModelComparison(
      jobFile: jobFile, plan: plan, settings: Self.settings(threads), logger: Self.logger
    ).run()
  }

  /// The file with the results of the search.
  var journal: String {
    get throws {
      let state = directory.path("out/state")
      let names = try FileSystem.list(state).filter { $0.hasPrefix("tune-") }
      return PathName.joined(state, names.first ?? "")
    }
  }
}
