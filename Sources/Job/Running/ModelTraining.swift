import Ratings
import Recommenders

/// Trains the models of a plan as its `refit` says; of several it makes one as its `select` says.
struct ModelTraining {
  let plan: Plan
  let dataset: RatingsDataset
  let split: DatasetSplit
  let threads: Int
  let onEpoch: @Sendable (EndedEpoch) -> Void
  /// How far an earlier process came with the same trainings.
  var earlier: TrainingCheckpoint?
  /// Is called at the end of each epoch, with a way to ask for a checkpoint.
  var checkpoint: RunTrainings.Checkpointing = { _ in }

  func run() async throws(TrainingError) -> TrainedJob {
    let ratings = dataset.ratings
    let notHeldOut = split.trainAndCarvedValidation
    let trainings = RunTrainings(
      earlier: earlier, areSeveral: plan.models.count > 1, threads: threads,
      atOnce: MemoryPlan(plan, MemoryPlan.Counts(dataset), threads: threads).trainingsAtOnce,
      onEpoch: onEpoch, checkpoint: checkpoint)
    let candidates = plan.models.enumerated().map { candidate($0, $1) }
    let resolved = candidates[0].resolved
    let (members, weights, selected) = try await select(candidates, trainings)
    var selection = selected

    func trained(
      _ phase: TrainingPhase, on rows: RatingSubset
    ) async throws(TrainingError) -> any RatingPredictor {
      let stacking = stacking(on: rows)
      let folds = stacking.map { stacking in (0..<plan.stack.folds).map { stacking.fold($0) } }
      let completed = try await trainings.run(
        members.flatMap { $0.tasks(phase, on: rows, folds: folds ?? []) })
      let models =
        phase == .search ? members.compactMap(\.searched) : completed.compactMap(\.model)
      guard let stacking else { return weighted(models, weights) }
      let predictions = members.map { member in
        stacking.joined(
          completed.filter { $0.step.model == member.candidate.number }.compactMap(\.predictions))
      }
      let targets = (0..<rows.count).map { rows.columns.values[rows.row(at: $0)] }
      selection =
        selection ?? ModelSelection(.stack, predictions: predictions, ratings: targets)
      return stacking.model(of: models, predictions: predictions)
    }

    let evaluatedRows = resolved.refit == .none ? split.train : notHeldOut
    let evaluated = try await trained(
      resolved.refit == .none ? .search : .refit, on: RatingSubset(ratings, rows: evaluatedRows))
    let (exported, exportedRowCount) =
      resolved.refit == .all
      ? (try await trained(.refitAll, on: RatingSubset(ratings)), ratings.count)
      : (evaluated, evaluatedRows.count)
    let relevance = RelevanceTraining(plan: plan, dataset: dataset, threads: threads)
    let evaluatedBlend = try relevance.blend(on: RatingSubset(ratings, rows: evaluatedRows))
    let exportedBlend =
      resolved.refit == .all ? try relevance.blend(on: RatingSubset(ratings)) : evaluatedBlend
    return TrainedJob(
      dataset: dataset, split: split, resolved: resolved, selection: selection,
      trainings: trainings.completed, evaluated: evaluated, evaluatedRows: evaluatedRows,
      exported: exported, exportedRowCount: exportedRowCount,
      evaluatedOrder: relevance.order(of: evaluated, evaluatedBlend),
      exportedOrder: relevance.order(of: exported, exportedBlend), exportedBlend: exportedBlend,
      baseline: BiasModel.fit(
        RatingSubset(ratings, rows: evaluatedRows), users: dataset.users.count,
        items: dataset.items.count, scale: dataset.scale, threads: threads))
  }

  /// A model of the plan that may be taken.
  private struct Candidate {
    let number: Int
    let model: ModelOptions
    let resolved: ResolvedTraining
    let trainer: Trainer
  }

