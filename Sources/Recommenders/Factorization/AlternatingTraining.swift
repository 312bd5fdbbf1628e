import Kernels
import Ratings

/// `als` and `svd-plus-plus` in training: an epoch solves the rows of all items, then those of all
/// users. Before the first, the users are solved against the start.
///
/// The users come last so that the row of a user is the exact solution for the items' rows of the same
/// model, and can be told as a sum over what the user rated (``FactorModel``).
///
/// `als` minimises Σ (r − μ − b_u − c_i − p_u · q_i)² and the penalties of ``FactorizationPenalties``
/// (Zhou et al., 2008, with biases). `svd-plus-plus` adds histories, as SVD++ does (Koren, 2008), to
/// both sides and to the biases: p_u becomes p_u + |N(u)|^−½ Σ_j y_j over the items j that the user
/// rated, and q_i becomes q_i + |N(i)|^−½ Σ_v x_v over the users v who rated the item. Each side's
/// histories are fitted after its rows, those of the users when the next epoch begins.
struct AlternatingTraining: EpochTraining {
  private let configuration: ModelConfiguration
  private let validation: RatingSubset
  private let counts: TrainingCounts
  private let ratingCount: Int
  private let threads: Int
  private var users: FactorizationSide
  private var items: FactorizationSide

  /// The steps by which histories are fitted in an epoch.
  private static let historySteps = 3
  /// The standard deviation of the items' factors at the start.
  private static let startDeviation = 0.1

  /// Starts with the biases of the baseline and small random factors of the items.
  init(_ configuration: ModelConfiguration, inputs: TrainingInputs, l2: Float) {
    self.configuration = configuration
    validation = inputs.validation
    ratingCount = inputs.ratings.count
    threads = inputs.threads
    counts = TrainingCounts(inputs.ratings, users: inputs.users, items: inputs.items)
    let hasHistory = configuration.type == .svdPlusPlus
    let factors = configuration.factors - (hasHistory ? PairHistory.lanes : 0)
    let biases = BiasModel.itemOffsets(inputs)
    let lists = RatingLists.both(inputs)
    users = FactorizationSide(
      lists: lists.users, factors: factors, hasHistory: hasHistory,
      penalties: .users(of: configuration.type, perRating: l2))
    items = FactorizationSide(
      lists: lists.items, factors: factors, hasHistory: hasHistory,
      penalties: hasHistory ? .items(perRating: l2) : .plain(perRating: l2))
    let start = Initializer(seed: inputs.seed).normal(
      count: inputs.items * factors, deviation: Self.startDeviation, threads: inputs.threads)
    let stride = items.rows.stride
    let counts = counts
    items.rows.withMutableValues { rows in
      for item in 0..<inputs.items where counts.items[item] > 0 {
        for factor in 0..<factors {
          rows[item * stride + factor] = start[item * factors + factor]
        }
        rows[item * stride + factors] = biases[item]
      }
    }
  }

  var weights: [EmbeddingTable] {
    get { [users.rows, items.rows] + [users.history, items.history].compactMap(\.self) }
    set {
      (users.rows, items.rows) = (newValue[0], newValue[1])
      if newValue.count > 2 { (users.history, items.history) = (newValue[2], newValue[3]) }
    }
  }

  /// Returns the mean squared error of the training ratings after the users' rows were solved.
  mutating func trainEpoch(
    _ number: Int, learningRate: Float
  ) throws(TrainingError) -> Double {
    if Task.isCancelled { throw .cancelled }
    let mean = configuration.trainMean
    if number == 1 { _ = users.solve(against: items.rows, mean: mean, threads: threads) }
    users.fitHistory(turned: items.lists, steps: Self.historySteps, threads: threads)
    if Task.isCancelled { throw .cancelled }
    _ = items.solve(against: users.rows, mean: mean, threads: threads)
    items.fitHistory(turned: users.lists, steps: Self.historySteps, threads: threads)
    if Task.isCancelled { throw .cancelled }
    let squares = users.solve(against: items.rows, mean: mean, threads: threads)
    return squares / Double(ratingCount)
  }

  func validate() -> (loss: Double, rmse: Double)? {
    guard validation.count > 0 else { return nil }
    let (userRows, itemRows) = tables()
    let length = 1 << 14
    let parts = Parallel.map((validation.count + length - 1) / length, threads: threads) { chunk in
      let range = chunk * length..<min((chunk + 1) * length, validation.count)
      let rows = range.map { validation.row(at: $0) }
      let columns = validation.columns
      var keys = [Float](repeating: 0, count: rows.count)
      userRows.dots(
        rows.map { columns.users[$0].rawValue }, itemRows, rows.map { columns.items[$0].rawValue },
        into: &keys)
      var squares = 0.0
      for (key, row) in zip(keys, rows) {
        let error = Double(configuration.rating(ofKey: key)) - Double(columns.values[row])
        squares += error * error
      }
      return squares
    }
    let mean = parts.reduce(0, +) / Double(validation.count)
    return (mean, mean.squareRoot())
  }

  func model() -> any RatingPredictor {
    let (userRows, itemRows) = tables()
    return FactorModel(
      configuration, users: userRows, items: itemRows,
      ratedItems: users.history.map { RatedItemRows(rows: items.rows, history: $0) },
      trainingCounts: counts)
  }

  /// The rows as ``FactorModel`` has them.
  private func tables() -> (users: EmbeddingTable, items: EmbeddingTable) {
    guard configuration.type == .svdPlusPlus else {
      return (
        Self.natural(users.rows) { ($0, 1) }, Self.natural(items.rows) { (1, $0) }
      )
    }
    return PairHistory.tables(users: users, items: items, threads: threads)
  }

  /// The rows (factors, bias) with the two lanes that `lanes` makes of the bias.
  private static func natural(
    _ rows: EmbeddingTable, lanes: (Float) -> (Float, Float)
  ) -> EmbeddingTable {
    let factors = rows.dimension - 1
    return FactorModel.table(
      factors: rows.values(columns: 0..<factors), count: factors, rows: rows.rows,
      rows.values(columns: factors..<factors + 1), lanes: lanes)
  }
}
