import Ratings
import Recommenders

/// Trains the model of a plan as its `refit` says.
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
    let resolved = ResolvedTraining(
      plan.training, model: plan.model, ratings: notHeldOut.count,
      watchesHeldOut: plan.split.validation == .test)
    let trainer = Trainer(
      model: plan.model, training: plan.training, resolved: resolved, users: dataset.users.count,
      items: dataset.items.count, scale: dataset.scale, details: dataset.itemDetails,
      threads: threads)
    var trainings = TrainingSequence(
      trainer: trainer, earlier: earlier, onEpoch: onEpoch, checkpoint: checkpoint)

    // With `"validation": "test"` these are the held-out rows: the one place where they reach
    // training, and every output says so.
    let watched = RatingSubset(ratings, rows: split.validation)
    let trained = RatingSubset(ratings, rows: split.train)
    func search(
      _ progress: TrainingProgress?, _ onEpoch: (EpochRecord) -> Void,
      _ checkpoint: Trainer.Checkpointing
    ) throws(TrainingError) -> TrainedModel {
      try trainer.train(
        on: trained, validation: watched, resuming: progress, onEpoch: onEpoch,
        checkpoint: checkpoint)
    }
    func refit(
      _ phase: TrainingPhase, on rows: RatingSubset, epochs: Int
    ) throws(TrainingError) -> any RatingPredictor {
      try trainings.model(phase, on: rows) {
        (progress, onEpoch, checkpoint) throws(TrainingError) in
        try trainer.refit(
          on: rows, epochs: epochs, resuming: progress, onEpoch: onEpoch, checkpoint: checkpoint)
      }.model
    }

    let (evaluated, evaluatedRows): (any RatingPredictor, [Int32])
    let (exported, exportedRowCount): (any RatingPredictor, Int)
    if resolved.refit == .none {
      (evaluated, evaluatedRows) = (
        try trainings.model(.search, on: trained, search).model, split.train
      )
      (exported, exportedRowCount) = (evaluated, evaluatedRows.count)
    } else {
      let epochs = try trainings.bestEpoch(.search, search)
      (evaluated, evaluatedRows) = (
        try refit(.refit, on: RatingSubset(ratings, rows: notHeldOut), epochs: epochs), notHeldOut
      )
      (exported, exportedRowCount) =
        resolved.refit == .all
        ? (try refit(.refitAll, on: RatingSubset(ratings), epochs: epochs), ratings.count)
        : (evaluated, evaluatedRows.count)
    }
    return TrainedJob(
      dataset: dataset, split: split, resolved: resolved, trainings: trainings.completed,
      evaluated: evaluated, evaluatedRows: evaluatedRows, exported: exported,
      exportedRowCount: exportedRowCount,
      baseline: BiasModel.fit(
        RatingSubset(ratings, rows: evaluatedRows), users: dataset.users.count,
        items: dataset.items.count, scale: dataset.scale, threads: threads))
  }
}
