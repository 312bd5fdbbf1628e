public import Kernels

/// The trainings of a run.
public enum TrainingPhase: String, CaseIterable, Sendable {
  /// Early stopping looks for the best epoch.
  case search
  /// Training again on all rows that are not held out.
  case refit
  /// Training again on every row.
  case refitAll = "refit-all"
}

/// One training of a run: which of its models, and what for.
public struct TrainingStep: Hashable, Sendable {
  /// What it is for.
  public var phase: TrainingPhase
  /// The position of the model; 0 where there is one.
  public var model: Int
  /// The fold of a stack that is left out, to be predicted; `nil` where none is.
  public var fold: Int?

  /// Puts the parts together.
  public init(_ phase: TrainingPhase, model: Int = 0, fold: Int? = nil) {
    self.phase = phase
    self.model = model
    self.fold = fold
  }
}

/// How far a training has come at the end of an epoch: all that the rest of it needs to end in the
/// same bits.
public struct TrainingProgress: Equatable, Sendable {
  /// The records of the epochs.
  public var history: [EpochRecord]
  /// The tables of weights.
  public var weights: [EmbeddingTable]
  /// What the optimizer remembers of them.
  public var memory: [EmbeddingTable]
  /// The weights of the best epoch; `nil` if there is none or they are not to be restored.
  public var bestWeights: [EmbeddingTable]?

  /// Puts the parts together.
  public init(
    history: [EpochRecord], weights: [EmbeddingTable], memory: [EmbeddingTable],
    bestWeights: [EmbeddingTable]?
  ) {
    self.history = history
    self.weights = weights
    self.memory = memory
    self.bestWeights = bestWeights
  }
}

/// A training that has ended.
public struct EndedTraining: Sendable {
  /// Which one it was.
  public var step: TrainingStep
  /// The records of its epochs.
  public var history: [EpochRecord]
  /// The epoch whose parameters its model has; 0 for a model without epochs.
  public var bestEpoch: Int
  /// The parameters of its model, by their names in a bundle; what it predicts, where a fold was left
  /// out; empty if a later training takes its place.
  public var tensors: [NamedTensor]

  /// Puts the parts together.
  public init(
    step: TrainingStep, history: [EpochRecord], bestEpoch: Int, tensors: [NamedTensor]
  ) {
    self.step = step
    self.history = history
    self.bestEpoch = bestEpoch
    self.tensors = tensors
  }
}

/// How far the trainings of a run have come.
public struct TrainingCheckpoint: Sendable {
  /// A training that is at work.
  public struct Current: Equatable, Sendable {
    /// Which one it is.
    public var step: TrainingStep
    /// How far it has come.
    public var progress: TrainingProgress

    /// Puts the parts together.
    public init(step: TrainingStep, progress: TrainingProgress) {
      self.step = step
      self.progress = progress
    }
  }

  /// Those that have ended, in their order.
  public var ended: [EndedTraining]
  /// Those at work that have told how far they are; none when all have ended.
  public var current: [Current]

  /// Puts the parts together.
  public init(ended: [EndedTraining], current: [Current]) {
    self.ended = ended
    self.current = current
  }
}