  /// A model that is taken.
  private struct Member {
    let candidate: Candidate
    /// For how many epochs it is trained anew.
    let epochs: Int
    /// The model that the watched training ended with, where it is asked for.
    let searched: (any RatingPredictor)?

    /// What it takes to train it on some rows, and without each of some folds of them; after the search
    /// it is trained already.
    func tasks(
      _ phase: TrainingPhase, on rows: RatingSubset,
      folds: [(predicted: RatingSubset, trained: RatingSubset)]
    ) -> [TrainingTask] {
      func task(_ fold: Int?, on rows: RatingSubset, _ yield: TrainingTask.Yield) -> TrainingTask {
        TrainingTask(
          step: TrainingStep(phase, model: candidate.number, fold: fold),
          trainer: candidate.trainer, rows: rows, course: .epochs(epochs), yield: yield)
      }
      return (phase == .search ? [] : [task(nil, on: rows, .model)])
        + folds.enumerated().map { task($0, on: $1.trained, .predictions($1.predicted)) }
    }
  }

  private func candidate(_ number: Int, _ model: ModelOptions) -> Candidate {
    let resolved = ResolvedTraining(
      plan.training, model: model, ratings: split.trainAndCarvedValidation.count,
      watchesHeldOut: plan.split.validation == .test)
    return Candidate(
      number: number, model: model, resolved: resolved,
      trainer: Trainer(
        model: model, training: plan.training, resolved: resolved, users: dataset.users.count,
        items: dataset.items.count, scale: dataset.scale, details: dataset.itemDetails,
        threads: threads))
  }

  /// The models that are taken, with weights, and what they were selected by.
  private func select(
    _ candidates: [Candidate], _ trainings: RunTrainings
  ) async throws(TrainingError) -> (
    members: [Member], weights: [Double], selection: ModelSelection?
  ) {
    // With `"validation": "test"` these are the held-out rows: the one place where they reach
    // training, and every output says so. Selecting is refused then.
    let watched = RatingSubset(dataset.ratings, rows: split.validation)
    let trained = RatingSubset(dataset.ratings, rows: split.train)
    // One model, and those of a stack, are not chosen from: what is searched is how long to train.
    let areCompared = candidates.count > 1 && plan.select != .stack
    let tasks = candidates.compactMap { candidate -> TrainingTask? in
      let isModelNeeded = areCompared || candidate.resolved.refit == .none
      guard isModelNeeded || candidate.model.type.hasBestEpoch else { return nil }
      return TrainingTask(
        step: TrainingStep(.search, model: candidate.number), trainer: candidate.trainer,
        rows: trained, course: .watched(watched), yield: isModelNeeded ? .model : .bestEpoch)
    }
    let searched = try await trainings.run(tasks)
    let members = candidates.map { candidate in
      let search = searched.first { $0.step.model == candidate.number }
      return Member(
        candidate: candidate, epochs: search?.bestEpoch ?? candidate.trainer.epochs,
        searched: search?.model)
    }
    guard areCompared else { return (members, members.map { _ in 1 }, nil) }
    let rows = dataset.ratings.selecting(split.validation)
    let selection = ModelSelection(
      plan.select,
      predictions: members.compactMap { $0.searched?.predictions(of: rows, threads: threads) }
        .map(\.ratings),
      ratings: rows.values)
    return (
      selection.chosen.map { members[$0] }, selection.chosen.map { selection.weights[$0] },
      selection
    )
  }

  private func weighted(
    _ models: [any RatingPredictor], _ weights: [Double]
  ) -> any RatingPredictor {
    models.count == 1 && weights == [1]
      ? models[0] : BlendModel(models, weights: weights.map { Float($0) })
  }

  /// What makes a stack of models that are trained on some rows; `nil` where the plan has none.
  private func stacking(on rows: RatingSubset) -> Stacking? {
    guard plan.isStack else { return nil }
    return Stacking(
      rows, options: plan.stack, seed: plan.training.seed, users: dataset.users.count,
      items: dataset.items.count, details: dataset.itemDetails, threads: threads)
  }
}
