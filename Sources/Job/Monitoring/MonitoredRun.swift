import Foundation
public import Logging
import Storage

/// A run with those around it who are told how it went: `state/last.json`, the metrics file, the lineage
/// and the pings.
///
/// None of them can change what a run comes to. Each has two seconds; one that fails, or is late, is
/// one warning in the log.
public struct MonitoredRun: Sendable {
  /// The seconds that each sink has.
  private static let sinkSeconds = 2.0

  private let plan: Plan
  private let output: String
  private let metricsFile: String?
  private let pings: Pings?
  private let tail: LogTail
  private let logger: Logger
  private let budget: Double

  /// Prepares to watch a run of a job, whose log has the given tail.
  public init(
    jobFile: JobFile, plan: Plan, tail: LogTail, logger: Logger
  ) {
    self.init(
      jobFile: jobFile, plan: plan, tail: tail, logger: logger,
      environment: ProcessInfo.processInfo.environment, budget: Self.sinkSeconds)
  }

  init(
    jobFile: JobFile, plan: Plan, tail: LogTail, logger: Logger, environment: [String: String],
    budget: Double
  ) {
    self.plan = plan
    self.tail = tail
    self.logger = logger
    self.budget = budget
    output = jobFile.resolved(plan.output.directory ?? "out")
    metricsFile = plan.monitoring.metricsFile.map { jobFile.resolved($0) }
    pings = plan.monitoring.ping.map {
      Pings($0, base: jobFile.baseDirectory, environment: environment, budget: budget)
    }
  }

  /// Runs what is given and tells everyone how it went.
  ///
  /// - Parameter body: The run; it tells its stages to the observer.
  /// - Returns: How it went. The caller writes it to the log, as its last line.
  public func run(
    _ body: (RunObserver) async throws(JobError) -> RunOutcome
  ) async -> RunReport {
    let pings = pings
    let observer = RunObserver { pings?.start() }
    let (started, begin) = (Date(), ContinuousClock.now)
    let ending: RunEnding
    do {
      switch try await body(observer) {
      case .published(let summary): ending = .published(summary)
      case .unchanged(let run): ending = .unchanged(run)
      }
    } catch {
      ending = .failed(error)
    }
    let report = RunReport(
      job: plan.name, ending: ending, started: started, finished: Date(),
      seconds: (ContinuousClock.now - begin) / .seconds(1), stages: observer.stages)
    // A run that found another at work, or was told to end while it waited for that one, leaves its
    // files alone and disturbs nobody.
    let waited = report.failure?.stage == .lock && report.signal != nil && !observer.hasLock
    guard !report.isHeldOff, !waited else { return report }
    // The files of the output directory first, while it is this run's alone.
    let state = RunState(report, after: RunState(output: output))
    if observer.hasLock {
      await write("state") { [output] () throws(StorageError) in try state.write(to: output) }
      if let events = lineage(report) {
        let path = RunState.path(in: output, RunStatements.lineageName)
        await write("open_lineage") { () throws(StorageError) in
          try DurableFile.write(events, to: path)
        }
      }
    }
    observer.releaseLock()
    if let metricsFile {
      await write("metrics_file") { () throws(StorageError) in
        try MetricsTextfile(report: report, success: state.success).write(to: metricsFile)
      }
    }
    if let reason = await pings?.end(report.event, body: report.body(after: tail)) {
      warn("ping", reason)
    }
    return report
  }

  private func write(
    _ sink: String, _ body: @escaping @Sendable () throws(StorageError) -> Void
  ) async {
    let work = BoundedWork { () -> String? in
      do throws(StorageError) {
        try body()
        return nil
      } catch {
        return error.description
      }
    }
    let reason = await work.value(within: budget) ?? "not written within \(budget) s"
    if let reason { warn(sink, reason) }
  }

  private func warn(_ sink: String, _ reason: String) {
    logger.warning("Monitoring failed", metadata: ["sink": "\(sink)", "reason": "\(reason)"])
  }

  /// The events of the run: those that it published, or those of a run that published nothing.
  private func lineage(_ report: RunReport) -> String? {
    guard let options = plan.monitoring.openLineage else { return nil }
    if case .published(let summary) = report.ending {
      return try? FileSystem.readText(
        PathName.joined(summary.directory, RunStatements.lineageName))
    }
    let process = ProcessInfo.processInfo.processIdentifier
    let events = LineageEvents(
      job: plan.name, options: options, output: Machine.absolutePath(output),
      key: "\(Machine.hostName) \(process) \(report.started.timeIntervalSince1970)")
    return events.lines([
      events.event(.start, at: report.started),
      events.event(
        report.failure == nil ? .complete : .fail, at: report.finished, failure: report.reason),
    ])
  }
}

extension RunReport {
  /// What is told of the ending.
  fileprivate var event: Pings.Event {
    failure == nil
      ? .success : .failure(exitStatus: exitStatus, isSignal: signal != nil)
  }

  /// What a ping of the ending says: nothing of a success; of a failure the end of the log, then the
  /// failure itself, at most as much as healthchecks keeps.
  fileprivate func body(after tail: LogTail) -> [UInt8] {
    guard failure != nil else { return [] }
    let last = Array("\(sentence)\n".utf8.prefix(LogTail.capacity))
    return tail.text.suffix(LogTail.capacity - last.count) + last
  }
}
