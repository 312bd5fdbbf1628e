import Kernels
import Recommenders
import Synchronization
import TestSupport
import Testing

@testable import Job
@testable import Ratings

struct ModelTrainingTests {
  private let dataset: RatingsDataset

  init() throws {
    dataset = try PlantedDataset(users: 40, items: 30, density: 0.5).dataset()
  }

  private func train(
    threads: Int = 1, earlier: TrainingCheckpoint? = nil,
    checkpoint: @escaping RunTrainings.Checkpointing = { _ in },
    _ change: (inout Plan) -> Void
  ) async throws -> TrainedJob {
    var plan = Plan(name: "planted", sources: [])
    plan.training.refit = nil
    plan.model.factors = 3
    plan.training.learningRate = 0.02
    plan.training.maxEpochs = 12
    change(&plan)
    let split = try DatasetSplit(dataset: dataset, options: plan.split)
    return try await ModelTraining(
      plan: plan, dataset: dataset, split: split, threads: threads, onEpoch: { _ in },
      earlier: earlier, checkpoint: checkpoint
    ).run()
  }

  private func phases(_ job: TrainedJob) -> [TrainingPhase: Int] {
    Dictionary(grouping: job.history, by: \.phase).mapValues(\.count)
  }

  @Test func byDefaultTheModelIsTrainedAgainOnAllRowsThatAreNotHeldOut() async throws {
    let job = try await train { _ in }
    #expect(phases(job)[.refit] == job.bestEpoch && phases(job)[.refitAll] == nil)
    #expect(job.evaluatedRows == job.split.trainAndCarvedValidation)
    #expect(job.exportedRowCount == job.evaluatedRows.count)
    #expect(job.evaluated.tensors == job.exported.tensors)
    #expect(Set(job.evaluatedRows).isDisjoint(with: job.split.heldOut))
    #expect(job.baseline.trainingCounts == job.evaluated.trainingCounts)
  }

  @Test func withoutRefitTheEarlyStoppedModelIsExported() async throws {
    let job = try await train { $0.training.refit = RefitPolicy.none }
    #expect(phases(job) == [.search: job.history.count])
    #expect(job.evaluatedRows == job.split.train)
    #expect(Set(job.evaluatedRows).isDisjoint(with: job.split.validation))
  }

  @Test func refittingOnAllRowsLeavesTheEvaluationHonest() async throws {
    let (all, train) = (
      try await train { $0.training.refit = .all }, try await train { $0.training.refit = .train }
    )
    #expect(all.exportedRowCount == dataset.ratings.count)
    #expect(all.evaluated.tensors == train.evaluated.tensors)
    #expect(all.exported.tensors != all.evaluated.tensors)
    #expect(phases(all)[.refitAll] == all.bestEpoch)
  }

  @Test func watchingTheHeldOutRowsTrainsOnTheRest() async throws {
    let job = try await train { $0.split.validation = .test }
    #expect(job.split.validation == job.split.heldOut)
    #expect(job.resolved.refit == .none)
    #expect(job.evaluatedRows.count == dataset.ratings.count - job.split.heldOut.count)
  }

  @Test func theBaselineItselfMayBeTheModel() async throws {
    let job = try await train { $0.model.type = .bias }
    #expect(job.history.isEmpty && job.bestEpoch == 0)
    #expect(job.evaluated.tensors == job.baseline.tensors)
  }

  private func list(_ select: SelectPolicy, _ plan: inout Plan) {
    plan.models = [plan.model, plan.model, plan.model]
    plan.models[0].type = .bias
    plan.models[2].type = .dot
    plan.select = select
  }

  @Test func ofAListTheBestOnTheValidationRowsIsTrainedAgain() async throws {
    let alone = try await train { _ in }
    let job = try await train { list(.best, &$0) }
    let selection = try #require(job.selection)
    #expect(selection.rmses.min() == selection.rmses[1])
    #expect(selection.weights == [0, 1, 0])
    #expect(job.evaluated.tensors == alone.evaluated.tensors)
    #expect(job.history.map(\.label).contains("search-3"))
    #expect(job.trainings.map(\.step.model) == [0, 1, 2, 1])
  }

  @Test func aListIsBlendedByWeightsFromTheValidationRows() async throws {
    let job = try await train { list(.blend, &$0) }
    let selection = try #require(job.selection)
    let best = try #require(selection.rmses.min())
    #expect(try #require(selection.rmse) < 1.01 * best)
    #expect(selection.rows == job.split.validation.count)
    let blend = job.evaluated
    #expect(blend.configuration.type == .blend)
    #expect(blend.trainingCounts == job.baseline.trainingCounts)
    var parts: [any RatingPredictor] = []
    for number in 0..<3 {
      let part = try await train {
        list(.blend, &$0); $0.models = [$0.models[number]]
      }
      parts.append(part.evaluated)
    }
    let (item, user) = (ItemIndex(4), UserIndex(7))
    var sum = 0.0
    for (part, weight) in zip(parts, selection.weights) {
      sum += weight * Double(part.predictedRating(of: item, by: user))
    }
    #expect(abs(Double(blend.predictedRating(of: item, by: user)) - sum) < 1e-4)
    let rows = dataset.ratings.selecting(job.split.heldOut)
    let predictions = blend.predictions(of: rows, threads: 2).ratings
    for row in 0..<rows.count {
      let one = blend.predictedRating(of: rows.items[row], by: rows.users[row])
      #expect(abs(predictions[row] - one) < 1e-5)
    }
  }

