import Dispatch
import Logging
import Storage
import Synchronization

/// Whether a signal has asked a run to end.
///
/// A run ends at its next safe point: at once between two stages, at the end of the epoch while it
/// trains if that is near. A second signal ends the process without more ado; so does the first, if
/// no safe point comes.
public final class Interruption: Sendable {
  /// How long an epoch may still take.
  static let epochGrace = 3
  /// When the process ends, wherever it is.
  static let deadline = 8

  private struct State {
    var signal: Int32?
    var isTraining = false
    var isOver = false
  }

  private let state = Mutex(State())

  /// Creates one that nobody has asked for.
  public init() {}

  /// The signal that came first, if one did.
  public var signal: Int32? { state.withLock { $0.signal } }

  /// Whether the end of an epoch is a safe point to wait for.
  var isTraining: Bool {
    get { state.withLock { $0.isTraining } }
    set { state.withLock { $0.isTraining = newValue } }
  }

  /// Notes that the run is published: it may take the time that is left to say so.
  func finish() { state.withLock { $0.isOver = true } }

  private var isOver: Bool { state.withLock { $0.isOver } }

  /// Asks the run to end; returns `false` if it had been asked before.
  func request(_ signal: Int32) -> Bool {
    state.withLock { state in
      guard state.signal == nil else { return false }
      state.signal = signal
      return true
    }
  }

  /// Catches the signals that ask a process to end, for as long as what it returns is held.
  ///
  /// `cancel` is to cancel the task of the run.
  func watch(
    logger: Logger, cancelling cancel: @escaping @Sendable () -> Void
  ) -> EndingSignals {
    let queue = DispatchQueue(label: "recjob.signals")
    return EndingSignals(queue: queue) { [self] number in
      guard request(number) else { EndingSignals.end(by: number) }
      logger.notice("Stopping", metadata: ["signal": "\(EndingSignals.name(number))"])
      let grace = isTraining ? Self.epochGrace : 0
      queue.asyncAfter(deadline: .now() + .seconds(grace), execute: cancel)
      queue.asyncAfter(deadline: .now() + .seconds(Self.deadline)) {
        if !self.isOver { EndingSignals.end(by: number) }
      }
    }
  }
}

extension Interruption {
  /// Does some work, and ends it when a signal asks the process to end.
  func run<Result: Sendable>(
    logger: Logger, _ work: @escaping @Sendable () async throws -> Result
  ) async throws(JobError) -> Result {
    // The work waits until signals are caught: one that comes earlier ends the process without a word.
    let (watched, begin) = AsyncStream<Never>.makeStream()
    let task = Task {
      for await _ in watched {}
      return try await work()
    }
    let watch = watch(logger: logger) { task.cancel() }
    defer { withExtendedLifetime(watch) {} }
    begin.finish()
    do {
      return try await task.value
    } catch {
      throw JobError(stage: .plan, cause: error)
    }
  }
}

/// The end of a run, or of other work, that a signal asked for.
public struct Interrupted: Error, Equatable, Sendable, CustomStringConvertible {
  /// What was ended.
  public enum Work: Equatable, Sendable {
    /// A run, which publishes at its end.
    case run
    /// A comparison, which writes at its end.
    case comparison
    /// A search, which keeps each trial that has ended.
    case search
  }

  /// The signal.
  public let signal: Int32
  /// What was ended.
  public let work: Work
  /// Whether the next run of the same plan goes on where this one stopped.
  public let leavesCheckpoint: Bool

  /// Notes what a signal ended.
  init(signal: Int32, work: Work = .run, leavesCheckpoint: Bool) {
    self.signal = signal
    self.work = work
    self.leavesCheckpoint = leavesCheckpoint
  }

  /// Ends the process as the signal would have.
  public func endProcess() -> Never { EndingSignals.end(by: signal) }

  /// One sentence for people.
  public var description: String {
    "stopped by \(EndingSignals.name(signal)); " + consequence
  }

  private var consequence: String {
    switch work {
    case .run:
      "nothing was published and the latest run stays; "
        + (leavesCheckpoint
          ? "the next run of the same plan goes on from the checkpoint that was kept"
          : "the next run begins anew")
    case .comparison: "nothing was written; the next comparison begins anew"
    case .search:
      leavesCheckpoint
        ? "the next search of the same plan goes on after the trials that had ended"
        : "nothing was written; the next search begins anew"
    }
  }
}
