/// What predictions of some types of model need besides the settings that all have.
public enum ModelDetails: Equatable, Sendable {
  /// Nothing.
  case none
  /// Those of `bayesian-fm`.
  case bayesianFM(BayesianFMDetails)
  /// What `item-knn` needs.
  case itemKNN(NeighbourDetails)
  /// What `als` and `svd-plus-plus` need to say why.
  case ridge(RidgeDetails)
  /// What `ials` needs to say why.
  case implicit(ImplicitDetails)
  /// Those of `ease`.
  case ease(EaseDetails)
  /// What a network that is not the tutorial's needs.
  case neural(NeuralDetails)
  /// The models of a blend, and their weights.
  case blend(BlendDetails)
  /// The models of a stack.
  case stack(StackDetails)

  /// The configurations of the models that one is made of; none for other types.
  public var members: [ModelConfiguration] {
    switch self {
    case .blend(let blend): blend.models
    case .stack(let stack): stack.models
    default: []
    }
  }
}
