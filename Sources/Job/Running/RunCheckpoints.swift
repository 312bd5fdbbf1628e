import Logging
import Publishing
import Recommenders
import Synchronization

/// Saves how far the training of a run has come, so that a run that does not end is not lost.
///
/// It is saved at the end of an epoch, or of the training, if more than ``interval`` would be lost
/// otherwise, or if a signal asks the run to end. Of several trainings side by side, those whose epochs
/// did not end then may lose as much again. A failure to save only warns.
final class RunCheckpoints: Sendable {
  /// The work that may be lost.
  static let interval = Duration.seconds(15)

  private let store: CheckpointStore
  private let interruption: Interruption
  private let logger: Logger
  private let state = Mutex(State())

  private struct State {
    var lastSaved = ContinuousClock.now
    var trained: TrainedJob?
    var isKept = false
  }

  init(store: CheckpointStore, interruption: Interruption, logger: Logger) {
    self.store = store
    self.interruption = interruption
    self.logger = logger
  }

  /// Whether there is a checkpoint that the next run can use.
  var isKept: Bool { state.withLock { $0.isKept } }

  /// What an earlier run has left, if this one can go on from it.
  func load() -> TrainingCheckpoint? {
    switch store.load() {
    case .nothing: return nil
    case .ignored(let reason):
      logger.warning(
        "Checkpoint ignored", metadata: ["checkpoint.path": "\(store.path)", "reason": "\(reason)"])
      return nil
    case .usable(let checkpoint):
      state.withLock { $0.isKept = true }
      var metadata: Logger.Metadata = ["checkpoint.ended": .number(checkpoint.ended.count)]
      if let current = checkpoint.current.first {
        metadata["checkpoint.phase"] = "\(current.step.phase.rawValue)"
        metadata["checkpoint.model"] = .number(current.step.model + 1)
        if let fold = current.step.fold { metadata["checkpoint.fold"] = .number(fold + 1) }
        metadata["checkpoint.epoch"] = .number(current.progress.history.count)
      }
      logger.notice("Training resumed", metadata: metadata)
      return checkpoint
    }
  }

  /// A signal may wait for the end of an epoch from now on.
  func trainingBegins() { interruption.isTraining = true }

  /// There are no more epochs to wait for, or no more time.
  func trainingIsOver() { interruption.isTraining = false }

  /// Takes note of the end of an epoch, and ends the training if a signal asked for it.
  func epochEnded(_ checkpoint: () -> TrainingCheckpoint) throws(TrainingError) {
    let isStopping = interruption.signal != nil
    if isStopping || isDue { save(checkpoint()) }
    if isStopping { throw .cancelled }
  }

  /// Takes note of what was trained.
  func keep(_ job: TrainedJob) {
    if job.history.isEmpty { return }
    state.withLock { $0.trained = job }
    if isDue { saveTrained() }
  }

  /// Saves what was trained and not saved yet.
  func saveTrained() {
    let unsaved = state.withLock { state in
      defer { state.trained = nil }
      return state.trained
    }
    if let unsaved { save(unsaved.checkpoint) }
  }

  /// Removes the checkpoint of a run that was published.
  func remove() {
    do throws(PublishingError) {
      try store.remove()
    } catch {
      logger.warning("Checkpoint not removed", metadata: ["reason": "\(error)"])
    }
  }

  private var isDue: Bool {
    ContinuousClock.now - state.withLock { $0.lastSaved } >= Self.interval
  }

  private func save(_ checkpoint: TrainingCheckpoint) {
    do throws(PublishingError) {
      try store.save(checkpoint)
      state.withLock { $0.isKept = true }
      logger.debug("Checkpoint saved", metadata: ["checkpoint.path": "\(store.path)"])
    } catch {
      logger.warning("Checkpoint not saved", metadata: ["reason": "\(error)"])
    }
    state.withLock { $0.lastSaved = .now }
  }
}
