import Kernels

/// Arithmetic on whole tables whose rows are (factors, bias), lane by lane.
struct LanePair: Sendable {
  /// A number for the factors of each row, and one for its bias.
  struct RowFactors: Sendable {
    let factors: [Float]
    let biases: [Float]
  }

  private let factors: Int
  private let dimension: Int

  /// The rows that are one piece of a sum; the sums of the pieces are added in order.
  private static let pieceLength = 1 << 12

  init(factors: Int, dimension: Int) {
    self.factors = factors
    self.dimension = dimension
  }

  func rows(_ factors: [Float], _ biases: [Float]) -> RowFactors {
    RowFactors(factors: factors, biases: biases)
  }

  /// table = body(table, other), element by element.
  func update(
    _ table: inout EmbeddingTable, _ other: EmbeddingTable, _ body: (Float, Float) -> Float
  ) {
    let (count, stride) = (table.rows, table.stride)
    table.withMutableValues { values in
      other.withValues { others in
        for start in Swift.stride(from: 0, to: count * stride, by: stride) {
          for lane in start..<start + dimension { values[lane] = body(values[lane], others[lane]) }
        }
      }
    }
  }

  /// Multiplies each row by its factors.
  func scale(_ table: inout EmbeddingTable, by rows: RowFactors) {
    let stride = table.stride
    table.withMutableValues { values in
      for row in rows.factors.indices {
        let (start, factor) = (row * stride, rows.factors[row])
        for lane in start..<start + factors { values[lane] *= factor }
        for lane in start + factors..<start + dimension { values[lane] *= rows.biases[row] }
      }
    }
  }

  /// table += the penalty of each lane × other.
  func addPenalty(
    to table: inout EmbeddingTable, _ factor: Float, _ bias: Float, times other: EmbeddingTable
  ) {
    let lanes = (0..<dimension).map { $0 < factors ? factor : bias }
    add(lanes, times: other, to: &table)
  }

  /// table += other, each lane × its factor.
  func add(
    _ lanes: [Float], times other: EmbeddingTable, to table: inout EmbeddingTable
  ) {
    let (count, stride) = (table.rows, table.stride)
    table.withMutableValues { values in
      other.withValues { others in
        for start in Swift.stride(from: 0, to: count * stride, by: stride) {
          for lane in lanes.indices { values[start + lane] += others[start + lane] * lanes[lane] }
        }
      }
    }
  }

  /// The dot product of each column with the same column of another table.
  func dots(_ left: EmbeddingTable, _ right: EmbeddingTable, threads: Int) -> [Double] {
    let (count, stride) = (left.rows, left.stride)
    let pieces = (count + Self.pieceLength - 1) / Self.pieceLength
    let parts = Parallel.map(pieces, threads: threads) { piece in
      var sums = [Double](repeating: 0, count: dimension)
      let end = min((piece + 1) * Self.pieceLength, count)
      left.withValues { left in
        right.withValues { right in
          for row in piece * Self.pieceLength..<end {
            for lane in sums.indices {
              let place = row * stride + lane
              sums[lane] += Double(left[place]) * Double(right[place])
            }
          }
        }
      }
      return sums
    }
    var sums = [Double](repeating: 0, count: dimension)
    for part in parts { for lane in sums.indices { sums[lane] += part[lane] } }
    return sums
  }
}
