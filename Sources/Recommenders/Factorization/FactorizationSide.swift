import Kernels
import Ratings

/// The users or the items of a model in training by alternating least squares.
///
/// A row is (factors, bias). With a history, the penalty draws a row not to zero but to
/// z = n^−½ Σ y_j over the n rows of the other side that it shares a rating with.
struct FactorizationSide: Sendable {
  /// The ratings of each row.
  let lists: RowLists
  /// The rows, their history's share included.
  var rows: EmbeddingTable
  /// y: what each row of the other side adds to the rows that it shares a rating with.
  var history: EmbeddingTable?
  /// The number of each row's ratings.
  private let counts: [Float]
  /// n^−½; 0 without ratings.
  private let shares: [Float]
  private let penalties: FactorizationPenalties

  init(
    lists: RowLists, factors: Int, hasHistory: Bool, penalties: FactorizationPenalties
  ) {
    self.lists = lists
    self.penalties = penalties
    rows = EmbeddingTable(rows: lists.rows, dimension: factors + 1)
    history =
      hasHistory ? EmbeddingTable(rows: lists.otherRows, dimension: factors + 1) : nil
    counts = (0..<lists.rows).map { Float(lists.count(of: $0)) }
    shares = counts.map { $0 > 0 ? 1 / $0.squareRoot() : 0 }
  }

  private var factors: Int { rows.dimension - 1 }

  /// Solves every row against those of the other side and returns the sum of the squared errors.
  mutating func solve(against other: EmbeddingTable, mean: Float, threads: Int) -> Double {
    let regression = RowRegression(
      members: .ratings(mean: mean),
      penalty: [Float](repeating: penalties.constant, count: factors) + [penalties.bias],
      scaledPenalty: [Float](repeating: penalties.perRating, count: factors) + [0])
    return regression.solve(
      &rows, from: lists, features: other, scales: counts, centers: centers(threads: threads),
      threads: threads)
  }

  /// What the histories draw the rows to.
  func centers(threads: Int) -> EmbeddingTable? {
    guard let history else { return nil }
    var centers = EmbeddingTable(rows: rows.rows, dimension: rows.dimension)
    centers.setSums(of: history, by: lists, scales: shares, threads: threads)
    return centers
  }

  /// Fits y to the rows as they are: it lowers Σ_u λ_u |p_u − n_u^−½ Σ y_j|² + λ_y Σ |y_j|².
  ///
  /// The lanes are independent least squares problems with the same matrix but for the penalty; each
  /// takes a few steps of its own of the conjugate gradient method, from the y that it has.
  ///
  /// - Parameters:
  ///   - turned: The ratings by the rows of the other side.
  ///   - steps: The number of steps.
  ///   - threads: The number of threads; it has no influence on the result.
  mutating func fitHistory(turned: RowLists, steps: Int, threads: Int) {
    guard var history else { return }
    let (rows, lists, shares) = (rows, lists, shares)
    let lanes = LanePair(factors: factors, dimension: rows.dimension)
    let weights = lanes.rows(
      counts.indices.map { shares[$0] * (penalties.constant + penalties.perRating * counts[$0]) },
      shares.map { $0 * penalties.bias })
    let ones = [Float](repeating: 1, count: turned.rows)
    // Σ_u λ_u / n_u over the rows that a member is in the history of.
    var diagonal = EmbeddingTable(rows: turned.rows, dimension: 2)
    let products = zip(weights.factors, shares).map { $0 * $1 }
    let biasProducts = zip(weights.biases, shares).map { $0 * $1 }
    let pairs = zip(products, biasProducts).flatMap { [$0, $1] }
    diagonal.setSums(
      of: EmbeddingTable(rows: shares.count, dimension: 2, values: pairs), by: turned, scales: ones,
      threads: threads)
    let penalty = (factors: penalties.history, bias: penalties.historyBias)
    let inverse = lanes.rows(
      (0..<turned.rows).map { 1 / (diagonal[$0, 0] + penalty.factors) },
      (0..<turned.rows).map { 1 / (diagonal[$0, 1] + penalty.bias) })

    var sums = EmbeddingTable(rows: rows.rows, dimension: rows.dimension)
    var product = EmbeddingTable(rows: turned.rows, dimension: rows.dimension)
    sums.setSums(of: history, by: lists, scales: shares, threads: threads)
    lanes.update(&sums, rows) { $1 - $0 }
    lanes.scale(&sums, by: weights)
    var residual = product
    residual.setSums(of: sums, by: turned, scales: ones, threads: threads)
    lanes.addPenalty(to: &residual, -penalty.factors, -penalty.bias, times: history)
    var direction = residual
    lanes.scale(&direction, by: inverse)
    var energy = lanes.dots(direction, residual, threads: threads)
    for _ in 0..<steps {
      sums.setSums(of: direction, by: lists, scales: shares, threads: threads)
      lanes.scale(&sums, by: weights)
      product.setSums(of: sums, by: turned, scales: ones, threads: threads)
      lanes.addPenalty(to: &product, penalty.factors, penalty.bias, times: direction)
      let curvature = lanes.dots(direction, product, threads: threads)
      let step = zip(energy, curvature).map { $1 > 0 ? Float($0 / $1) : 0 }
      lanes.add(step, times: direction, to: &history)
      lanes.add(step.map { -$0 }, times: product, to: &residual)
      var next = residual
      lanes.scale(&next, by: inverse)
      let energyNow = lanes.dots(next, residual, threads: threads)
      let share = zip(energyNow, energy).map { $1 > 0 ? Float($0 / $1) : 0 }
      lanes.add(share, times: direction, to: &next)
      direction = next
      energy = energyNow
    }
    self.history = history
  }
}
