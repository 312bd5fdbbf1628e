import Ratings
import Recommenders

/// Trains the models of a plan as its `refit` says; of several it makes one as its `select` says.
struct ModelTraining {
  let plan: Plan
  let dataset: RatingsDataset
  let split: DatasetSplit
  let threads: Int
  let onEpoch: (PhasedEpoch) -> Void
  /// How far an earlier process came with the same trainings.
  var earlier: TrainingCheckpoint?
  /// Is called at the end of each epoch, with a way to ask for a checkpoint.
  var checkpoint: (() -> TrainingCheckpoint) throws(TrainingError) -> Void = { _ in }

  func run() throws(TrainingError) -> TrainedJob {
    let ratings = dataset.ratings
    let notHeldOut = split.trainAndCarvedValidation
    var trainings = TrainingSequence(
      earlier: earlier, areSeveral: plan.models.count > 1, onEpoch: onEpoch, checkpoint: checkpoint)
    let candidates = plan.models.enumerated().map { candidate($0, $1) }
    let resolved = candidates[0].resolved
    let (members, weights, selected) = try select(candidates, &trainings)
    var selection = selected

    func join(
      _ models: [any RatingPredictor], _ phase: TrainingPhase, on rows: RatingSubset
    ) throws(TrainingError) -> any RatingPredictor {
      guard candidates.count > 1, plan.select == .stack else { return weighted(models, weights) }
      let (model, found) = try stack(models, members, phase, on: rows, &trainings)
      selection = selection ?? found
      return model
    }
    func trained(
      _ phase: TrainingPhase, on rows: RatingSubset
    ) throws(TrainingError) -> any RatingPredictor {
      var models: [any RatingPredictor] = []
      for member in members {
        let trainer = member.candidate.trainer
        models.append(
          try trainings.model(member.step(phase), of: trainer, on: rows) {
            (progress, onEpoch, checkpoint) throws(TrainingError) in
            try trainer.refit(
              on: rows, epochs: member.epochs, resuming: progress, onEpoch: onEpoch,
              checkpoint: checkpoint)
          }.model)
      }
      return try join(models, phase, on: rows)
    }

    let (evaluated, evaluatedRows): (any RatingPredictor, [Int32])
    if resolved.refit == .none {
      let rows = RatingSubset(ratings, rows: split.train)
      (evaluated, evaluatedRows) = (
        try join(members.compactMap(\.searched), .search, on: rows), split.train
      )
    } else {
      (evaluated, evaluatedRows) = (
        try trained(.refit, on: RatingSubset(ratings, rows: notHeldOut)), notHeldOut
      )
    }
    let (exported, exportedRowCount) =
      resolved.refit == .all
      ? (try trained(.refitAll, on: RatingSubset(ratings)), ratings.count)
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

    func step(_ phase: TrainingPhase, fold: Int? = nil) -> TrainingStep {
      TrainingStep(phase, model: candidate.number, fold: fold)
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
    _ candidates: [Candidate], _ trainings: inout TrainingSequence
  ) throws(TrainingError) -> (members: [Member], weights: [Double], selection: ModelSelection?) {
    // With `"validation": "test"` these are the held-out rows: the one place where they reach
    // training, and every output says so. Selecting is refused then.
    let watched = RatingSubset(dataset.ratings, rows: split.validation)
    let trained = RatingSubset(dataset.ratings, rows: split.train)
    func search(_ candidate: Candidate) -> TrainingSequence.Body {
      { (progress, onEpoch, checkpoint) throws(TrainingError) in
        try candidate.trainer.train(
          on: trained, validation: watched, resuming: progress, onEpoch: onEpoch,
          checkpoint: checkpoint)
      }
    }
    var members: [Member] = []
    // One model, and those of a stack, are not chosen from: what is searched is how long to train.
    if candidates.count == 1 || plan.select == .stack {
      for candidate in candidates {
        let step = TrainingStep(.search, model: candidate.number)
        if candidate.resolved.refit == .none {
          let (model, epochs) = try trainings.model(
            step, of: candidate.trainer, on: trained, search(candidate))
          members.append(Member(candidate: candidate, epochs: epochs, searched: model))
          continue
        }
        let epochs =
          candidate.model.type.hasBestEpoch
          ? try trainings.bestEpoch(step, search(candidate)) : candidate.trainer.epochs
        members.append(Member(candidate: candidate, epochs: epochs, searched: nil))
      }
      return (members, members.map { _ in 1 }, nil)
    }
    let rows = dataset.ratings.selecting(split.validation)
    var predictions: [[Float]] = []
    for candidate in candidates {
      let (model, epochs) = try trainings.model(
        TrainingStep(.search, model: candidate.number), of: candidate.trainer, on: trained,
        search(candidate))
      predictions.append(model.predictions(of: rows, threads: threads).ratings)
      members.append(Member(candidate: candidate, epochs: epochs, searched: model))
    }
    let selection = ModelSelection(plan.select, predictions: predictions, ratings: rows.values)
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

  /// The stack of models that were trained on some rows, and how well each did out of fold.
  private func stack(
    _ models: [any RatingPredictor], _ members: [Member], _ phase: TrainingPhase,
    on rows: RatingSubset, _ trainings: inout TrainingSequence
  ) throws(TrainingError) -> (model: any RatingPredictor, selection: ModelSelection) {
    let stacking = Stacking(
      rows, options: plan.stack, seed: plan.training.seed, users: dataset.users.count,
      items: dataset.items.count,
      details: dataset.itemDetails, threads: threads)
    var predictions: [[Float]] = []
    for member in members {
      let trainer = member.candidate.trainer
      var parts: [[Float]] = []
      for fold in 0..<plan.stack.folds {
        let (predicted, others) = stacking.fold(fold)
        parts.append(
          try trainings.predictions(
            member.step(phase, fold: fold),
            for: rows.columns.selecting(predicted.rows ?? []), threads: threads
          ) { (progress, onEpoch, checkpoint) throws(TrainingError) in
            try trainer.refit(
              on: others, epochs: member.epochs, resuming: progress, onEpoch: onEpoch,
              checkpoint: checkpoint)
          })
      }
      predictions.append(stacking.joined(parts))
    }
    let ratings = (0..<rows.count).map { rows.columns.values[rows.row(at: $0)] }
    return (
      stacking.model(of: models, predictions: predictions),
      ModelSelection(.stack, predictions: predictions, ratings: ratings)
    )
  }
}
