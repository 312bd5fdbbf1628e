import Acquisition
import Foundation
public import Logging
import Publishing
import Ratings
import Recommenders
import Storage

/// What the command line adds to a job file; none of it has an influence on a result.
public struct RunSettings: Sendable {
  /// The number of threads in place of the job's.
  public var threads: Int?
  /// Whether a result that the gates refuse is published all the same.
  public var ignoresGates = false
  /// Whether the job runs even if its newest run has the same plan, data and program.
  public var runsUnchanged = false
  /// What shows on a terminal how far it is.
  public var progress = RunProgress()
  /// What tells the run that a signal asks it to end.
  public var interruption = Interruption()

  /// Creates the default settings.
  public init() {}

  /// The number of threads that a plan is computed with.
  func threads(of plan: Plan) -> Int {
    threads ?? plan.limits.threads ?? Machine.processorCount
  }
}

/// Runs a job: every stage in order, then the flip of `latest`.
public struct JobRunner: Sendable {
  private let jobFile: JobFile
  private let plan: Plan
  private let settings: RunSettings
  private let logger: Logger
  private let observer: RunObserver?

  /// Prepares the run of a checked plan, of which an observer hears.
  public init(
    jobFile: JobFile, plan: Plan, settings: RunSettings, logger: Logger,
    observer: RunObserver? = nil
  ) {
    self.jobFile = jobFile
    self.plan = plan
    self.settings = settings
    self.logger = logger
    self.observer = observer
  }

  /// Runs the job and publishes its result, unless the newest run is what it would come to.
  ///
  /// - Returns: What was published; it is durable when this returns.
  /// - Throws: ``JobError`` with the stage that failed, or in which a signal ended the run
  ///   (``Interrupted``); nothing was published then.
  public func run() async throws(JobError) -> RunOutcome {
    let started = Date()
    var clock = StageClock(
      logger: logger, observer: observer, interruption: settings.interruption,
      progress: settings.progress)
    defer { settings.progress.clear() }
    let output = RunDirectory(jobFile.resolved(plan.output.directory ?? "out"))
    var checkpoints: RunCheckpoints?
    do throws(JobError) {
      let lock = try await clock.run(.lock) {
        try FileSystem.makeDirectory(output.path)
        let lock = HeldLock(
          try FileLock.acquire(
            PathName.joined(output.path, RunDirectory.lockName),
            holder: Machine.holderText(work(in: output, started), since: started),
            waitSeconds: plan.lockWaitSeconds))
        observer?.hold(lock)
        return lock
      }
      defer { withExtendedLifetime(lock) {} }
      do throws(JobError) {
        let outcome = try await runLocked(in: output, started: started, &checkpoints, &clock)
        prune(output, &clock)
        return outcome
      } catch  where error.cause is GateRefusal {
        // Refused results are kept by the same rule as published ones.
        prune(output, &clock)
        throw error
      }
    } catch {
      guard let signal = settings.interruption.signal else { throw error }
      throw JobError(
        stage: error.stage,
        cause: Interrupted(signal: signal, leavesCheckpoint: checkpoints?.isKept ?? false))
    }
  }

  /// Runs the job as ``run()`` does, and ends it when a signal asks the process to end.
  public func runUntilSignal() async throws(JobError) -> RunOutcome {
    try await settings.interruption.run(logger: logger) { try await run() }
  }

  /// The stages that nobody else may run at the same time.
  private func runLocked(
    in output: RunDirectory, started: Date, _ checkpoints: inout RunCheckpoints?,
    _ clock: inout StageClock
  ) async throws(JobError) -> RunOutcome {
    if let remark = plan.remark {
      logger.notice("Keys have no effect", metadata: ["finding": "\(remark)"])
    }
    // What a killed run left goes first, so that nothing below takes it for a result.
    try await clock.run(.lock) { try output.sweepStaging() }
    let fetched = try await clock.run(.fetch) {
      try await DatasetFetch(jobFile, plan).run(progress: settings.progress.fetched)
    }
    logger.info(
      "Dataset fetched",
      metadata: [
        "dataset.source": "\(fetched.dataset.shownOrigin)",
        "dataset.sha256": "\(fetched.dataset.sha256)",
        "dataset.bytes": .number(fetched.dataset.bytes),
      ])
    let key = ResultKey(plan, fetched)
    if let unchanged = try await unchangedRun(in: output, key: key, &clock) {
      return .unchanged(unchanged)
    }
    let saved = RunCheckpoints(
      store: output.checkpoints(key: key.text), interruption: settings.interruption,
      logger: logger)
    checkpoints = saved
    do throws(JobError) {
      let summary = try await compute(fetched, in: output, started: started, saved, &clock)
      saved.remove()
      return .published(summary)
    } catch {
      // Whatever ended the run, what was trained need not be trained again.
      saved.saveTrained()
      throw error
    }
  }

