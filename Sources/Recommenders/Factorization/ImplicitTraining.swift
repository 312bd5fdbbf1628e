import Kernels
import Ratings

/// `ials` in training: implicit-feedback alternating least squares (Hu, Koren and Volinsky, 2008).
///
/// It minimises Σ_(u,i) rated a_ui (1 − p_u · q_i)² + α₀ Σ_(u,i) all (p_u · q_i)² and a penalty
/// λ (n + α₀ m)^ν |p|² for a row with n ratings, m being the number of rows on the other side (Rendle,
/// Krichene, Zhang and Koren, 2022). The weight a of a rating says how far it is one of liking. The
/// second sum costs no more than the first, since it is p · (Σ q qᵀ) · p for each row.
///
/// The key is p_u · q_i: how likely a user is to choose an item, no rating. An epoch solves all items,
/// then all users, who come last for the reason of ``AlternatingTraining``; before the first, the users
/// are solved against the start. The number of epochs is fixed, as no validation rating says when to stop.
struct ImplicitTraining: EpochTraining {
  private let configuration: ModelConfiguration
  private let counts: TrainingCounts
  private let lists: (users: RowLists, items: RowLists)
  private let scales: (users: [Float], items: [Float])
  private let regression: RowRegression
  private let ratingCount: Int
  private let threads: Int
  private var users: EmbeddingTable
  private var items: EmbeddingTable

  init(
    _ configuration: ModelConfiguration, inputs: TrainingInputs, options: ImplicitOptions,
    l2: Float
  ) {
    self.configuration = configuration
    ratingCount = inputs.ratings.count
    threads = inputs.threads
    counts = TrainingCounts(inputs.ratings, users: inputs.users, items: inputs.items)
    let factors = configuration.factors
    let lists = RatingLists.both(inputs) { options.confidence(of: $0) }
    self.lists = lists
    func scales(_ lists: RowLists) -> [Float] {
      (0..<lists.rows).map {
        options.scale(ratings: lists.count(of: $0), others: lists.otherRows)
      }
    }
    self.scales = (scales(lists.users), scales(lists.items))
    regression = RowRegression(
      members: .confidences(background: Float(options.background)),
      penalty: Array(repeating: 0, count: factors),
      scaledPenalty: Array(repeating: l2, count: factors))
    users = EmbeddingTable(rows: inputs.users, dimension: factors)
    items = EmbeddingTable(
      rows: inputs.items, dimension: factors,
      values: Initializer(seed: inputs.seed).normal(
        count: inputs.items * factors, deviation: 0.1 / Double(factors).squareRoot(),
        threads: inputs.threads))
  }

  var weights: [EmbeddingTable] {
    get { [users, items] }
    set { (users, items) = (newValue[0], newValue[1]) }
  }

  /// Returns the mean of a (1 − p · q)² over the training ratings after the users' rows were solved.
  mutating func trainEpoch(
    _ number: Int, learningRate: Float
  ) throws(TrainingError) -> Double {
    if Task.isCancelled { throw .cancelled }
    if number == 1 { _ = solveUsers() }
    if Task.isCancelled { throw .cancelled }
    _ = regression.solve(
      &items, from: lists.items, features: users, scales: scales.items, threads: threads)
    if Task.isCancelled { throw .cancelled }
    let loss = solveUsers()
    return loss / Double(ratingCount)
  }

  private mutating func solveUsers() -> Double {
    regression.solve(
      &users, from: lists.users, features: items, scales: scales.users, threads: threads)
  }

  /// Nothing: a relevance is not compared with ratings.
  func validate() -> (loss: Double, rmse: Double)? { nil }

  func model() -> any RatingPredictor {
    FactorModel(configuration, users: users, items: items, trainingCounts: counts)
  }
}
