/// The normal distribution of a feature's parameters, given all the rest: precision matrix A and
/// A times the mean.
struct FMConditional: Sendable {
  var lanes: Int
  /// A, lanes × lanes.
  var precision: [Double]
  /// A times the mean.
  var shift: [Double]

  /// Holds a lane at zero.
  mutating func fix(lane: Int) {
    for other in 0..<lanes {
      precision[lane * lanes + other] = 0
      precision[other * lanes + lane] = 0
    }
    precision[lane * lanes + lane] = 1e30
    shift[lane] = 0
  }

  /// The draw that standard normal numbers z lead to: A⁻¹ b + L⁻ᵀ z with A = L Lᵀ.
  func draw(_ normals: [Double]) -> [Double] {
    let factor = cholesky()
    var result = shift
    for row in 0..<lanes {
      for column in 0..<row { result[row] -= factor[row * lanes + column] * result[column] }
      result[row] /= factor[row * lanes + row]
    }
    for row in 0..<lanes { result[row] += normals[row] }
    for row in (0..<lanes).reversed() {
      for below in row + 1..<lanes where below < lanes {
        result[row] -= factor[below * lanes + row] * result[below]
      }
      result[row] /= factor[row * lanes + row]
    }
    return result
  }

  private func cholesky() -> [Double] {
    var factor = precision
    for column in 0..<lanes {
      for row in column..<lanes {
        var sum = factor[row * lanes + column]
        for other in 0..<column {
          sum -= factor[row * lanes + other] * factor[column * lanes + other]
        }
        factor[row * lanes + column] =
          row == column ? max(sum, 1e-30).squareRoot() : sum / factor[column * lanes + column]
      }
    }
    return factor
  }
}
