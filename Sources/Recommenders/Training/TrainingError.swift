/// A reason why training ended without a model.
public enum TrainingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A loss is not a finite number any more.
  case diverged(epoch: Int, learningRate: Double)
  /// A model cannot be trained on these data, for a reason that says what to do.
  case unsuitable(model: ModelType, reason: String)
  /// There are no rows to train on.
  case noTrainingRows
  /// The task was cancelled.
  case cancelled

  /// One sentence for people.
  public var description: String {
    switch self {
    case .diverged(let epoch, let learningRate):
      "training diverged in epoch \(epoch) at learning rate \(learningRate): the loss is not a "
        + "finite number; set a smaller training.learning_rate"
    case .unsuitable(let model, let reason):
      "a \(model.rawValue) model cannot be trained on these data: \(reason)"
    case .noTrainingRows:
      "the split leaves no rows to train on; lower split.test_fraction or "
        + "split.validation_fraction, or bring more ratings"
    case .cancelled:
      "training was cancelled"
    }
  }
}
