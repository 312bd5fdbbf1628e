import Ratings
import Recommenders

/// What the core of a job, a pure function of its plan and its data, comes to before the ranking.
struct TrainedJob: Sendable {
  let dataset: RatingsDataset
  let split: DatasetSplit
  let resolved: ResolvedTraining
  /// The epochs that early stopping looked at, and those of the refits.
  let history: [PhasedEpoch]
  /// The epoch that early stopping chose; 0 for a model without epochs.
  let bestEpoch: Int
  /// The model that is measured on the held-out rows.
  let evaluated: any RatingPredictor
  /// The rows that it was trained on.
  let evaluatedRows: [Int32]
  /// The model that is published.
  let exported: any RatingPredictor
  /// The number of rows that it was trained on.
  let exportedRowCount: Int
  /// The bias baseline, trained on the rows of the evaluated model.
  let baseline: any RatingPredictor

  /// The rows that the measured model was not trained on.
  var rowsNotTrainedOn: [Int32] {
    evaluatedRows.count == split.trainAndCarvedValidation.count
      ? split.heldOut : split.heldOut + split.validation
  }
}

/// An epoch's record with the training that it belongs to.
struct PhasedEpoch: Sendable {
  /// The trainings of a run.
  enum Phase: String, Sendable {
    /// Early stopping looks for the best epoch.
    case search
    /// Training again on all rows that are not held out.
    case refit
    /// Training again on every row.
    case refitAll = "refit-all"
  }

  let phase: Phase
  let record: EpochRecord
}

/// Trains the model of a plan as its `refit` says.
struct ModelTraining {
  let plan: Plan
  let dataset: RatingsDataset
  let split: DatasetSplit
  let threads: Int
  let onEpoch: (PhasedEpoch) -> Void

  func run() throws(TrainingError) -> TrainedJob {
    let ratings = dataset.ratings
    let notHeldOut = split.trainAndCarvedValidation
    let resolved = ResolvedTraining(
      plan.training, model: plan.model, ratings: notHeldOut.count,
      watchesHeldOut: plan.split.validation == .test)
    let trainer = Trainer(
      model: plan.model, training: plan.training, resolved: resolved, users: dataset.users.count,
      items: dataset.items.count, scale: dataset.scale, threads: threads)
    var history: [PhasedEpoch] = []
    func note(_ phase: PhasedEpoch.Phase, _ record: EpochRecord) {
      let epoch = PhasedEpoch(phase: phase, record: record)
      history.append(epoch)
      onEpoch(epoch)
    }
    // With `"validation": "test"` these are the held-out rows: the one place where they reach
    // training, and every output says so.
    let watched = RatingSubset(ratings, rows: split.validation)
    let found = try trainer.train(on: RatingSubset(ratings, rows: split.train), validation: watched)
    {
      note(.search, $0)
    }
    var (evaluated, evaluatedRows) = (found.model, split.train)
    if resolved.refit != .none {
      evaluatedRows = notHeldOut
      evaluated =
        try trainer.refit(
          on: RatingSubset(ratings, rows: notHeldOut), epochs: found.bestEpoch
        ) { note(.refit, $0) }.model
    }
    var (exported, exportedRowCount) = (evaluated, evaluatedRows.count)
    if resolved.refit == .all {
      exportedRowCount = ratings.count
      exported =
        try trainer.refit(on: RatingSubset(ratings), epochs: found.bestEpoch) {
          note(.refitAll, $0)
        }.model
    }
    return TrainedJob(
      dataset: dataset, split: split, resolved: resolved, history: history,
      bestEpoch: found.bestEpoch, evaluated: evaluated, evaluatedRows: evaluatedRows,
      exported: exported, exportedRowCount: exportedRowCount,
      baseline: BiasModel.fit(
        ratings.selecting(evaluatedRows), users: dataset.users.count, items: dataset.items.count,
        scale: dataset.scale))
  }
}
