public import Kernels
public import Ratings

/// `item-knn`: what a user thought of the most similar items, around the bias baseline.
///
/// key_ui = b_u + c_i + Σ_j s_ij² · e_uj / (Σ_j s_ij² + δ), where e_uj = r_uj − μ − b_u − c_j is the
/// residual of the baseline, s_ij the similarity of `ItemSimilarities`, and j runs over those k of
/// the items that u rated that are the most similar to i, only those with s_ij > 0. The damping δ keeps
/// a prediction of few and weak neighbours near the baseline. The rating is μ + key.
///
/// After Bell and Koren, *Improved Neighborhood-based Collaborative Filtering* (KDD Cup 2007), and Koren,
/// *Factor in the Neighbors* (2010), section 2.2; squared weights and damping were chosen on validation
/// rows. A user or item that training never saw has the known terms of the baseline.
public struct ItemNeighbourModel: RatingPredictor {
  /// What the parameters mean.
  public let configuration: ModelConfiguration
  /// How many training ratings each user and item had.
  public let trainingCounts: TrainingCounts

  let userBiases: [Float]
  let itemBiases: [Float]
  /// The similar items of each item, the most similar first.
  let similarities: CompressedRows
  /// The residuals of each user's training ratings, by ascending item.
  let residuals: CompressedRows
  private let details: NeighbourDetails

  init(
    _ configuration: ModelConfiguration, details: NeighbourDetails, userBiases: [Float],
    itemBiases: [Float], similarities: CompressedRows, residuals: CompressedRows,
    trainingCounts: TrainingCounts
  ) {
    precondition(
      userBiases.count == configuration.users && residuals.count == configuration.users
        && itemBiases.count == configuration.items && similarities.count == configuration.items,
      "the parameters do not have the configured shape")
    self.configuration = configuration
    self.details = details
    self.userBiases = userBiases
    self.itemBiases = itemBiases
    self.similarities = similarities
    self.residuals = residuals
    self.trainingCounts = trainingCounts
  }

  /// The ranking key of one pair.
  ///
  /// - Complexity: O(kept neighbours × log of the user's ratings).
  public func rankingKey(of item: ItemIndex, by user: UserIndex) -> Float {
    key(of: item.position, by: user.position) {
      residuals.value(row: user.position, column: $0) ?? .nan
    }
  }

  /// The ranking keys of several items.
  ///
  /// - Complexity: O(items × kept neighbours).
  public func rankingKeys(by user: UserIndex, of items: [UInt32]) -> [Float] {
    var known = [Float](repeating: .nan, count: configuration.items)
    for place in residuals.places(of: user.position) {
      known[Int(residuals.columns[place])] = residuals.values[place]
    }
    let span = known.span
    return items.map { item in key(of: Int(item), by: user.position) { span[Int($0)] } }
  }

  /// What is predicted for rows, a user's side by side.
  public func predictions(of rows: RatingColumns, threads: Int) -> RatingPredictions {
    RatingPredictions(
      ratings: RatingPredictions.map(rows, threads: threads) { row in
        predictedRating(of: rows.items[row], by: rows.users[row])
      })
  }

  /// What each rated item adds to the key: s_ij² · e_uj / (Σ s² + δ) of the neighbours, 0 of others.
  ///
  /// They sum up to the key without the two biases, where all that the user rated is given.
  public func contributions(
    to item: ItemIndex, by user: UserIndex, of rated: [RatedItem]
  ) -> [Float]? {
    var terms: [(item: UInt32, term: Float)] = []
    var weights: Float = 0
    visit(item.position, { residuals.value(row: user.position, column: $0) ?? .nan }) {
      terms.append(($0, $1 * $2))
      weights += $1
    }
    let norm = weights + details.damping
    var shares: [UInt32: Float] = [:]
    for (item, term) in terms { shares[item] = term / norm }
    return rated.map { shares[$0.item.rawValue] ?? 0 }
  }

  /// A way to the items with the greatest ranking keys.
  public func selection(of candidates: [UInt32]) -> any RowSelection {
    KeySelection(candidates: candidates) { user in
      rankingKeys(by: UserIndex(user), of: candidates)
    }
  }

  @inline(__always)
  private func key(of item: Int, by user: Int, _ residual: (UInt32) -> Float) -> Float {
    var (sum, weights): (Float, Float) = (0, 0)
    visit(item, residual) {
      sum += $1 * $2
      weights += $1
    }
    let baseline = userBiases[user] + itemBiases[item]
    return weights > 0 ? baseline + sum / (weights + details.damping) : baseline
  }

  /// Calls `body` with each neighbour of an item that a user rated, its weight and residual, the most
  /// similar first; `residual` is not a number where the user has none.
  @inline(__always)
  private func visit(
    _ item: Int, _ residual: (UInt32) -> Float, _ body: (UInt32, Float, Float) -> Void
  ) {
    let (columns, values) = (similarities.columns.span, similarities.values.span)
    var left = details.neighbours
    for place in similarities.places(of: item) {
      let known = residual(columns[place])
      guard !known.isNaN else { continue }
      body(columns[place], values[place] * values[place], known)
      left -= 1
      if left == 0 { return }
    }
  }
}
