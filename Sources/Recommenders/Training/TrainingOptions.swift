/// The rules that turn gradients into steps.
public enum OptimizerType: String, CaseIterable, Sendable {
  /// `adam`.
  case auto
  /// Adam as Keras computes it: every parameter moves at every step.
  case adam
  /// Adam on the rows of the batch only.
  case lazyAdam = "lazy-adam"
  /// Stochastic gradient descent on the rows of the batch.
  case sgd
  /// AdaGrad on the rows of the batch.
  case adagrad
}

/// The orders in which ratings are learned from.
public enum ScheduleType: String, CaseIterable, Sendable {
  /// Decided by the model, the optimizer and the number of ratings.
  case auto
  /// Batches of a seeded order that is new in each epoch.
  case minibatch
  /// Blocks of users × items, in parallel, one rating after the other in each.
  case blocks
}

/// The grid that ratings are dealt into for learning from blocks.
///
/// It is a part of the plan because another grid gives another model; the number of threads does not.
public struct GridOptions: Equatable, Sendable {
  /// The number of blocks of users, at least that of the blocks of items. The default is 64.
  public var userBlocks: Int = 64
  /// The number of blocks of items, the most that can be worked on at the same time. The default is 16.
  public var itemBlocks: Int = 16

  /// Creates the default options.
  public init() {}
}

/// What early stopping watches.
public enum MonitoredValue: String, CaseIterable, Sendable {
  /// The RMSE of the validation rows.
  case validationRMSE = "validation-rmse"
  /// The loss of the validation rows with the L2 penalty, as Keras reports it.
  case validationLoss = "validation-loss"
}

/// Which rows the exported model is trained on after early stopping has found its epoch.
public enum RefitPolicy: String, CaseIterable, Sendable {
  /// None anew: the early-stopped model is evaluated and exported.
  case none
  /// All rows that are not held out: this model is evaluated and exported.
  case train
  /// As `train` for the evaluation, then every row for the export.
  case all
}

/// When training ends before its last epoch, after Keras' `EarlyStopping`.
public struct EarlyStoppingOptions: Equatable, Sendable {
  /// The value that is watched. The default is the validation RMSE.
  public var monitor: MonitoredValue = .validationRMSE
  /// The number of epochs without improvement to wait for. The default is 3.
  public var patience: Int = 3
  /// The least fall of the value that counts as an improvement. The default is 0.0001.
  public var minDelta: Double = 0.0001
  /// Whether the parameters of the best epoch are kept rather than the last. The default is true.
  public var restoreBest: Bool = true

  /// Creates the default options.
  public init() {}
}

/// How a model is trained.
///
/// A `nil` stands for the value that is chosen by the optimizer and the number of training
/// ratings; the resolved values are written to the bundle.
public struct TrainingOptions: Equatable, Sendable {
  /// The optimizer. The default is chosen by the number of training ratings.
  public var optimizer: OptimizerType = .auto
  /// The order in which ratings are learned from. The default is chosen by the model, the optimizer
  /// and the number of training ratings.
  public var schedule: ScheduleType = .auto
  /// The grid of the schedule `blocks`.
  public var grid = GridOptions()
  /// The number of ratings in a batch. The default is 64.
  public var batchSize: Int = 64
  /// The most epochs that are trained. The default is 50.
  public var maxEpochs: Int = 50
  /// The step size of the first epoch. The default depends on the optimizer.
  public var learningRate: Double?
  /// What the step size is multiplied by after each epoch. The default depends on the schedule.
  public var learningRateDecay: Double?
  /// The L2 penalty. The default depends on the optimizer.
  public var l2: Double?
  /// When training ends early; `nil` trains all epochs.
  public var earlyStopping: EarlyStoppingOptions? = EarlyStoppingOptions()
  /// Which rows the exported model sees. The default is `train`; `none` if the held-out rows are
  /// watched.
  public var refit: RefitPolicy?
  /// Whether each epoch visits the rows in a new seeded order. The default is true.
  public var shuffle: Bool = true
  /// The seed of initial weights, order and dropout. The default is 7.
  public var seed: UInt32 = 7

  /// Creates the default options.
  public init() {}
}