  /// The stages after the fetch, up to the flip of `latest`.
  private func compute(
    _ fetched: FetchedFiles, in output: RunDirectory, started: Date,
    _ checkpoints: RunCheckpoints, _ clock: inout StageClock
  ) async throws(JobError) -> RunSummary {
    let dataset = try await clock.run(.read) {
      try DatasetReading.read(fetched, options: plan.dataset, progress: settings.progress)
    }
    reportData(dataset)
    let memory = try checkMemory(dataset)
    let result = try await JobComputation(
      plan: plan, threads: threads, logger: logger, progress: settings.progress,
      checkpoints: checkpoints
    ).run(dataset, &clock)

    let resultPlan = plan.resultPlan(of: fetched)
    let staged = try await clock.run(.gate) {
      try output.stage(planHash: plan.planHash, now: Int64(started.timeIntervalSince1970))
    }
    do {
      let latest = try await clock.run(.gate) { try output.runs().first { $0.isLatest } }
      let changes = try await clock.run(.gate) {
        ChangesDocument(
          result, k: plan.recommend.k, resultPlan: resultPlan,
          since: latest.map { PreviousRun($0) })
      }
      changes.report(to: logger, &clock)
      // What `run.json` says, when all else is known.
      let record = { (clock: StageClock) in
        RunRecord(
          identifier: "\(staged.identifier)", plan: plan, jobFile: jobFile,
          resultPlanHash: plan.resultPlanHash(of: fetched),
          fetched: fetched, started: started, finished: Date(),
          stageSeconds: clock.stages, threads: threads, warnings: clock.warnings,
          estimatedMemoryBytes: memory.bytes, ignoredGates: [], epochs: result.epochs)
      }
      let ignored = try await gate(
        result, changes, record: record, output: output, staged: staged, &clock)
      let rows = try await result.write(
        to: staged.path, plan: plan, resultPlan: resultPlan, &clock)
      let stages = clock
      let published = try await clock.run(.publish) {
        var record = record(stages)
        record.ignoredGates = ignored
        try write(record, changes, to: staged.path)
        return try output.publish(staged, rows: rows, threads: threads) {
          RunStatements(
            record: record, ratings: dataset.ratings.count,
            hasTitles: dataset.itemDetails.contains { $0.title != nil }, output: output.path
          ).files(of: $0)
        }
      }
      // A signal comes too late from now on.
      settings.interruption.finish()
      return result.summary(
        run: "\(staged.identifier)", directory: published.path, plan: plan,
        lists: changes.lists?.comparison, seconds: clock.total)
    } catch {
      // A staged run that is not there any more was published or rejected.
      try? output.discard(staged)
      throw JobError(stage: .publish, cause: error)
    }
  }

  /// The newest run, if this one would come to the same and it is whole.
  private func unchangedRun(
    in output: RunDirectory, key: ResultKey, _ clock: inout StageClock
  ) async throws(JobError) -> UnchangedRun? {
    if settings.runsUnchanged { return nil }
    let begun = clock
    return try await clock.run(.plan) {
      let runs = try output.runs()
      // Without a run that `latest` leads to, there is something to do whatever there is besides.
      guard let newest = runs.last, let latest = runs.first(where: \.isLatest),
        ResultKey(ofRun: newest.path) == key,
        newest == latest || output.rolledBackFrom == newest.identifier
      else { return nil }
      for run in newest == latest ? [newest] : [newest, latest] {
        guard let difference = try RunDirectory.verify(run.path).differences.first else { continue }
        logger.warning(
          "Published run is damaged",
          metadata: ["run": "\(run.identifier)", "difference": "\(difference)"])
        return nil
      }
      try output.syncLatest()
      return UnchangedRun(
        run: "\(latest.identifier)", directory: latest.path, newest: "\(newest.identifier)",
        seconds: begun.total)
    }
  }

  /// What the holder of the lock is at work on: the run, as far as its name can be told.
  private func work(in output: RunDirectory, _ started: Date) -> String {
    let run = try? output.nextIdentifier(
      planHash: plan.planHash, now: Int64(started.timeIntervalSince1970))
    return (run.map { "run \($0) of " } ?? "") + "job \(plan.name)"
  }

  private var threads: Int { settings.threads(of: plan) }

