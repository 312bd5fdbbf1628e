import Kernels

/// How the rows of `svd-plus-plus` become those of a ``FactorModel``.
///
/// In training an item is in the history of each user that rates it, and the user in that of the item.
/// A prediction is what the rating would be if there were one, so there too the pair joins both
/// histories: P_u = p_u + (n_u + 1)^−½ Σ_j y_j gets (n_u + 1)^−½ y_i more, Q_i likewise x_u. Then
///
///   key = P_u · Q_i + α_u (y_i · Q_i + ȳ_i) + β_i (P_u · x_u + x̄_u) + b_u + c_i,
///
/// with α = (n_u + 1)^−½, β = (n_i + 1)^−½, and ȳ, x̄ the histories' shares of the biases; the term
/// α β y_i · x_u, which hardly changes a prediction, is left out. So the key is one dot product: a
/// user's row is (P_u, α_u, P_u · x_u + x̄_u, b_u, 1), an item's (Q_i, y_i · Q_i + ȳ_i, β_i, 1, c_i).
///
/// Of an item without ratings β = 1 is left: what is known of it is who would rate it first. A user
/// without ratings gets the item's bias alone.
enum PairHistory {
  /// The number of lanes after the factors.
  static let lanes = 2

  /// The rows of a model.
  static func tables(
    users: FactorizationSide, items: FactorizationSide, threads: Int
  ) -> (users: EmbeddingTable, items: EmbeddingTable) {
    // What users add to items stands by user, and the other way round.
    let (p, a) = rows(of: users, own: items.history, shareAlone: 0, threads: threads)
    let (q, b) = rows(of: items, own: users.history, shareAlone: 1, threads: threads)
    let factors = users.rows.dimension - 1
    let userTable = table(p, factors: factors) { row in [a[row].share, a[row].product] }
    let itemTable = table(q, factors: factors) { row in [b[row].product, b[row].share] }
    return (
      FactorModel.table(
        factors: userTable.factors, count: factors + lanes, rows: p.rows, userTable.biases
      ) { ($0, 1) },
      FactorModel.table(
        factors: itemTable.factors, count: factors + lanes, rows: q.rows, itemTable.biases
      ) { (1, $0) }
    )
  }

  /// Rows whose histories have room for one more, and for each (n + 1)^−½ and its product with what it
  /// adds itself to the other side. Without ratings, `shareAlone` stands for the share.
  private static func rows(
    of side: FactorizationSide, own: EmbeddingTable?, shareAlone: Float, threads: Int
  ) -> (rows: EmbeddingTable, lanes: [(share: Float, product: Float)]) {
    var rows = side.rows
    var lanes = [(share: Float, product: Float)](repeating: (0, 0), count: rows.rows)
    guard let centers = side.centers(threads: threads), let own else { return (rows, lanes) }
    let (stride, bias) = (rows.stride, rows.dimension - 1)
    rows.withMutableValues { rows in
      centers.withValues { centers in
        own.withValues { own in
          for row in lanes.indices {
            let count = Float(side.lists.count(of: row))
            guard count > 0 else {
              lanes[row].share = shareAlone
              continue
            }
            let start = row * stride
            let change = (count / (count + 1)).squareRoot() - 1
            var product = own[start + bias]
            for lane in start...start + bias { rows[lane] += change * centers[lane] }
            for lane in start..<start + bias { product += rows[lane] * own[lane] }
            lanes[row] = (1 / (count + 1).squareRoot(), product)
          }
        }
      }
    }
    return (rows, lanes)
  }

  private static func table(
    _ rows: EmbeddingTable, factors: Int, lanes: (Int) -> [Float]
  ) -> (factors: [Float], biases: [Float]) {
    var values: [Float] = []
    values.reserveCapacity(rows.rows * (factors + self.lanes))
    let (count, stride) = (rows.rows, rows.stride)
    rows.withValues { span in
      for row in 0..<count {
        for lane in 0..<factors { values.append(span[row * stride + lane]) }
        values += lanes(row)
      }
    }
    return (values, rows.values(columns: factors..<factors + 1))
  }
}
