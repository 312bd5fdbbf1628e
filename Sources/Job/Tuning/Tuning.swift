import Acquisition
import Foundation
public import Logging
import Publishing
import Ratings
import Recommenders
import Storage

/// Searches the ranges of a job for the values that are best on its validation rows.
///
/// The held-out rows are left out before the first trial. The outcome is a pure function of plan and
/// data: neither the number of threads nor how often the search was stopped has an influence on it.
public struct Tuning: Sendable {
  private let jobFile: JobFile
  private let plan: Plan
  private let tune: TuneOptions
  private let settings: RunSettings
  private let logger: Logger

  /// Prepares the search of a checked plan.
  ///
  /// - Throws: `PlanError` if the job has nothing to search.
  public init(
    jobFile: JobFile, plan: Plan, settings: RunSettings, logger: Logger
  ) throws(PlanError) {
    guard let tune = plan.tune else {
      throw .faulty([
        jobFile.fault(
          at: JSONPointer(["tune"]),
          "the key is missing; \"recjob tune\" searches the ranges that it gives")
      ])
    }
    self.jobFile = jobFile
    self.plan = plan
    self.tune = tune
    self.settings = settings
    self.logger = logger
  }

  /// Searches, and ends when a signal asks the process to end.
  ///
  /// - Throws: ``JobError``; one that was stopped goes on from the trials that had ended.
  public func runUntilSignal() async throws(JobError) -> TuningOutcome {
    try await settings.interruption.run(logger: logger) { try await run() }
  }

  /// Searches.
  public func run() async throws(JobError) -> TuningOutcome {
    var clock = StageClock(
      logger: logger, interruption: settings.interruption, progress: settings.progress)
    let output = RunDirectory(jobFile.resolved(plan.output.directory ?? "out"))
    let lock = try await clock.run(.lock) {
      try FileSystem.makeDirectory(output.path)
      return HeldLock(
        try FileLock.acquire(
          PathName.joined(output.path, ".tune.lock"),
          holder: Machine.holderText("search of job \(plan.name)", since: Date()),
          waitSeconds: plan.lockWaitSeconds))
    }
    defer { withExtendedLifetime(lock) {} }
    let fetched = try await clock.run(.fetch) {
      try await DatasetFetch(jobFile, plan).run(progress: settings.progress.fetched)
    }
    let dataset = try await clock.run(.read) {
      try DatasetReading.read(fetched, options: plan.dataset, progress: settings.progress)
    }
    let data = try await clock.run(.split) {
      TuningData(dataset, try DatasetSplit(dataset: dataset, options: plan.split))
    }
    var journal = TuningJournal(directory: output.statePath, key: key(fetched))
    defer { settings.progress.clear() }
    do {
      return try await search(data, fetched, &journal, &clock)
    } catch {
      guard let signal = settings.interruption.signal else { throw error }
      throw JobError(
        stage: error.stage,
        cause: Interrupted(
          signal: signal, work: .search, leavesCheckpoint: !journal.results.isEmpty))
    }
  }