  private func reportData(_ dataset: RatingsDataset) {
    let report = dataset.report
    var facts: Logger.Metadata = [
      "data.rows_read": .number(report.rowsRead), "data.ratings": .number(dataset.ratings.count),
      "data.users": .number(dataset.users.count), "data.items": .number(dataset.items.count),
      "data.density": .number(dataset.density),
      "data.scale": "\(dataset.scale.minimum) to \(dataset.scale.maximum)",
      "data.duplicates_merged": .number(report.duplicatesMerged),
    ]
    if let oldest = report.oldestTimestamp, let newest = report.newestTimestamp {
      facts["data.oldest"] = "\(Machine.timeText(Date(timeIntervalSince1970: Double(oldest))))"
      facts["data.newest"] = "\(Machine.timeText(Date(timeIntervalSince1970: Double(newest))))"
    }
    logger.info("Dataset read", metadata: facts)
    if let filtered = report.filtered {
      logger.info(
        "Ratings filtered",
        metadata: [
          "filtered.outside_time_span": .number(filtered.outsideTimeSpan),
          "filtered.below_minimum": .number(filtered.belowMinimum),
          "filtered.users": .number(filtered.usersDropped),
          "filtered.items": .number(filtered.itemsDropped),
        ])
    }
    let unknown = Candidates(of: dataset, plan.recommend).unknownIDs
    if unknown > 0 {
      logger.warning(
        "Items of allow or deny not in the data", metadata: ["candidates.unknown": .number(unknown)]
      )
    }
    for skipped in report.skipped + report.skippedItems {
      logger.warning(
        "Rows skipped",
        metadata: [
          "rows.reason": "\(skipped.reason.rawValue)", "rows.count": .number(skipped.count),
        ])
    }
  }

  /// Estimates the memory that the run takes, and refuses one that would take more than the job allows.
  private func checkMemory(_ dataset: RatingsDataset) throws(JobError) -> MemoryPlan {
    let memory = MemoryPlan(
      plan,
      MemoryPlan.Counts(
        ratings: dataset.ratings.count, users: dataset.users.count, items: dataset.items.count),
      threads: threads)
    logger.info("Memory estimated", metadata: ["memory.estimate": "\(memory.summary)"])
    guard let reason = memory.refusal(limit: plan.limits.memoryMB) else { return memory }
    let pointer = JSONPointer(["limits", "memory_mb"])
    let origin = jobFile.origin(of: jobFile.root.position(of: pointer))
    throw JobError(
      stage: .plan,
      cause: PlanError.faulty([JobFault(origin: origin, pointer: pointer, reason: reason)]))
  }

  /// Removes old runs. A failure only warns: the new run is published whatever becomes of them.
  private func prune(_ output: RunDirectory, _ clock: inout StageClock) {
    do throws(PublishingError) {
      try output.prune(
        keepRuns: plan.output.keepRuns, keepSeconds: plan.output.keepSeconds,
        now: Int64(Date().timeIntervalSince1970))
    } catch {
      clock.warn("an old run could not be removed: \(error)")
    }
  }

  /// Returns the refusals that were ignored, or throws them.
  private func gate(
    _ result: JobResult, _ changes: ChangesDocument, record: (StageClock) -> RunRecord,
    output: RunDirectory, staged: RunDirectory.StagedRun, _ clock: inout StageClock
  ) async throws(JobError) -> [String] {
    let findings = try await clock.run(.gate) {
      Gates(options: plan.gates).check(
        result, candidates: Candidates(of: result.trained.dataset, plan.recommend),
        changes: changes)
    }
    for warning in findings.warnings { clock.warn(warning) }
    if findings.refusals.isEmpty { return [] }
    if settings.ignoresGates {
      for refusal in findings.refusals { clock.warn("gate ignored: \(refusal)") }
      return findings.refusals
    }
    var record = record(clock)
    record.refusals = findings.refusals
    return try await clock.run(.gate) {
      try result.writeMetrics(to: staged.path)
      try result.writeReport(to: staged.path, plan: plan, version: nil)
      try write(record, changes, to: staged.path)
      let rejected = try output.reject(staged, keeping: RunDocuments.names + [ReportPage.name])
      throw GateRefusal(reasons: findings.refusals, rejectedDirectory: rejected)
    }
  }

  /// Writes the records of a run whose results are written, and from all of them its page.
  private func write(
    _ record: RunRecord, _ changes: ChangesDocument, to directory: String
  ) throws {
    try Self.write(plan.json(), RunDocuments.planName, directory)
    try Self.write(record.json, RunDocuments.runName, directory)
    try Self.write(changes.json, RunDocuments.changesName, directory)
    // It is made of the files, not of what they were made of, so that it can be made of them again.
    let page = ReportPage(try RunDocuments(of: directory)).text
    try DurableFile.write(page, to: PathName.joined(directory, ReportPage.name))
  }

  private static func write(
    _ value: JSONValue, _ name: String, _ directory: String
  ) throws(StorageError) {
    try DurableFile.write(value.prettyText(), to: PathName.joined(directory, name))
  }
}
