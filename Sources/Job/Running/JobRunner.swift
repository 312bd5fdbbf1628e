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

  /// Creates the default settings.
  public init() {}
}

/// What a run came to.
public struct RunSummary: Sendable {
  /// The name of the run.
  public let run: String
  /// The directory of the run.
  public let directory: String
  /// The RMSE on the held-out rows.
  public let testRMSE: Double
  /// The bias baseline's.
  public let baselineRMSE: Double
  /// The number of users with a list.
  public let users: Int
  /// The number of recommendations.
  public let recommendations: Int
  /// The epoch that was chosen.
  public let bestEpoch: Int
  /// Whether training watched the held-out rows.
  public let isOptimistic: Bool
  /// The seconds of the whole run.
  public let seconds: Double

  /// One line that says it all.
  public var line: String {
    let rmse = [testRMSE, baselineRMSE].map { String(($0 * 10_000).rounded() / 10_000) }
    let caution = isOptimistic ? " (optimistic: training watched the held-out rows)" : ""
    return "test RMSE \(rmse[0])\(caution), baseline \(rmse[1]), best epoch \(bestEpoch), "
      + "\(recommendations) recommendations for \(users) users in "
      + "\((seconds * 10).rounded() / 10) s"
  }
}

/// Runs a job: every stage in order, then the flip of `latest`.
public struct JobRunner: Sendable {
  private let jobFile: JobFile
  private let plan: Plan
  private let settings: RunSettings
  private let logger: Logger

  /// Prepares the run of a checked plan.
  public init(jobFile: JobFile, plan: Plan, settings: RunSettings, logger: Logger) {
    self.jobFile = jobFile
    self.plan = plan
    self.settings = settings
    self.logger = logger
  }

  /// Runs the job and publishes its result.
  ///
  /// - Returns: What was published; it is durable when this returns.
  /// - Throws: ``JobError`` with the stage that failed; nothing was published then.
  public func run() async throws(JobError) -> RunSummary {
    let started = Date()
    var clock = StageClock(logger: logger)
    let output = RunDirectory(jobFile.resolved(plan.output.directory ?? "out"))

    let lock = try await clock.run(.lock) {
      try FileSystem.makeDirectory(output.path)
      let lock = try FileLock.acquire(
        PathName.joined(output.path, ".lock"),
        holder: Machine.holderText("job \(plan.name)", since: started),
        waitSeconds: plan.lockWaitSeconds)
      try output.sweepStaging()
      return lock
    }
    let fetched = try await clock.run(.fetch) { try await DatasetFetch(jobFile, plan).run() }
    logger.info(
      "Dataset fetched",
      metadata: [
        "dataset.source": "\(fetched.dataset.origin)",
        "dataset.sha256": "\(fetched.dataset.sha256)",
        "dataset.bytes": "\(fetched.dataset.bytes)",
      ])
    let dataset = try await clock.run(.read) {
      try DatasetReading.read(fetched, options: plan.dataset)
    }
    reportData(dataset)
    let memory = try checkMemory(dataset)
    let result = try await JobComputation(
      plan: plan, threads: threads, logger: logger
    ).run(dataset, &clock)

    let resultPlan = plan.resultPlan(of: fetched)
    let staged = try await clock.run(.gate) {
      try output.stage(planHash: plan.planHash, now: Int64(started.timeIntervalSince1970))
    }
    do {
      let latest = try await clock.run(.gate) { try output.runs().first { $0.isLatest } }
      let ignored = try await gate(
        result, resultPlan, latest: latest, output: output, staged: staged, &clock)
      let changes = changes(result, since: latest, &clock)
      let rows = try await result.write(
        to: staged.path, plan: plan, resultPlan: resultPlan, &clock)
      let stages = clock
      let published = try await clock.run(.publish) {
        let record = RunRecord(
          identifier: "\(staged.identifier)", plan: plan, jobFile: jobFile,
          resultPlanHash: plan.resultPlanHash(of: fetched),
          dataset: fetched.record, started: started, finished: Date(),
          stageSeconds: stages.stages, threads: threads, warnings: stages.warnings,
          estimatedMemoryBytes: memory.bytes, ignoredGates: ignored)
        try Self.write(plan.json(), "plan.json", staged.path)
        try Self.write(record.json, "run.json", staged.path)
        try Self.write(changes.json, "changes.json", staged.path)
        return try output.publish(staged, rows: rows, threads: threads)
      }
      prune(output, &clock)
      lock.release()
      return result.summary(
        run: "\(staged.identifier)", directory: published.path, plan: plan,
        seconds: clock.total)
    } catch {
      // A staged run that is not there any more was published or rejected.
      try? output.discard(staged)
      throw JobError(stage: .publish, cause: error)
    }
  }

