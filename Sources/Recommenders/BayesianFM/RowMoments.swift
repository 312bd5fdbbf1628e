/// What the draws of a block need to know of the ratings, for each of its rows: with
/// o = (1, sums of the other blocks' Q), M = Σ o oᵀ and Σ e o over the row's ratings.
struct RowMoments: Sendable {
  let lanes: Int
  private var squares: [Float]
  private var residuals: [Float]
  /// (0, Q_1, …, Q_k) of each row.
  private var sums: [Float]
  /// How each row's contribution to ŷ has changed: lane 0 times 1, the others times the other
  /// blocks' Q.
  private var changes: [Float]

  init(
    _ block: SamplerBlock, rows: [Float], sums all: [Float], residuals all_e: [Float], lanes: Int
  ) {
    self.lanes = lanes
    squares = Array(repeating: 0, count: block.rowCount * lanes * lanes)
    residuals = Array(repeating: 0, count: block.rowCount * lanes)
    changes = residuals
    sums = rows
    var other = [Float](repeating: 1, count: lanes)
    for row in 0..<block.rowCount {
      sums[row * lanes] = 0
      for place in block.ratingStarts[row]..<block.ratingStarts[row + 1] {
        let rating = Int(block.ratings[place])
        for lane in 1..<lanes {
          other[lane] = all[rating * lanes + lane] - sums[row * lanes + lane]
        }
        for lane in 0..<lanes {
          residuals[row * lanes + lane] += all_e[rating] * other[lane]
          for second in 0..<lanes {
            squares[(row * lanes + lane) * lanes + second] += other[lane] * other[second]
          }
        }
      }
    }
  }

  func conditional(
    _ block: SamplerBlock, _ feature: Int, old: [Double], noisePrecision: Double,
    mean: [Double], precision: [Double]
  ) -> FMConditional {
    var matrix = [Double](repeating: 0, count: lanes * lanes)
    var shift = [Double](repeating: 0, count: lanes)
    var own = [Float](repeating: 0, count: lanes)
    for place in block.columnStarts[feature]..<block.columnStarts[feature + 1] {
      let row = Int(block.columnRows[place])
      let x = block.columnValues[place]
      let first = row * lanes * lanes
      let count = squares[first]
      for lane in 1..<lanes { own[lane] = sums[row * lanes + lane] - Float(old[lane]) * x }
      for lane in 0..<lanes {
        shift[lane] += Double(
          x * (residuals[row * lanes + lane] + own[lane] * residuals[row * lanes]))
        for second in 0..<lanes {
          let square =
            squares[first + lane * lanes + second] + own[lane] * squares[first + second]
            + own[second] * squares[first + lane] + count * own[lane] * own[second]
          matrix[lane * lanes + second] += Double(x * x * square)
        }
      }
    }
    for lane in 0..<lanes {
      for second in 0..<lanes { shift[lane] += matrix[lane * lanes + second] * old[second] }
    }
    for lane in 0..<lanes {
      shift[lane] = shift[lane] * noisePrecision + precision[lane] * mean[lane]
      for second in 0..<lanes { matrix[lane * lanes + second] *= noisePrecision }
      matrix[lane * lanes + lane] += precision[lane]
    }
    return FMConditional(lanes: lanes, precision: matrix, shift: shift)
  }

  /// Takes over a change of a feature's parameters.
  mutating func move(_ block: SamplerBlock, _ feature: Int, old: [Double], by change: [Double]) {
    var moved = [Float](repeating: 0, count: lanes)
    for place in block.columnStarts[feature]..<block.columnStarts[feature + 1] {
      let row = Int(block.columnRows[place])
      let x = block.columnValues[place]
      moved[0] = x * Float(change[0])
      for lane in 1..<lanes {
        moved[lane] = x * Float(change[lane])
        moved[0] += moved[lane] * (sums[row * lanes + lane] - Float(old[lane]) * x)
      }
      for lane in 0..<lanes {
        for second in 0..<lanes {
          residuals[row * lanes + lane] -=
            squares[(row * lanes + lane) * lanes + second] * moved[second]
        }
      }
      for lane in 0..<lanes {
        changes[row * lanes + lane] += moved[lane]
        if lane > 0 { sums[row * lanes + lane] += moved[lane] }
      }
    }
  }

  /// Hands all changes on to the ratings.
  func push(_ block: SamplerBlock, sums all: inout [Float], residuals: inout [Float]) {
    for rating in residuals.indices {
      let row = Int(block.rowOfRating[rating])
      var change = changes[row * lanes]
      for lane in 1..<lanes {
        let moved = changes[row * lanes + lane]
        // What the other blocks sum to, without this one before its change.
        change += moved * (all[rating * lanes + lane] - (sums[row * lanes + lane] - moved))
        all[rating * lanes + lane] += moved
      }
      residuals[rating] -= change
    }
  }
}
