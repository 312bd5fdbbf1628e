import Recommenders
import Synchronization
import TestSupport
import Testing

@testable import Job
@testable import Ratings

/// Trainings that are done side by side.
struct RunTrainingsTests {
  private let dataset: RatingsDataset

  init() throws {
    dataset = try PlantedDataset(users: 40, items: 30, density: 0.5).dataset()
  }

  private func task(
    _ number: Int, epochs: Int = 5, learningRate: Double = 0.01
  ) -> TrainingTask {
    var options = TrainingOptions()
    options.learningRate = learningRate
    let model = ModelOptions()
    let rows = RatingSubset(dataset.ratings)
    let trainer = Trainer(
      model: model, training: options,
      resolved: ResolvedTraining(options, model: model, ratings: rows.count, watchesHeldOut: false),
      users: dataset.users.count, items: dataset.items.count, scale: dataset.scale)
    return TrainingTask(
      step: TrainingStep(.refit, model: number), trainer: trainer, rows: rows,
      course: .epochs(epochs), yield: .model)
  }

  private func trainings(
    threads: Int, earlier: TrainingCheckpoint? = nil,
    onEpoch: @escaping @Sendable (EndedEpoch) -> Void = { _ in },
    checkpoint: @escaping RunTrainings.Checkpointing = { _ in }
  ) -> RunTrainings {
    RunTrainings(
      earlier: earlier, areSeveral: true, threads: threads, atOnce: threads,
      onEpoch: onEpoch, checkpoint: checkpoint)
  }

  private func failure(_ tasks: [TrainingTask], threads: Int) async -> TrainingError? {
    do throws(TrainingError) {
      _ = try await trainings(threads: threads).run(tasks)
      return nil
    } catch {
      return error
    }
  }

  @Test func epochsAreToldOneAtATimeWithTheirTime() async throws {
    let list = Mutex([EndedEpoch]())
    let trainings = trainings(threads: 3) { epoch in list.withLock { $0.append(epoch) } }
    let begin = ContinuousClock.now
    let completed = try await trainings.run((0..<4).map { task($0) })
    let passed = ContinuousClock.now - begin
    let told = list.withLock { $0 }
    #expect(completed.map(\.step.model) == [0, 1, 2, 3])
    #expect(completed.allSatisfy { $0.model != nil && $0.bestEpoch == 5 })
    for model in 0..<4 {
      let own = told.filter { $0.epoch.model == model }
      #expect(own.map(\.epoch.record.epoch) == [1, 2, 3, 4, 5])
      let taken = own.reduce(Duration.zero) { $0 + $1.duration }
      #expect(taken > .zero && taken <= passed)
    }
    // Nothing was asked for before the first.
    #expect(told.filter { $0.epoch.model == 0 }.allSatisfy { $0.isOfFirst })
  }

  @Test(arguments: [1, 2, 5])
  func theFirstFailureIsThatOfTheRun(threads: Int) async {
    let tasks = [
      task(0, epochs: 100), task(1, learningRate: 1e20), task(2, learningRate: 1e25), task(3),
    ]
    let first = await failure([tasks[1]], threads: 1)
    #expect(first != nil && first != .cancelled)
    #expect(await failure([tasks[2]], threads: 1) != first)
    #expect(await failure(tasks, threads: threads) == first)
  }

  @Test func noneBeginsAfterOneHasFailed() async {
    let list = Mutex([Int?]())
    let trainings = trainings(threads: 1) { ended in
      list.withLock { $0.append(ended.epoch.model) }
    }
    let tasks = [task(0), task(1, learningRate: 1e20), task(2)]
    await #expect(throws: TrainingError.self) { _ = try await trainings.run(tasks) }
    let told = list.withLock { $0 }
    #expect(told.contains(0) && !told.contains(2))
    #expect(trainings.completed.isEmpty)
  }

