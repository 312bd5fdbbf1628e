/// The training options with every choice made that depends on the model and the data.
///
/// | | below 1 million training ratings | from 1 million |
/// |---|---|---|
/// | optimizer | `adam` | `sgd`; `lazy-adam` for `neural` |
/// | schedule | `minibatch` | `blocks`; `minibatch` for `neural` and `adam` |
/// | link of `biased-dot` | `sigmoid` | `identity` |
///
/// Where the schedule is set to `blocks` for fewer ratings, the optimizer is `sgd`.
///
/// | optimizer | learning rate in batches | in blocks | L2 in batches | in blocks |
/// |---|---|---|---|---|
/// | `adam` | 0.001 | | 1e-6 | |
/// | `lazy-adam` | 0.001 | 0.001 | 0.02 | 0.03 |
/// | `sgd` | 1 | 0.06 | 0.02 | 0.03 |
/// | `adagrad` | 0.2 | 0.05 | 0.02 | 0.03 |
///
/// The L2 of `als` is 0.1, of `svd-plus-plus` 0.12, of both 0.05 from 1 million on, and of `ials` 0.01;
/// they have no optimizer.
///
/// The learning rate is multiplied by 0.8 after each epoch of blocks, and stays as it is in batches.
public struct ResolvedTraining: Equatable, Sendable {
  /// The optimizer; never `auto`.
  public var optimizer: OptimizerType
  /// The schedule; never `auto`.
  public var schedule: ScheduleType
  /// The link; never `auto`.
  public var link: Link
  /// The step size of the first epoch.
  public var learningRate: Double
  /// What the step size is multiplied by after each epoch.
  public var learningRateDecay: Double
  /// The L2 penalty.
  public var l2: Double
  /// Which rows the exported model sees.
  public var refit: RefitPolicy

  /// The number of training ratings from which training is made for many.
  public static let manyRatings = 1_000_000

  /// Resolves options.
  ///
  /// - Parameters:
  ///   - training: The options as written.
  ///   - model: The model's options.
  ///   - ratings: The number of ratings that are not held out.
  ///   - watchesHeldOut: Whether early stopping watches the held-out rows.
  public init(
    _ training: TrainingOptions, model: ModelOptions, ratings: Int, watchesHeldOut: Bool
  ) {
    let isLarge = ratings >= Self.manyRatings
    let fitsBlocks = Self.fitsBlocks(model.type, training.optimizer)
    schedule =
      training.schedule == .auto
      ? (isLarge && fitsBlocks ? .blocks : .minibatch) : training.schedule
    let (inBlocks, chosen) = (schedule == .blocks, training.optimizer)
    optimizer =
      chosen != .auto ? chosen : inBlocks ? .sgd : isLarge ? .lazyAdam : .adam
    link =
      switch model.type {
      case .bias, .dot, .svdPlusPlus, .als, .itemKNN, .bayesianFM, .ease, .ials, .blend,
        .stack:
        .identity
      case .neural, .logisticDot: .sigmoid
      case .biasedDot: model.link != .auto ? model.link : isLarge ? .identity : .sigmoid
      }
    let customaryRate =
      switch optimizer {
      case .adam, .auto, .lazyAdam: 0.001
      case .sgd: inBlocks ? 0.06 : 1.0
      case .adagrad: inBlocks ? 0.05 : 0.2
      }
    learningRate = training.learningRate ?? customaryRate
    learningRateDecay = training.learningRateDecay ?? (inBlocks ? 0.8 : 1)
    let customaryL2 =
      switch model.type {
      case .als: isLarge ? 0.05 : 0.1
      case .svdPlusPlus: isLarge ? 0.05 : 0.12
      case .ials: 0.01
      default: optimizer == .adam ? 1e-6 : inBlocks ? 0.03 : 0.02
      }
    l2 = training.l2 ?? customaryL2
    refit = training.refit ?? (watchesHeldOut ? .none : .train)
  }

  /// Whether a model can learn from blocks: its loss must be that of one dot product, and a step must
  /// move two rows only.
  public static func fitsBlocks(_ model: ModelType, _ optimizer: OptimizerType) -> Bool {
    switch model {
    case .dot, .biasedDot, .logisticDot: optimizer != .adam
    default: false
    }
  }
}