  private func listStack(_ plan: inout Plan) {
    list(.stack, &plan)
    plan.models.swapAt(0, 1)
    plan.stack.folds = 3
    plan.stack.trees.trees = 15
    plan.stack.trees.leastRows = 20
  }

  @Test func aStackLearnsFromWhatItsModelsPredictOutOfFold() async throws {
    let job = try await train { listStack(&$0) }
    let stack = job.evaluated
    #expect(stack.configuration.type == .stack)
    #expect(stack.configuration.details.members.map(\.type) == [.biasedDot, .bias, .dot])
    let selection = try #require(job.selection)
    #expect(selection.policy == .stack && selection.rows == job.evaluatedRows.count)
    let steps = job.trainings.map(\.step)
    for model in 0..<3 {
      let folds = steps.filter { $0.model == model }.compactMap(\.fold)
      #expect(folds == [0, 1, 2])
      #expect(selection.rmses[model] > 0.05)
    }
    #expect(job.trainings.filter { $0.step.fold != nil }.allSatisfy { $0.model == nil })
    #expect(job.history.allSatisfy { !$0.label.contains("fold") })
    let alone = try await train { _ in }
    let first = stack.tensors.filter { $0.name.hasPrefix("model_1.") }.map(\.values)
    #expect(first == alone.evaluated.tensors.map(\.values))
  }

  @Test func aStackIsMadeForEachRefit() async throws {
    let all = try await train {
      listStack(&$0); $0.training.refit = .all
    }
    let once = try await train { listStack(&$0) }
    #expect(all.evaluated.tensors == once.evaluated.tensors)
    #expect(all.exported.configuration.type == .stack)
    #expect(all.exported.tensors != all.evaluated.tensors)
    let none = try await train {
      listStack(&$0); $0.training.refit = RefitPolicy.none
    }
    #expect(none.evaluated.configuration.type == .stack)
    #expect(none.selection?.rows == none.split.train.count)
  }

  @Test(arguments: [SelectPolicy.blend, .stack])
  func theSelectionDoesNotLookAtTheHeldOutRows(select: SelectPolicy) async throws {
    func choose(_ plan: inout Plan) {
      if select == .stack { listStack(&plan) } else { list(select, &plan) }
    }
    let job = try await train { choose(&$0) }
    var values = dataset.ratings.values
    for row in job.split.heldOut { values[Int(row)] = .nan }
    let columns = RatingColumns(
      users: dataset.ratings.users, items: dataset.ratings.items, values: values,
      timestamps: dataset.ratings.timestamps)
    #expect(columns.values.contains { $0.isNaN })
    var plan = Plan(name: "planted", sources: [])
    plan.model.factors = 3
    plan.training.learningRate = 0.02
    plan.training.maxEpochs = 12
    choose(&plan)
    var unlabelled = dataset
    unlabelled.ratings = columns
    let blind = try await ModelTraining(
      plan: plan, dataset: unlabelled, split: job.split, threads: 1,
      onEpoch: { _ in }
    ).run()
    #expect(blind.selection == job.selection)
    #expect(blind.evaluated.tensors == job.evaluated.tensors)
  }

  @Test(arguments: [SelectPolicy.blend, .stack], [2, 5])
  func modelsSideBySideComeToTheSameBits(select: SelectPolicy, threads: Int) async throws {
    func choose(_ plan: inout Plan) {
      if select == .stack { listStack(&plan) } else { list(select, &plan) }
      plan.training.refit = .all
    }
    let (one, several) = (
      try await train { choose(&$0) }, try await train(threads: threads) { choose(&$0) }
    )
    #expect(several.exported.tensors == one.exported.tensors)
    #expect(several.evaluated.tensors == one.evaluated.tensors)
    #expect(several.selection == one.selection)
    #expect(several.trainings.map(\.step) == one.trainings.map(\.step))
    #expect(several.trainings.map(\.history) == one.trainings.map(\.history))
  }

  @Test(arguments: [SelectPolicy.blend, .stack], [1, 3])
  func aListIsResumedAfterEveryEpoch(select: SelectPolicy, threads: Int) async throws {
    func choose(_ plan: inout Plan) {
      plan.training.maxEpochs = 5
      if select == .stack { listStack(&plan) } else { list(select, &plan) }
    }
    let whole = try await train { choose(&$0) }
    let saved = Mutex([TrainingCheckpoint]())
    _ = try await train(
      threads: threads,
      checkpoint: { checkpoint in saved.withLock { $0.append(checkpoint()) } }
    ) { choose(&$0) }
    let checkpoints = saved.withLock { $0 }
    let epochs = whole.trainings.reduce(0) { $0 + $1.history.count }
    #expect(checkpoints.count == epochs)
    #expect(checkpoints.allSatisfy { (1...threads).contains($0.current.count) })
    for checkpoint in checkpoints {
      let resumed = try await train(threads: threads, earlier: checkpoint) { choose(&$0) }
      #expect(resumed.evaluated.tensors == whole.evaluated.tensors)
      #expect(resumed.selection == whole.selection)
    }
  }
}
