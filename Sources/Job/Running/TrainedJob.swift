import Ratings
import Recommenders

/// What the core of a job, a pure function of its plan and its data, comes to before the ranking.
struct TrainedJob: Sendable {
  let dataset: RatingsDataset
  let split: DatasetSplit
  let resolved: ResolvedTraining
  /// How one model was made of several; `nil` where the plan has one.
  let selection: ModelSelection?
  /// The trainings, in their order: the one that early stopping watched, then the refits.
  let trainings: [CompletedTraining]
  /// The model that is measured on the held-out rows.
  let evaluated: any RatingPredictor
  /// The rows that it was trained on.
  let evaluatedRows: [Int32]
  /// The model that is published.
  let exported: any RatingPredictor
  /// The number of rows that it was trained on.
  let exportedRowCount: Int
  /// The order of the lists that are measured.
  let evaluatedOrder: ListOrder
  /// The order of the lists that are published.
  let exportedOrder: ListOrder
  /// What the latter are ordered by, where that is relevance.
  let exportedBlend: RelevanceBlend?
  /// The bias baseline, trained on the rows of the evaluated model.
  let baseline: any RatingPredictor

  /// The epochs that early stopping looked at, and those of the refits; without those of trainings that
  /// left a fold out.
  var history: [PhasedEpoch] {
    trainings.filter { $0.step.fold == nil }.flatMap { training in
      training.history.map {
        PhasedEpoch(
          phase: training.step.phase, model: selection == nil ? nil : training.step.model,
          fold: nil, record: $0)
      }
    }
  }

  /// The epoch that early stopping chose, or the last where it did not look for one; 0 for a model
  /// without epochs. Of several models, that of the first.
  var bestEpoch: Int { trainings.first?.bestEpoch ?? 0 }

  /// The number of epochs of the training that came first.
  var epochs: Int { trainings.first?.history.count ?? 0 }

  /// The checkpoint from which the stages after training can start.
  var checkpoint: TrainingCheckpoint {
    TrainingCheckpoint(ended: trainings.map(\.ended), current: [])
  }

  /// The rows that the measured model was not trained on.
  var rowsNotTrainedOn: [Int32] {
    evaluatedRows.count == split.trainAndCarvedValidation.count
      ? split.heldOut : split.heldOut + split.validation
  }
}

extension TrainedJob {
  /// The ratings that the published model was not trained on.
  var exportedUntrained: InteractionMatrix {
    let rows = exportedRowCount == dataset.ratings.count ? [] : rowsNotTrainedOn
    return InteractionMatrix(
      users: dataset.users.count, ratings: RatingSubset(dataset.ratings, rows: rows))
  }
}

/// An epoch's record with the training that it belongs to.
struct PhasedEpoch: Sendable {
  let phase: TrainingPhase
  /// The position of the model, where the run trains several.
  let model: Int?
  /// The fold that is left out, where a stack is trained.
  let fold: Int?
  let record: EpochRecord

  /// The phase as logs and `history.csv` have it: `search`, or `search-2` for the second model; in logs
  /// `refit-fold-3-2` where that leaves out the third fold.
  var label: String {
    phase.rawValue + (fold.map { "-fold-\($0 + 1)" } ?? "") + (model.map { "-\($0 + 1)" } ?? "")
  }
}
