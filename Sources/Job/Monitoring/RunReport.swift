import Foundation
public import Logging
import Storage

/// How a run ended.
public enum RunEnding: Sendable {
  /// It published.
  case published(RunSummary)
  /// Nothing had changed, and nothing was published.
  case unchanged(UnchangedRun)
  /// It failed, and nothing was published.
  case failed(JobError)
}

/// What a run came to, for everyone who is told of it.
public struct RunReport: Sendable {
  /// The word of an ending.
  public enum Outcome: String, CaseIterable, Sendable {
    /// The run published.
    case published
    /// Nothing had changed.
    case unchanged
    /// The run failed.
    case failed
  }

  /// How the run ended.
  public let ending: RunEnding
  /// The name of the job.
  public let job: String
  let started: Date
  let finished: Date
  /// Seconds of a monotonic clock.
  let seconds: Double
  let stages: [StageSeconds]
  /// The figures of the run that is published; empty for a failed run.
  let figures: RunFigures

  init(
    job: String, ending: RunEnding, started: Date, finished: Date, seconds: Double,
    stages: [StageSeconds]
  ) {
    self.job = job
    self.ending = ending
    self.started = started
    self.finished = finished
    self.seconds = seconds
    self.stages = stages
    figures =
      switch ending {
      case .published(let summary): RunFigures(run: summary.directory)
      case .unchanged(let run): RunFigures(run: run.directory)
      case .failed: RunFigures()
      }
  }

  /// The outcome as a word.
  public var outcome: Outcome {
    switch ending {
    case .published: .published
    case .unchanged: .unchanged
    case .failed: .failed
    }
  }

  /// The failure, if it is one.
  public var failure: JobError? {
    if case .failed(let error) = ending { error } else { nil }
  }

  /// The exit status of the program; after a signal the one that a shell shows.
  public var exitStatus: Int32 {
    guard let failure else { return ExitStatus.success.rawValue }
    return signal.map { 128 + $0 } ?? ExitStatus(failure).rawValue
  }

  /// The signal that the program ends by, if it does.
  var signal: Int32? { (failure?.cause as? Interrupted)?.signal }

  /// The run that is published, if this did not fail.
  var run: String? {
    switch ending {
    case .published(let summary): summary.run
    case .unchanged(let unchanged): unchanged.run
    case .failed: nil
    }
  }

  /// Whether nothing ran because another run has the output directory.
  var isHeldOff: Bool {
    failure?.stage == .lock && exitStatus == ExitStatus.tryLater.rawValue
  }

  // MARK: - Words

  /// What failed, on one line.
  var reason: String? {
    failure.map { "\($0.cause)".split(separator: "\n").joined(separator: " | ") }
  }

  /// The failure as a sentence for people: job, stage, exit status, time, and what failed.
  public var sentence: String {
    guard let failure, let reason else { return "\(job): \(outcome.rawValue)" }
    let status = signal.map { "signal \($0)" } ?? "exit status \(exitStatus)"
    return "\(job): \(failure.stage.rawValue): \(reason) (\(status), after \(Self.text(seconds)) s)"
  }

  /// The message of the log's last line.
  public var message: Logger.Message {
    switch outcome {
    case .published: "Run published"
    case .unchanged: "Run unchanged"
    case .failed: "Run failed"
    }
  }

  /// The details of the log's last line.
  public var metadata: Logger.Metadata {
    var metadata: Logger.Metadata = [
      "job": "\(job)", "outcome": "\(outcome.rawValue)", "exit_status": .number(Int(exitStatus)),
      "run.seconds": .number(Self.rounded(seconds)),
    ]
    if let run { metadata["run"] = "\(run)" }
    if let failure, let reason {
      metadata["stage"] = "\(failure.stage.rawValue)"
      metadata["reason"] = "\(reason)"
    }
    for (name, key) in [
      ("test.rmse", "test_rmse"), ("baseline.rmse", "baseline_rmse"), ("data.ratings", "ratings"),
      ("lists.rows", "recommendations"), ("lists.users", "lists"),
    ] {
      if let value = figures[key]?.doubleValue { metadata[name] = .number(value) }
    }
    return metadata
  }

  /// The details of the log's only line where a job file is not one.
  public static func metadata(of error: PlanError) -> Logger.Metadata {
    [
      "outcome": "failed", "exit_status": .number(Int(ExitStatus(error).rawValue)),
      "stage": "\(Stage.plan.rawValue)",
      "reason": "\("\(error)".split(separator: "\n").joined(separator: " | "))",
    ]
  }

  private static func rounded(_ seconds: Double) -> Double { (seconds * 10).rounded() / 10 }

  private static func text(_ seconds: Double) -> String { DecimalText.shortest(rounded(seconds)) }
}
