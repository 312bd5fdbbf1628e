import Storage
import Synchronization

/// What is known of a run from outside while it is under way, and after it has failed.
public final class RunObserver: Sendable {
  private struct State {
    var stages: [StageSeconds] = []
    var onLock: (@Sendable () -> Void)?
    var hasLock = false
    var lock: HeldLock?
  }

  private let state: Mutex<State>

  /// Creates the observer of one run; `onLock` is called once, when the output directory is the run's.
  public init(onLock: (@Sendable () -> Void)? = nil) {
    state = Mutex(State(onLock: onLock))
  }

  /// The stages so far with their seconds, one that failed included.
  public var stages: [StageSeconds] { state.withLock { $0.stages } }

  /// Whether the run has had the output directory for itself.
  public var hasLock: Bool { state.withLock { $0.hasLock } }

  /// Keeps the lock of the output directory until ``releaseLock()``, however the run ends.
  func hold(_ lock: HeldLock) { state.withLock { $0.lock = lock } }

  /// Gives the lock up.
  func releaseLock() { state.withLock { $0.lock = nil } }

  /// Notes that a stage, or a part of it, has ended.
  func note(_ stages: [StageSeconds], ended stage: Stage, failed: Bool) {
    let onLock: (@Sendable () -> Void)? = state.withLock { state in
      state.stages = stages
      guard stage == .lock, !failed, !state.hasLock else { return nil }
      state.hasLock = true
      return state.onLock.take()
    }
    onLock?()
  }
}

/// The lock of an output directory, for as long as anyone holds this.
final class HeldLock: Sendable {
  private let lock: FileLock

  init(_ lock: consuming FileLock) { self.lock = lock }
}