  private var threads: Int {
    settings.threads ?? plan.limits.threads ?? Machine.processorCount
  }

  private func reportData(_ dataset: RatingsDataset) {
    let report = dataset.report
    var facts: Logger.Metadata = [
      "data.rows_read": "\(report.rowsRead)", "data.ratings": "\(dataset.ratings.count)",
      "data.users": "\(dataset.users.count)", "data.items": "\(dataset.items.count)",
      "data.density": "\(dataset.density)",
      "data.scale": "\(dataset.scale.minimum) to \(dataset.scale.maximum)",
      "data.duplicates_merged": "\(report.duplicatesMerged)",
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
          "filtered.outside_time_span": "\(filtered.outsideTimeSpan)",
          "filtered.below_minimum": "\(filtered.belowMinimum)",
          "filtered.users": "\(filtered.usersDropped)",
          "filtered.items": "\(filtered.itemsDropped)",
        ])
    }
    for skipped in report.skipped + report.skippedItems {
      logger.warning(
        "Rows skipped",
        metadata: ["rows.reason": "\(skipped.reason.rawValue)", "rows.count": "\(skipped.count)"])
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

  /// Compares with the latest run, and tells the log; what cannot be compared only warns.
  private func changes(
    _ result: JobResult, since latest: RunDirectory.PublishedRun?, _ clock: inout StageClock
  ) -> ChangesDocument {
    let changes = ChangesDocument(
      dataset: result.trained.dataset, metrics: result.metrics,
      since: latest.map { ("\($0.identifier)", $0.path, $0.metrics) })
    for warning in changes.warnings { clock.warn(warning) }
    if let previous = changes.previous, !changes.summary.isEmpty {
      let facts = changes.summary.map { ($0.key, Logger.MetadataValue.string($0.value)) }
      logger.info(
        "Data compared",
        metadata: Dictionary(uniqueKeysWithValues: facts + [("run.previous", .string(previous))]))
    }
    return changes
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
    _ result: JobResult, _ resultPlan: JSONValue, latest: RunDirectory.PublishedRun?,
    output: RunDirectory, staged: RunDirectory.StagedRun, _ clock: inout StageClock
  ) async throws(JobError) -> [String] {
    if let latest, latest.metrics == nil {
      clock.warn("the metrics of \(latest.path) cannot be read; it is not compared with")
    }
    let findings = try await clock.run(.gate) {
      let before = latest.flatMap { try? FileSystem.readBytes("\($0.path)/model/plan.json") }
        .flatMap { try? JSONParser.parseValue($0, path: "plan.json") }
      return Gates(options: plan.gates).check(
        metrics: result.metrics, lists: result.lists, model: result.trained.exported,
        previous: latest?.metrics,
        isComparable: before?["model"] == resultPlan["model"]
          && before?["split"] == resultPlan["split"])
    }
    for warning in findings.warnings { clock.warn(warning) }
    if findings.refusals.isEmpty { return [] }
    if settings.ignoresGates {
      for refusal in findings.refusals { clock.warn("gate ignored: \(refusal)") }
      return findings.refusals
    }
    return try await clock.run(.gate) {
      try Self.write(plan.json(), "plan.json", staged.path)
      try result.writeMetrics(to: staged.path)
      let rejected = try output.reject(
        staged, keeping: ["metrics.json", "history.csv", "plan.json"])
      throw GateRefusal(reasons: findings.refusals, rejectedDirectory: rejected)
    }
  }

  private static func write(
    _ value: JSONValue, _ name: String, _ directory: String
  ) throws(StorageError) {
    try DurableFile.write(value.prettyText(), to: PathName.joined(directory, name))
  }
}
