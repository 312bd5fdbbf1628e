/// The training options with every choice made that depends on the model and the data.
///
/// | | below 1 million training ratings | from 1 million |
/// |---|---|---|
/// | optimizer | `adam` | `lazy-adam` |
/// | link of `biased-dot` | `sigmoid` | `sigmoid` |
///
/// | optimizer | learning rate | L2 |
/// |---|---|---|
/// | `adam` | 0.001 | 1e-6 |
/// | `lazy-adam` | 0.001 | 0.02 |
/// | `sgd` | 1 | 0.02 |
/// | `adagrad` | 0.2 | 0.02 |
public struct ResolvedTraining: Equatable, Sendable {
  /// The optimizer; never `auto`.
  public var optimizer: OptimizerType
  /// The link; never `auto`.
  public var link: Link
  /// The step size of the first epoch.
  public var learningRate: Double
  /// The L2 penalty.
  public var l2: Double
  /// Which rows the exported model sees.
  public var refit: RefitPolicy

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
    let isLarge = ratings >= 1_000_000
    optimizer =
      training.optimizer == .auto ? (isLarge ? .lazyAdam : .adam) : training.optimizer
    link =
      switch model.type {
      case .bias, .dot: .identity
      case .neural, .logisticDot: .sigmoid
      case .biasedDot: model.link == .auto ? .sigmoid : model.link
      }
    let customaryRate =
      switch optimizer {
      case .adam, .auto, .lazyAdam: 0.001
      case .sgd: 1.0
      case .adagrad: 0.2
      }
    learningRate = training.learningRate ?? customaryRate
    l2 = training.l2 ?? (optimizer == .adam ? 1e-6 : 0.02)
    refit = training.refit ?? (watchesHeldOut ? .none : .train)
  }
}
