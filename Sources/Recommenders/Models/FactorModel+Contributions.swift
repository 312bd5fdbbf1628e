import Kernels
public import Ratings

/// Why `als`, `svd-plus-plus` and `ials` recommend an item: a user's row is the solution of a ridge
/// regression on what the user rated, and so q_i · p_u is a sum over that (``RidgeShares``).
///
/// `als`: with G = Σ_j q_j q_jᵀ + λ_u I, item j adds (q_iᵀ G⁻¹ q_j) · (r_uj − μ − b_u − c_j): how alike the
/// two items are in the eyes of this user, times how much better than expected the user rated j.
///
/// `svd-plus-plus`: P_u is drawn to what the items add by being rated, z_u = n^−½ Σ_j y_j, so that item j
/// adds (n + 1)^−½ Q_i · y_j + (Q_iᵀ G⁻¹ q_j) · (r_uj − μ − b_u − c_j − q_j · z_u).
///
/// `ials`: item j adds a_uj · q_iᵀ G⁻¹ q_j, with G = α₀ Σ_i q_i q_iᵀ + Σ_j a_uj q_j q_jᵀ + λ_u I.
///
/// What is left of the key belongs to no rated item: the biases and, of `svd-plus-plus`, what the pair
/// would add to both histories.
extension FactorModel {
  /// What each rated item adds to the key of an item; `nil` for other models, for one that does not
  /// know how it was trained, and where `rated` is not what it was trained with.
  public func contributions(
    to item: ItemIndex, by user: UserIndex, of rated: [RatedItem]
  ) -> [Float]? {
    contributions(by: user, of: rated)(item)
  }

  /// As ``contributions(to:by:of:)``, for any number of items.
  ///
  /// - Complexity: O(rated × factors² + factors³), and for each item O(rated × factors + factors²).
  public func contributions(
    by user: UserIndex, of rated: [RatedItem]
  ) -> (ItemIndex) -> [Float]? {
    guard knowsTraining else { return { _ in nil } }
    guard !rated.isEmpty else { return { _ in [] } }
    guard rated.count == Int(trainingCounts.users[user.position]) else { return { _ in nil } }
    switch configuration.details {
    case .ridge(let details): return ridgeContributions(details, by: user, of: rated)
    case .implicit(let details): return implicitContributions(details, of: rated)
    default: return { _ in nil }
    }
  }

  /// Whether the model can tell its keys as sums.
  private var knowsTraining: Bool {
    switch (configuration.type, configuration.details) {
    case (.als, .ridge), (.ials, .implicit): true
    case (.svdPlusPlus, .ridge): ratedItems != nil
    default: false
    }
  }

  /// α₀ Σ_i q_i q_iᵀ, which is the same for all users of `ials`.
  static func background(
    _ configuration: ModelConfiguration, items: EmbeddingTable
  ) -> EmbeddingTable? {
    guard configuration.type == .ials, case .implicit(let details) = configuration.details else {
      return nil
    }
    var gram = items.gram
    gram.withMutableValues {
      for place in $0.indices { $0[place] *= Float(details.background) }
    }
    return gram
  }

  private func ridgeContributions(
    _ details: RidgeDetails, by user: UserIndex, of rated: [RatedItem]
  ) -> (ItemIndex) -> [Float]? {
    let count = rated.count
    let factors = configuration.factors - (ratedItems == nil ? 0 : PairHistory.lanes)
    let features = Self.rows(rated, of: ratedItems?.rows ?? items, factors)
    // Of `als`, the rows that predict are those that the users were solved against.
    let biases = rated.map { rated in
      ratedItems?.rows[rated.item.position, factors] ?? items[rated.item.position, factors + 1]
    }
    let history = ratedItems.map { Self.rows(rated, of: $0.history, factors + 1) }
    var userBias = users[user.position, configuration.factors]
    var center = [Float](repeating: 0, count: factors + 1)
    if let history {
      let share = 1 / Float(count).squareRoot()
      for row in 0..<count {
        for lane in center.indices { center[lane] += history[row, lane] }
      }
      for lane in center.indices { center[lane] *= share }
      // The bias that predicts has room for one more rating.
      userBias += (1 - (Float(count) / Float(count + 1)).squareRoot()) * center[factors]
    }
    let targets = rated.indices.map { row in
      var target = rated[row].rating - configuration.trainMean - userBias - biases[row]
      if history != nil {
        for lane in 0..<factors { target -= features[row, lane] * center[lane] }
      }
      return target
    }
    let shares = RidgeShares(
      rows: features, targets: targets, penalty: details.penalty(ratings: count), base: nil)
    let added = history.map { $0.values(columns: 0..<factors) }
    let joined = 1 / Double(count + 1).squareRoot()
    return { item in
      let vector = items.values(
        rows: item.position..<item.position + 1, columns: 0..<factors)
      var parts = shares.shares(of: vector)
      if let added {
        for row in 0..<count {
          var sum = 0.0
          for lane in 0..<factors {
            sum += Double(added[row * factors + lane]) * Double(vector[lane])
          }
          parts[row] += joined * sum
        }
      }
      return parts.map { Float($0) }
    }
  }

  private func implicitContributions(
    _ details: ImplicitDetails, of rated: [RatedItem]
  ) -> (ItemIndex) -> [Float]? {
    let roots = rated.map { max(details.confidence(of: $0.rating), 0).squareRoot() }
    var rows = Self.rows(rated, of: items, configuration.factors)
    let (stride, factors) = (rows.stride, rows.dimension)
    rows.withMutableValues { values in
      for row in roots.indices {
        for lane in 0..<factors { values[row * stride + lane] *= roots[row] }
      }
    }
    let shares = RidgeShares(
      rows: rows, targets: roots,
      penalty: details.penalty(ratings: rated.count, items: configuration.items), base: background)
    return { item in
      let vector = items.values(
        rows: item.position..<item.position + 1, columns: 0..<factors)
      return shares.shares(of: vector).map { Float($0) }
    }
  }

  /// The first lanes of the rows of rated items.
  private static func rows(
    _ rated: [RatedItem], of table: EmbeddingTable, _ lanes: Int
  ) -> EmbeddingTable {
    var rows = EmbeddingTable(rows: rated.count, dimension: lanes)
    let stride = rows.stride
    rows.withMutableValues { target in
      table.withValues { source in
        for (row, rated) in rated.enumerated() {
          let start = rated.item.position * table.stride
          for lane in 0..<lanes { target[row * stride + lane] = source[start + lane] }
        }
      }
    }
    return rows
  }
}