  private func search(
    _ data: TuningData, _ fetched: FetchedFiles, _ journal: inout TuningJournal,
    _ clock: inout StageClock
  ) async throws(JobError) -> TuningOutcome {
    let trials = SearchSpace(jobFile.root, tune).trials()
    if trials.count < tune.trials {
      logger.notice(
        "Ranges have fewer settings than trials", metadata: ["tune.trials": .number(trials.count)])
    }
    if !journal.results.isEmpty {
      logger.notice(
        "Search resumed", metadata: ["tune.results": .number(journal.results.count)])
    }
    let schedule = HalvingSchedule(trials: trials.count, rungs: tune.rungs, keep: tune.keep)
    var results: [TrialResult] = []
    var alive = trials.map(\.number)
    for (place, rung) in schedule.rungs.enumerated() {
      if place > 0 {
        alive = HalvingSchedule.promoted(
          results.filter { $0.rung == place }.map { ($0.trial, $0.value) }, count: rung.trials,
          isLowerBetter: tune.metric.isLowerBetter)
        // The job as it is always goes on, so that what is found can be held against it.
        if alive.first != 1, results.contains(where: { $0.trial == 1 && $0.value != nil }) {
          alive.insert(1, at: 0)
        }
      }
      for (count, number) in alive.enumerated() {
        settings.progress.began(
          "round \(place + 1) of \(schedule.rungs.count), trial", number: count + 1,
          of: alive.count)
        let result: TrialResult
        if let known = journal.result(rung: place + 1, trial: number) {
          result = known
        } else {
          let earlier = results.last { $0.trial == number }
          result = try await run(
            trials[number - 1], rung: place + 1, share: rung.share, after: earlier, data, &clock)
          try await clock.run(.train) { try journal.add(result) }
        }
        report(result)
        results.append(result)
      }
    }
    guard
      let best = HalvingSchedule.ranked(
        results.filter { $0.rung == schedule.rungs.count }.map { ($0.trial, $0.value) },
        isLowerBetter: tune.metric.isLowerBetter
      ).first
    else {
      throw JobError(stage: .train, cause: TuningError.noTrialSucceeded(trials: trials.count))
    }
    return TuningOutcome(
      job: plan.name, tune: tune, schedule: schedule, trials: trials, results: results,
      best: trials[best - 1], datasetSHA256: fetched.dataset.sha256.hex,
      rows: (data.train.count, data.validation.count))
  }

  private func run(
    _ trial: Trial, rung: Int, share: Double, after earlier: TrialResult?, _ data: TuningData,
    _ clock: inout StageClock
  ) async throws(JobError) -> TrialResult {
    if var earlier, earlier.isOver {
      // More epochs are to come, but early stopping has ended the training before those there were.
      earlier.rung = rung
      return earlier
    }
    let computation = TrialComputation(data: data, tune: tune, threads: settings.threads(of: plan))
    if let reason = computation.refusal(of: trial.plan) {
      return TrialResult(
        rung: rung, trial: trial.number, value: nil, epochs: 0, isOver: true, failure: reason)
    }
    return try await clock.run(.train) {
      do {
        let found = try await computation.run(trial.plan, share: share)
        return TrialResult(
          rung: rung, trial: trial.number, value: found.value.isFinite ? found.value : nil,
          epochs: found.epochs, isOver: found.isOver,
          failure: found.value.isFinite ? nil : "the metric is not a finite number")
      } catch let error as TrainingError where error != .cancelled {
        return TrialResult(
          rung: rung, trial: trial.number, value: nil, epochs: 0, isOver: true,
          failure: "\(error)")
      }
    }
  }

  private func report(_ result: TrialResult) {
    var metadata: Logger.Metadata = [
      "tune.round": .number(result.rung), "tune.trial": .number(result.trial),
      "tune.epochs": .number(result.epochs),
    ]
    if let value = result.value { metadata["tune.value"] = .number(value) }
    if let failure = result.failure { metadata["tune.failure"] = "\(failure)" }
    logger.info("Trial finished", metadata: metadata)
  }

  /// What decides the outcome: the result plan with the digests of the data, the ranges, the program.
  private func key(_ fetched: FetchedFiles) -> SHA256Digest {
    let parts: JSONValue = [
      "plan": plan.resultPlan(of: fetched), "tune": JobSchema.tune.write(tune),
      "memory_mb": plan.limits.memoryMB.map { .integer($0) } ?? .null,
      "results_revision": .integer(Program.resultsRevision),
    ]
    return SHA256Digest(of: parts.canonicalText())
  }
}

/// A reason why a search has no outcome.
public enum TuningError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Every trial that was to be trained to its end failed.
  case noTrialSucceeded(trials: Int)
  /// The file that the best is to be written to is there.
  case fileExists(path: String)

  /// One sentence for people.
  public var description: String {
    switch self {
    case .noTrialSucceeded(let trials):
      "none of the \(trials) trials has a value: their training diverged; narrow the ranges"
    case .fileExists(let path):
      "\(path) exists and is not overwritten; give another file with --write, or --overwrite"
    }
  }
}