  @Test func whatOthersHaveSavedIsKeptUntilItEnds() async throws {
    let checkpoints = Mutex([TrainingCheckpoint]())
    let epochs = Mutex([PhasedEpoch]())
    let trainings = trainings(
      threads: 2, onEpoch: { ended in epochs.withLock { $0.append(ended.epoch) } },
      checkpoint: { checkpoint in checkpoints.withLock { $0.append(checkpoint()) } })
    _ = try await trainings.run((0..<3).map { task($0, epochs: 20) })
    let (saved, told) = (checkpoints.withLock { $0 }, epochs.withLock { $0 })
    // Each checkpoint is after an epoch; what it says of any training never goes back.
    #expect(saved.count == 60)
    for model in 0..<3 {
      let epochs = saved.map { checkpoint in
        if checkpoint.ended.contains(where: { $0.step.model == model }) { return 20 }
        return checkpoint.current.first { $0.step.model == model }?.progress.history.count ?? 0
      }
      #expect(zip(epochs, epochs.dropFirst()).allSatisfy { $0 <= $1 })
      #expect(epochs.contains(19))
    }
    // Where the second told of itself before the first, the first's checkpoint has both.
    let untilItsEnd = told.prefix { $0.model != 1 || $0.record.epoch < 20 }
    let isBesideTheFirst = untilItsEnd.drop { $0.model != 1 }.contains { $0.model == 0 }
    #expect(saved.contains { $0.current.count == 2 } || !isBesideTheFirst)
    #expect(saved.allSatisfy { $0.ended.map(\.step.model).sorted() == $0.ended.map(\.step.model) })
  }

  @Test func whatAnEarlierProcessKnewIsKeptUntilItsTurnComes() async throws {
    let tasks = (0..<3).map { task($0) }
    func checkpoints(
      threads: Int, after earlier: TrainingCheckpoint?
    ) async throws -> [TrainingCheckpoint] {
      let saved = Mutex([TrainingCheckpoint]())
      _ = try await trainings(
        threads: threads, earlier: earlier,
        checkpoint: { checkpoint in saved.withLock { $0.append(checkpoint()) } }
      ).run(tasks)
      return saved.withLock { $0 }
    }
    let whole = try await checkpoints(threads: 1, after: nil)
    // Two were at work, and the third had ended before them.
    let last = CompletedTraining(
      step: tasks[2].step, history: [], bestEpoch: 5,
      model: try await trainings(threads: 1).run(
        [tasks[2]])[0].model)
    let earlier = TrainingCheckpoint(
      ended: [last.ended], current: whole[1].current + whole[7].current)
    #expect(earlier.current.map(\.step.model) == [0, 1])
    for threads in [1, 2] {
      let saved = try await checkpoints(threads: threads, after: earlier)
      // Of the first three epochs are left, of the second two, of the third none.
      #expect(saved.count == 5)
      for checkpoint in saved {
        #expect(
          checkpoint.ended.contains { $0.step.model == 2 && $0.tensors == last.ended.tensors })
        let known = checkpoint.ended.map(\.step) + checkpoint.current.map(\.step)
        #expect(known.count == 3 && Set(known) == Set(tasks.map(\.step)))
      }
    }
  }

  @Test func whatWasSavedBeforeASignalIsKeptWithWhatEndsLater() async {
    let checkpoints = Mutex([TrainingCheckpoint]())
    let trainings = trainings(
      threads: 2,
      checkpoint: { (checkpoint) throws(TrainingError) in
        let count = checkpoints.withLock { saved in
          saved.append(checkpoint())
          return saved.count
        }
        if count > 20 { throw .cancelled }
      })
    let tasks = (0..<2).map { task($0, epochs: 1000) }
    await #expect(throws: TrainingError.cancelled) { _ = try await trainings.run(tasks) }
    let saved = checkpoints.withLock { $0 }
    for model in 0..<2 {
      let epochs = saved.map { checkpoint in
        checkpoint.current.first { $0.step.model == model }?.progress.history.count ?? 0
      }
      #expect(zip(epochs, epochs.dropFirst()).allSatisfy { $0 <= $1 })
    }
    #expect(saved.last?.current.isEmpty == false)
  }
}
