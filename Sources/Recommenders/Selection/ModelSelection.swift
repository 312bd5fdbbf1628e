/// How several models become one.
public enum SelectPolicy: String, CaseIterable, Sendable {
  /// The one with the least RMSE on the validation rows.
  case best
  /// A weighted sum of all, with weights fitted on the validation rows.
  case blend
  /// The first, corrected by trees that know what all predict and in which context (``Stacking``).
  case stack
}

/// Which of several models is taken, and with which weight, by what they predict for the validation
/// rows.
///
/// `blend` is ridge regression of the ratings on the predictions, shrunk towards equal weights:
/// the w that minimise Σ_r (y_r − Σ_m w_m·ŷ_mr)² + λ·Σ_m (w_m − 1/M)², with λ = ``ridge`` (Hoerl and
/// Kennard, *Ridge regression*, 1970; stacking as in Breiman, *Stacked regressions*, 1996). With few
/// rows the weights stay near 1/M, since models that predict alike leave little to fit on.
public struct ModelSelection: Equatable, Sendable {
  /// What the penalty of the ridge weighs in rows of squared prediction difference.
  public static let ridge = 1.0

  /// How the models become one.
  public let policy: SelectPolicy
  /// The number of rows that were predicted: the validation rows, or for `stack` the training rows.
  public let rows: Int
  /// The RMSE of each model on these rows; for `stack` out of fold.
  public let rmses: [Double]
  /// The weight of each model; of `best`, 1 for one and 0 for the others; of `stack`, which has no
  /// weights, none.
  public let weights: [Double]
  /// The RMSE of the weighted sum on these rows; `nil` for `stack`.
  public let rmse: Double?

  /// The positions of the models with a weight that is not zero.
  public var chosen: [Int] { weights.indices.filter { weights[$0] != 0 } }

  /// Selects.
  ///
  /// - Parameters:
  ///   - policy: How the models become one.
  ///   - predictions: What each model predicts for the rows.
  ///   - ratings: The ratings of the rows.
  /// - Precondition: There is a model, and each predicts every row.
  /// - Complexity: O(models² × rows).
  public init(_ policy: SelectPolicy, predictions: [[Float]], ratings: [Float]) {
    precondition(
      !predictions.isEmpty && predictions.allSatisfy { $0.count == ratings.count },
      "a model or a prediction is missing")
    self.policy = policy
    rows = ratings.count
    let rmses = predictions.map { Self.rmse([$0], weights: [1], ratings) }
    self.rmses = rmses
    switch policy {
    case .best:
      let best = rmses.indices.reduce(0) { rmses[$1] < rmses[$0] ? $1 : $0 }
      weights = rmses.indices.map { $0 == best ? 1 : 0 }
    case .blend:
      weights = Self.ridgeWeights(predictions, ratings)
    case .stack:
      weights = []
    }
    rmse = policy == .stack ? nil : Self.rmse(predictions, weights: weights, ratings)
  }

  private static func rmse(
    _ predictions: [[Float]], weights: [Double], _ ratings: [Float]
  ) -> Double {
    guard !ratings.isEmpty else { return 0 }
    var squares = 0.0
    for row in ratings.indices {
      var sum = 0.0
      for (model, weight) in weights.enumerated() {
        sum += weight * Double(predictions[model][row])
      }
      let error = sum - Double(ratings[row])
      squares += error * error
    }
    return (squares / Double(ratings.count)).squareRoot()
  }

  private static func ridgeWeights(_ predictions: [[Float]], _ ratings: [Float]) -> [Double] {
    let count = predictions.count
    let even = 1 / Double(count)
    var matrix = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
    var target = [Double](repeating: 0, count: count)
    for row in ratings.indices {
      for model in 0..<count {
        let value = Double(predictions[model][row])
        target[model] += value * Double(ratings[row])
        for other in 0...model { matrix[model][other] += value * Double(predictions[other][row]) }
      }
    }
    for model in 0..<count {
      matrix[model][model] += ridge
      target[model] += ridge * even
    }
    return solve(matrix, target)
  }

  /// Solves A·w = t for a positive definite A, of which the lower half is given, by Cholesky.
  private static func solve(_ lower: [[Double]], _ target: [Double]) -> [Double] {
    var (factor, solution) = (lower, target)
    for row in factor.indices {
      for column in 0...row {
        var sum = factor[row][column]
        for lane in 0..<column { sum -= factor[row][lane] * factor[column][lane] }
        factor[row][column] = row == column ? sum.squareRoot() : sum / factor[column][column]
      }
    }
    for row in factor.indices {
      for lane in 0..<row { solution[row] -= factor[row][lane] * solution[lane] }
      solution[row] /= factor[row][row]
    }
    for row in factor.indices.reversed() {
      for lane in (row + 1)..<max(factor.count, row + 1) {
        solution[row] -= factor[lane][row] * solution[lane]
      }
      solution[row] /= factor[row][row]
    }
    return solution
  }
}
