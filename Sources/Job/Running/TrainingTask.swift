import Ratings
import Recommenders

/// A training that a run needs.
struct TrainingTask: Sendable {
  /// How long it goes on.
  enum Course: Sendable {
    /// Until early stopping ends it, which watches these rows.
    case watched(RatingSubset)
    /// For so many epochs.
    case epochs(Int)
  }

  /// What is needed of it.
  enum Yield: Sendable {
    /// The model.
    case model
    /// The epoch that early stopping chose.
    case bestEpoch
    /// What the model predicts for these rows.
    case predictions(RatingSubset)
  }

  let step: TrainingStep
  let trainer: Trainer
  /// The rows to learn from.
  let rows: RatingSubset
  let course: Course
  let yield: Yield

  /// Trains, by so many threads.
  ///
  /// - Throws: As ``Trainer/train(on:validation:resuming:onEpoch:checkpoint:)``.
  func train(
    threads: Int, resuming progress: TrainingProgress?, onEpoch: (EpochRecord) -> Void,
    checkpoint: Trainer.Checkpointing
  ) throws(TrainingError) -> CompletedTraining {
    var trainer = trainer
    trainer.threads = threads
    let trained =
      switch course {
      case .watched(let validation):
        try trainer.train(
          on: rows, validation: validation, resuming: progress, onEpoch: onEpoch,
          checkpoint: checkpoint)
      case .epochs(let epochs):
        try trainer.refit(
          on: rows, epochs: epochs, resuming: progress, onEpoch: onEpoch, checkpoint: checkpoint)
      }
    var completed = CompletedTraining(
      step: step, history: trained.history, bestEpoch: trained.bestEpoch)
    switch yield {
    case .model: completed.model = trained.model
    case .bestEpoch: break
    case .predictions(let rows):
      let columns = rows.columns.selecting((0..<rows.count).map { Int32(rows.row(at: $0)) })
      completed.predictions = trained.model.predictions(of: columns, threads: threads).ratings
    }
    return completed
  }

  /// What an earlier process came to; `nil` if that is not what is needed.
  func completed(by ended: EndedTraining) -> CompletedTraining? {
    var completed = CompletedTraining(
      step: step, history: ended.history, bestEpoch: ended.bestEpoch)
    switch yield {
    case .model:
      guard let model = try? trainer.model(of: ended.tensors, on: rows) else { return nil }
      completed.model = model
    case .bestEpoch: break
    case .predictions(let rows):
      let saved = ended.tensors.first {
        $0.name == CompletedTraining.predictionsName && $0.shape == [rows.count]
      }
      guard let saved else { return nil }
      completed.predictions = saved.values
    }
    return completed
  }
}

/// A training of a run that has ended, in this process or in an earlier one.
struct CompletedTraining: Sendable {
  let step: TrainingStep
  let history: [EpochRecord]
  let bestEpoch: Int
  /// The model that it ended with, where that is needed.
  var model: (any RatingPredictor)?
  /// What that model predicts for the fold that was left out, where one was.
  var predictions: [Float]?

  fileprivate static let predictionsName = "predictions"

  /// What a checkpoint keeps of it.
  var ended: EndedTraining {
    let predicted = predictions.map {
      [NamedTensor(name: Self.predictionsName, shape: [$0.count], values: $0)]
    }
    return EndedTraining(
      step: step, history: history, bestEpoch: bestEpoch,
      tensors: predicted ?? model?.tensors ?? [])
  }
}
