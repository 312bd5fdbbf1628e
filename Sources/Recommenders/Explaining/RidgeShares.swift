import Kernels

/// The solution of a ridge regression, told as a sum over its rows.
///
/// p = G⁻¹ Σ_j t_j x_j with G = Σ_j x_j x_jᵀ + B + λI, so that for any q the product q · p is the sum of the
/// shares t_j · (G⁻¹ q) · x_j (Hu, Koren and Volinsky, *Collaborative Filtering for Implicit Feedback
/// Datasets*, 2008, section 5). The Cholesky factor of G is found once.
struct RidgeShares: Sendable {
  private let dimension: Int
  private let rows: [Float]
  private let targets: [Float]
  /// L with G = L Lᵀ, row by row; on its diagonal the inverse, or 0 where a pivot is not positive, as
  /// ``RowRegression`` has it.
  private let factor: [Double]

  /// Takes the rows x, their targets t, the penalty λ and, in its upper triangle, B.
  ///
  /// - Complexity: O(rows × dimension² + dimension³).
  init(rows: EmbeddingTable, targets: [Float], penalty: Float, base: EmbeddingTable?) {
    precondition(rows.rows == targets.count, "a target is missing")
    let dimension = rows.dimension
    self.dimension = dimension
    self.rows = rows.values(columns: 0..<dimension)
    self.targets = targets
    var matrix = [Double](repeating: 0, count: dimension * dimension)
    for table in [rows.gram, base].compactMap(\.self) {
      table.withValues { values in
        for row in 0..<dimension {
          for lane in row..<dimension {
            matrix[lane * dimension + row] += Double(values[row * table.stride + lane])
          }
        }
      }
    }
    for lane in 0..<dimension { matrix[lane * dimension + lane] += Double(penalty) }
    factor = Self.factor(of: matrix, dimension)
  }

  /// The share of each row in q · p.
  ///
  /// - Complexity: O(rows × dimension + dimension²).
  func shares(of vector: [Float]) -> [Double] {
    let solution = solution(vector)
    return targets.indices.map { row in
      var sum = 0.0
      for lane in 0..<dimension { sum += Double(rows[row * dimension + lane]) * solution[lane] }
      return sum * Double(targets[row])
    }
  }

  /// G⁻¹ q.
  private func solution(_ vector: [Float]) -> [Double] {
    var values = vector.map { Double($0) }
    for row in 0..<dimension {
      var sum = values[row]
      for lane in 0..<row { sum -= factor[row * dimension + lane] * values[lane] }
      values[row] = sum * factor[row * dimension + row]
    }
    for row in (0..<dimension).reversed() {
      let value = values[row] * factor[row * dimension + row]
      values[row] = value
      for lane in 0..<row { values[lane] -= factor[row * dimension + lane] * value }
    }
    return values
  }

  private static func factor(of matrix: [Double], _ dimension: Int) -> [Double] {
    var factor = matrix
    for row in 0..<dimension {
      for column in 0...row {
        var sum = factor[row * dimension + column]
        for lane in 0..<column {
          sum -= factor[row * dimension + lane] * factor[column * dimension + lane]
        }
        factor[row * dimension + column] =
          if column < row {
            sum * factor[column * dimension + column]
          } else {
            sum > 0 ? 1 / sum.squareRoot() : 0
          }
      }
    }
    return factor
  }
}
