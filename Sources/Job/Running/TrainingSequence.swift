import Ratings
import Recommenders

/// A training of a run that has ended, in this process or in an earlier one.
struct CompletedTraining: Sendable {
  let step: TrainingStep
  let history: [EpochRecord]
  let bestEpoch: Int
  /// The model that it ended with; `nil` if it is not needed any more.
  var model: (any RatingPredictor)?
  /// What that model predicts for the fold that was left out; `nil` where none was.
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

/// The trainings of a run one after the other, each of which may have ended, or begun, in an earlier
/// process.
struct TrainingSequence {
  /// Trains from some progress on, and tells of each epoch.
  typealias Body =
    (TrainingProgress?, (EpochRecord) -> Void, Trainer.Checkpointing) throws(TrainingError)
    -> TrainedModel

  let earlier: TrainingCheckpoint?
  /// Whether the run trains several models.
  let areSeveral: Bool
  let onEpoch: (PhasedEpoch) -> Void
  let checkpoint: (() -> TrainingCheckpoint) throws(TrainingError) -> Void
  private(set) var completed: [CompletedTraining] = []

  init(
    earlier: TrainingCheckpoint?, areSeveral: Bool, onEpoch: @escaping (PhasedEpoch) -> Void,
    checkpoint: @escaping (() -> TrainingCheckpoint) throws(TrainingError) -> Void
  ) {
    self.earlier = earlier
    self.areSeveral = areSeveral
    self.onEpoch = onEpoch
    self.checkpoint = checkpoint
  }

  /// Runs a training for its model.
  mutating func model(
    _ step: TrainingStep, of trainer: Trainer, on rows: RatingSubset, _ body: Body
  ) throws(TrainingError) -> (model: any RatingPredictor, bestEpoch: Int) {
    // What an earlier process has saved is read again as a bundle is; if that fails, it is trained.
    if let ended = ended(step), let model = try? trainer.model(of: ended.tensors, on: rows) {
      add(ended, model: model)
      return (model, ended.bestEpoch)
    }
    let trained = try train(step, body)
    add(step, trained, model: trained.model)
    return (trained.model, trained.bestEpoch)
  }

  /// Runs a training for its best epoch alone.
  mutating func bestEpoch(
    _ step: TrainingStep, _ body: Body
  ) throws(TrainingError) -> Int {
    if let ended = ended(step) {
      add(ended)
      return ended.bestEpoch
    }
    let trained = try train(step, body)
    add(step, trained)
    return trained.bestEpoch
  }

  /// Runs a training for what its model predicts for the rows of the fold that it leaves out.
  mutating func predictions(
    _ step: TrainingStep, for rows: RatingColumns, threads: Int, _ body: Body
  ) throws(TrainingError) -> [Float] {
    let name = CompletedTraining.predictionsName
    if let ended = ended(step),
      let saved = ended.tensors.first(where: { $0.name == name && $0.shape == [rows.count] })
    {
      add(ended, predictions: saved.values)
      return saved.values
    }
    let trained = try train(step, body)
    let predictions = trained.model.predictions(of: rows, threads: threads).ratings
    add(step, trained, predictions: predictions)
    return predictions
  }

  private func ended(_ step: TrainingStep) -> EndedTraining? {
    earlier?.ended.first { $0.step == step }
  }

  private func train(
    _ step: TrainingStep, _ body: Body
  ) throws(TrainingError) -> TrainedModel {
    let current = earlier?.current.flatMap { $0.step == step ? $0.progress : nil }
    let (completed, onEpoch, save) = (completed, onEpoch, checkpoint)
    let model = areSeveral ? step.model : nil
    return try body(
      current,
      { onEpoch(PhasedEpoch(phase: step.phase, model: model, fold: step.fold, record: $0)) }
    ) {
      (progress) throws(TrainingError) in
      try save {
        TrainingCheckpoint(
          ended: completed.map(\.ended),
          current: TrainingCheckpoint.Current(step: step, progress: progress()))
      }
    }
  }

  private mutating func add(
    _ step: TrainingStep, _ trained: TrainedModel, model: (any RatingPredictor)? = nil,
    predictions: [Float]? = nil
  ) {
    completed.append(
      CompletedTraining(
        step: step, history: trained.history, bestEpoch: trained.bestEpoch, model: model,
        predictions: predictions))
  }

  private mutating func add(
    _ ended: EndedTraining, model: (any RatingPredictor)? = nil, predictions: [Float]? = nil
  ) {
    completed.append(
      CompletedTraining(
        step: ended.step, history: ended.history, bestEpoch: ended.bestEpoch, model: model,
        predictions: predictions))
  }
}
