import Logging
import Publishing
import Recommenders

/// Saves how far the training of a run has come, so that a run that does not end is not lost.
///
/// It is saved at the end of an epoch, or of the training, if more than ``interval`` would be lost
/// otherwise, or if a signal asks the run to end. A failure to save only warns.
final class RunCheckpoints {
  /// The work that may be lost.
  static let interval = Duration.seconds(15)

  private let store: CheckpointStore
  private let interruption: Interruption
  private let logger: Logger
  private var lastSaved = ContinuousClock.now
  private var trained: TrainedJob?
  /// Whether there is a checkpoint that the next run can use.
  private(set) var isKept = false

  init(store: CheckpointStore, interruption: Interruption, logger: Logger) {
    self.store = store
    self.interruption = interruption
    self.logger = logger
  }

  /// What an earlier run has left, if this one can go on from it.
  func load() -> TrainingCheckpoint? {
    switch store.load() {
    case .nothing: return nil
    case .ignored(let reason):
      logger.warning(
        "Checkpoint ignored", metadata: ["checkpoint.path": "\(store.path)", "reason": "\(reason)"])
      return nil
    case .usable(let checkpoint):
      isKept = true
      let epochs = checkpoint.current?.progress.history.count
      logger.notice(
        "Training resumed",
        metadata: [
          "checkpoint.phase":
            "\(checkpoint.current?.step.phase.rawValue ?? (checkpoint.ended.last?.step.phase.rawValue ?? ""))",
          "checkpoint.epoch": .number(epochs ?? checkpoint.ended.last?.history.count ?? 0),
        ])
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
    trained = job
    if isDue { saveTrained() }
  }

  /// Saves what was trained and not saved yet.
  func saveTrained() {
    guard let job = trained else { return }
    trained = nil
    save(job.checkpoint)
  }

  /// Removes the checkpoint of a run that was published.
  func remove() {
    do throws(PublishingError) {
      try store.remove()
    } catch {
      logger.warning("Checkpoint not removed", metadata: ["reason": "\(error)"])
    }
  }

  private var isDue: Bool { ContinuousClock.now - lastSaved >= Self.interval }

  private func save(_ checkpoint: TrainingCheckpoint) {
    do throws(PublishingError) {
      try store.save(checkpoint)
      isKept = true
      logger.debug("Checkpoint saved", metadata: ["checkpoint.path": "\(store.path)"])
    } catch {
      logger.warning("Checkpoint not saved", metadata: ["reason": "\(error)"])
    }
    lastSaved = ContinuousClock.now
  }
}
