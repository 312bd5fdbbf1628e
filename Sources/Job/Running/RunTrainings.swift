import Recommenders
import Synchronization

/// The trainings of a run, each of which may have ended, or begun, in an earlier process.
///
/// Those that need nothing of each other are done side by side: one that is small keeps few threads
/// busy. What they come to, and the order in which that is listed, does not depend on how many are.
final class RunTrainings: Sendable {
  /// The trainings asked for last, by their numbers.
  private struct Round {
    /// Whether several may be at work at the same time.
    var areSideBySide = false
    var next = 0
    var completed: [Int: CompletedTraining] = [:]
    var failures: [Int: TrainingError] = [:]
    /// How far trainings are, or were when they were cancelled, that others save beside theirs.
    var progress: [Int: TrainingProgress] = [:]
    /// The trainings that are to tell how far they are, so that it is saved the next time.
    var asked: Set<Int> = []

    /// Those that have begun and not ended.
    var atWork: [Int] { (0..<next).filter { completed[$0] == nil && failures[$0] == nil } }
  }

  private struct State {
    var completed: [CompletedTraining] = []
    var round = Round()
  }

  private let earlier: TrainingCheckpoint?
  private let areSeveral: Bool
  private let threads: Int
  private let atOnce: Int
  private let onEpoch: @Sendable (EndedEpoch) -> Void
  private let checkpoint: Checkpointing
  private let state = Mutex(State())

  /// Takes note of how far the trainings of a run are, if it asks for it.
  typealias Checkpointing =
    @Sendable (() -> TrainingCheckpoint) throws(TrainingError) -> Void

  /// Prepares the trainings of a run.
  ///
  /// - Parameters:
  ///   - earlier: How far an earlier process came with them.
  ///   - areSeveral: Whether the run trains several models.
  ///   - threads: The number of threads.
  ///   - atOnce: The most trainings that may be at work at the same time.
  ///   - onEpoch: Is called at the end of each epoch, by one training at a time.
  ///   - checkpoint: Is called after that with a way to ask for a checkpoint.
  init(
    earlier: TrainingCheckpoint?, areSeveral: Bool, threads: Int, atOnce: Int,
    onEpoch: @escaping @Sendable (EndedEpoch) -> Void, checkpoint: @escaping Checkpointing
  ) {
    self.earlier = earlier
    self.areSeveral = areSeveral
    self.threads = max(threads, 1)
    self.atOnce = atOnce
    self.onEpoch = onEpoch
    self.checkpoint = checkpoint
  }

  /// All that have ended, in the order in which they were asked for.
  var completed: [CompletedTraining] { state.withLock { $0.completed } }

  /// Does trainings that need nothing of each other, and returns what they came to.
  ///
  /// - Throws: What the first of those that failed threw. None begins after one has failed.
  func run(_ tasks: [TrainingTask]) async throws(TrainingError) -> [CompletedTraining] {
    let teams = min(atOnce, tasks.count { takesLong($0) })
    state.withLock { $0.round = Round(areSideBySide: teams > 1) }
    if teams <= 1 {
      work(tasks, threads: threads)
    } else {
      await withTaskGroup { group in
        for team in 0..<teams {
          group.addTask { [self] in work(tasks, threads: (threads + team) / teams) }
        }
      }
    }
    return try state.withLock { (state) throws(TrainingError) in
      if let first = state.round.failures.min(by: { $0.key < $1.key }) { throw first.value }
      let completed = tasks.indices.compactMap { state.round.completed[$0] }
      state.completed += completed
      state.round = Round()
      return completed
    }
  }

  /// Whether a training has epochs, and has not ended in an earlier process.
  private func takesLong(_ task: TrainingTask) -> Bool {
    task.trainer.hasEpochs && earlier?.ended.contains { $0.step == task.step } != true
  }

  /// Does one training after the other, always the first that nobody has begun.
  private func work(_ tasks: [TrainingTask], threads: Int) {
    while let number = begin(tasks.count) {
      do throws(TrainingError) {
        let completed = try train(number, of: tasks, threads: threads)
        state.withLock { state in
          state.round.completed[number] = completed
          state.round.progress[number] = nil
        }
      } catch {
        state.withLock { $0.round.failures[number] = error }
      }
    }
  }

  private func begin(_ count: Int) -> Int? {
    state.withLock { state in
      guard state.round.failures.isEmpty, state.round.next < count else { return nil }
      defer { state.round.next += 1 }
      return state.round.next
    }
  }

  private func train(
    _ number: Int, of tasks: [TrainingTask], threads: Int
  ) throws(TrainingError) -> CompletedTraining {
    let task = tasks[number]
    let step = task.step
    if let ended = earlier?.ended.first(where: { $0.step == step }),
      let completed = task.completed(by: ended)
    {
      return completed
    }
    let model = areSeveral ? step.model : nil
    var mark = ContinuousClock.now
    return try task.train(
      threads: threads, resuming: earlier?.current.first { $0.step == step }?.progress,
      onEpoch: { record in
        let now = ContinuousClock.now
        tell(
          PhasedEpoch(phase: step.phase, model: model, fold: step.fold, record: record),
          of: number, took: now - mark)
        mark = now
      }
    ) { (progress) throws(TrainingError) in
      try save(number, of: tasks, progress)
    }
  }

  private func tell(_ epoch: PhasedEpoch, of number: Int, took duration: Duration) {
    state.withLock { state in
      onEpoch(
        EndedEpoch(
          epoch: epoch, duration: duration, isOfFirst: state.round.atWork.first == number))
    }
  }

  /// Lets the end of an epoch be saved, with all that is known of other trainings.
  private func save(
    _ number: Int, of tasks: [TrainingTask], _ progress: () -> TrainingProgress
  ) throws(TrainingError) {
    try state.withLock { (state) throws(TrainingError) in
      // The run fails by the first that fails, unless it is ended: this one is of no use any more.
      let isInVain = state.round.failures.contains { $0.key < number && $0.value != .cancelled }
      if isInVain { throw .cancelled }
      if state.round.asked.remove(number) != nil { state.round.progress[number] = progress() }
      let (completed, round) = (state.completed, state.round)
      var saved: TrainingProgress?
      defer {
        // The next checkpoint may be another training's, and is not to know less of this one.
        if let saved, round.areSideBySide {
          state.round.progress[number] = saved
          state.round.asked = Set(round.atWork).subtracting([number])
        }
      }
      try checkpoint {
        var current = round.progress
        current[number] = progress()
        saved = current[number]
        return joined(
          ended: completed + tasks.indices.compactMap { round.completed[$0] },
          current: tasks.indices.compactMap { index in
            current[index].map {
              TrainingCheckpoint.Current(step: tasks[index].step, progress: $0)
            }
          })
      }
    }
  }

  /// What is known of trainings, with what an earlier process knew of those that are not there yet.
  private func joined(
    ended: [CompletedTraining], current: [TrainingCheckpoint.Current]
  ) -> TrainingCheckpoint {
    let known = Set(ended.map(\.step) + current.map(\.step))
    return TrainingCheckpoint(
      ended: ended.map(\.ended) + (earlier?.ended ?? []).filter { !known.contains($0.step) },
      current: current + (earlier?.current ?? []).filter { !known.contains($0.step) })
  }
}

/// An epoch that has just ended.
struct EndedEpoch: Sendable {
  let epoch: PhasedEpoch
  /// How long it took; the first of a training includes what came before.
  let duration: Duration
  /// Whether its training was asked for first of those that are at work.
  let isOfFirst: Bool
}
