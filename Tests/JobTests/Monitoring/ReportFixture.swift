import Foundation
import Storage
import TestSupport

@testable import Job

/// Reports of runs that never were.
enum ReportFixture {
  static let metrics: JSONValue = [
    "data": ["rows_read": 11, "ratings": 10, "users": 3, "items": 4],
    "training": ["epochs": 5, "best_epoch": 2],
    "evaluation": ["model": ["rmse": 0.8125], "baseline": ["rmse": nil]],
    "recommendations": ["users": 3, "rows": 6, "empty_lists": 0],
  ]

  /// What a run that published comes to, with its metrics in a directory.
  static func summary(in directory: TemporaryDirectory) throws -> RunSummary {
    try directory.write(metrics.prettyText(), to: "published/metrics.json")
    return RunSummary(
      run: "20261125T040000Z-0123abcd", directory: directory.path("published"), testRMSE: 0.8125,
      ndcg: 0.25,
      baselineRMSE: .nan, users: 3, recommendations: 6, bestEpoch: 2, isOptimistic: false,
      overlap: nil,
      seconds: 1.5)
  }

  static func report(
    _ ending: RunEnding, job: String = "films", finished: Double = 1_795_000_000
  ) -> RunReport {
    RunReport(
      job: job, ending: ending, started: Date(timeIntervalSince1970: finished - 2),
      finished: Date(timeIntervalSince1970: finished), seconds: 1.75,
      stages: [
        StageSeconds(stage: .lock, seconds: 0.25), StageSeconds(stage: .fetch, seconds: 1.5),
      ])
  }

  static let failure = RunEnding.failed(
    JobError(stage: .fetch, cause: StorageError.notFound(path: "data.zip")))
}
