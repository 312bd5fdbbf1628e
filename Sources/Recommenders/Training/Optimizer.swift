import Kernels

/// A rule that turns gradients into steps, and how many it has taken.
struct Optimizer {
  let type: OptimizerType
  let l2: Float
  var learningRate: Float
  private(set) var stepNumber = 0

  init(_ resolved: ResolvedTraining) {
    type = resolved.optimizer
    l2 = Float(resolved.l2)
    learningRate = Float(resolved.learningRate)
  }

  /// Whether the penalty belongs to the whole table and to the loss, or to each rating.
  var penalizesWholeTables: Bool { type == .adam }

  /// Begins the step of a batch.
  mutating func beginStep() { stepNumber += 1 }

  /// Moves a table by its gradients and returns the penalty it had before, if it is in the loss.
  func move(_ table: inout TrainableTable) -> Float {
    switch type {
    case .adam, .auto:
      AdamStep(number: stepNumber, learningRate: learningRate).moveAll(
        &table.weights, momentum: &table.momentum, velocity: &table.velocity,
        touched: table.touched, gradients: table.gradients,
        doubledPenalty: table.doubledPenalty)
    case .lazyAdam:
      moveLazily(&table)
    case .sgd:
      moveTouched(&table) { weight, gradient, _ in weight - learningRate * gradient }
    case .adagrad:
      // Keras' AdaGrad (Duchi et al., 2011): the accumulator starts at 0.1.
      moveTouched(&table) { weight, gradient, squares in
        squares += gradient * gradient
        return weight - learningRate * gradient / (squares + 0.1 + AdamStep.epsilon).squareRoot()
      }
    }
  }

  private func moveLazily(_ table: inout TrainableTable) -> Float {
    AdamStep(number: stepNumber, learningRate: learningRate).moveTouched(
      &table.weights, momentum: &table.momentum, velocity: &table.velocity,
      touched: table.touched, gradients: table.gradients)
    return 0
  }

  private func moveTouched(
    _ table: inout TrainableTable, _ rule: (Float, Float, inout Float) -> Float
  ) -> Float {
    let (stride, dimension) = (table.weights.stride, table.weights.dimension)
    let touched = table.touched
    table.velocity.withMutableValues { velocity in
      table.weights.withMutableValues { weights in
        table.gradients.withValues { gradients in
          for (slot, row) in touched.enumerated() {
            for lane in 0..<dimension {
              let at = Int(row) * stride + lane
              weights[at] = rule(weights[at], gradients[slot * stride + lane], &velocity[at])
            }
          }
        }
      }
    }
    return 0
  }
}

/// A table of parameters in training: the weights, what the optimizer remembers of each, and the
/// gradients of the rows that the current batch touches.
struct TrainableTable {
  var weights: EmbeddingTable
  var momentum: EmbeddingTable
  var velocity: EmbeddingTable
  /// The gradients of the touched rows, in the order of ``touched``.
  var gradients: EmbeddingTable
  /// The touched rows, ascending.
  private(set) var touched: [UInt32] = []
  /// Twice the L2 factor λ of each lane, in one row.
  let doubledPenalty: EmbeddingTable

  private var slots: [Int32]
  /// The lane that holds a constant and must not move.
  private let constantLane: Int?

  /// Starts from weights; at most `capacity` rows are touched by a batch.
  ///
  /// `l2` is the penalty of each lane.
  init(_ weights: EmbeddingTable, capacity: Int, l2: [Float], constantLane: Int? = nil) {
    self.weights = weights
    let (rows, dimension) = (weights.rows, weights.dimension)
    momentum = EmbeddingTable(rows: rows, dimension: dimension)
    velocity = EmbeddingTable(rows: rows, dimension: dimension)
    gradients = EmbeddingTable(rows: Swift.max(Swift.min(capacity, rows), 1), dimension: dimension)
    doubledPenalty = EmbeddingTable(rows: 1, dimension: dimension, values: l2.map { 2 * $0 })
    slots = Array(repeating: -1, count: rows)
    self.constantLane = constantLane
  }

  /// Begins a batch that touches the given rows, in any order and with repetitions.
  mutating func begin(_ rows: some Sequence<UInt32>) {
    touched.removeAll(keepingCapacity: true)
    for row in rows where slots[Int(row)] < 0 {
      slots[Int(row)] = 0
      touched.append(row)
    }
    touched.sort()
    for (slot, row) in touched.enumerated() {
      slots[Int(row)] = Int32(slot)
      gradients.clear(row: slot)
    }
  }

  /// Adds `scale` × a row of another table to the gradient of a touched row.
  mutating func addGradient(_ scale: Float, times other: EmbeddingTable, row: Int, to touched: Int)
  {
    gradients.add(scale, times: other, row: row, to: Int(slots[touched]))
  }

  /// Adds some lanes of the first row of another table to the gradient of a touched row.
  mutating func addGradient(_ other: EmbeddingTable, lanes: Range<Int>, to touched: Int) {
    let start = Int(slots[touched]) * gradients.stride
    gradients.withMutableValues { gradient in
      other.withValues { other in
        for (offset, lane) in lanes.enumerated() { gradient[start + offset] += other[lane] }
      }
    }
  }

  /// Adds the gradient of one rating's penalty to a touched row: each lane's factor × its weight.
  mutating func addPenaltyGradient(_ factors: EmbeddingTable, to touched: Int) {
    gradients.add(weightedBy: factors, weights, row: touched, to: Int(slots[touched]))
  }

  /// Ends a batch: the optimizer moves the weights.
  ///
  /// - Returns: The penalty before the step, where it is part of the loss.
  mutating func end(_ optimizer: Optimizer) -> Float {
    if let constantLane {
      for slot in touched.indices { gradients[slot, constantLane] = 0 }
    }
    let penalty = optimizer.move(&self)
    for row in touched { slots[Int(row)] = -1 }
    return penalty
  }

  /// Σ λ·w² over the table as it is.
  func penaltyValue() -> Double {
    var sum = 0.0
    weights.withValues { weights in
      doubledPenalty.withValues { doubled in
        for row in 0..<self.weights.rows {
          for lane in 0..<self.weights.dimension where doubled[lane] != 0 {
            let weight = Double(weights[row * self.weights.stride + lane])
            sum += Double(doubled[lane]) / 2 * weight * weight
          }
        }
      }
    }
    return sum
  }
}
