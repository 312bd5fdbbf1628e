/// What one epoch of training came to.
public struct EpochRecord: Equatable, Sendable {
  /// The number of the epoch, counted from 1.
  public let epoch: Int
  /// The mean loss of the epoch's batches, weighted by their rows, before each batch's step.
  ///
  /// With `adam` it contains the L2 penalty, as Keras reports it. The other optimizers apply the
  /// penalty to the ratings they touch, and their loss is without it.
  public let trainLoss: Double
  /// The loss of the validation rows after the epoch, with the same penalty; `nil` without such rows.
  public let validationLoss: Double?
  /// The RMSE of the validation rows after the epoch; `nil` without such rows.
  public let validationRMSE: Double?
  /// The step size of the epoch.
  public let learningRate: Double

  /// Creates a record.
  public init(
    epoch: Int, trainLoss: Double, validationLoss: Double?, validationRMSE: Double?,
    learningRate: Double
  ) {
    self.epoch = epoch
    self.trainLoss = trainLoss
    self.validationLoss = validationLoss
    self.validationRMSE = validationRMSE
    self.learningRate = learningRate
  }
}
