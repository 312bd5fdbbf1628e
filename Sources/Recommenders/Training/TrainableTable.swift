import Kernels

/// A table of parameters in training: the weights, what the optimizer remembers of each, and the
/// gradients of the rows that the current batch touches.
///
/// Batches come in groups, whose rows are known ahead. Adam moves the rows that no batch of a group
/// touches by all the group's steps at once, while they are in the processor's registers: the same
/// arithmetic, for a fraction of the traffic with the caches.
struct TrainableTable {
  private var parameters: AdamTable
  /// The gradients of the rows that the batch touches.
  private var gradients: EmbeddingTable
  /// The rows that the group touches, ascending.
  private var groupRows: [UInt32] = []
  /// The place of each row in `groupRows`; −1 elsewhere.
  private var placeInGroup: [Int32]
  /// The row of `gradients` of each row of the group; −1 where the batch does not touch it.
  private var gradientRows: [Int32] = []
  /// The row of `gradients` of each element of the batch.
  private var elementRows: [UInt32] = []
  private var gradientCount = 0
  /// The penalties of the rows that the group does not touch, for each of its steps.
  private var restPenalties: [Float] = []
  private var stepInGroup = 0
  /// The lane that holds a constant and must not move.
  private let constantLane: Int?

  /// Starts from weights; at most `capacity` rows are touched by a batch, and `l2` is the penalty of
  /// each lane.
  init(_ weights: EmbeddingTable, capacity: Int, l2: [Float], constantLane: Int? = nil) {
    let (rows, dimension) = (weights.rows, weights.dimension)
    parameters = AdamTable(weights, penalty: l2)
    gradients = EmbeddingTable(rows: Swift.max(Swift.min(capacity, rows), 1), dimension: dimension)
    placeInGroup = Array(repeating: -1, count: rows)
    self.constantLane = constantLane
  }

  var weights: EmbeddingTable { parameters.weights }

  /// Begins a group of batches that touches the given rows, in any order and with repetitions.
  mutating func beginGroup(_ rows: some Sequence<UInt32>, batches: Int, _ optimizer: Optimizer) {
    for row in groupRows { placeInGroup[Int(row)] = -1 }
    groupRows.removeAll(keepingCapacity: true)
    for row in rows where placeInGroup[Int(row)] < 0 {
      placeInGroup[Int(row)] = 0
      groupRows.append(row)
    }
    groupRows.sort()
    for (place, row) in groupRows.enumerated() { placeInGroup[Int(row)] = Int32(place) }
    gradientRows = Array(repeating: -1, count: groupRows.count)
    stepInGroup = 0
    if optimizer.type == .adam {
      restPenalties = AdamStep.moveRest(
        &parameters, skipping: groupRows, steps: optimizer.adamSteps(ahead: batches))
    }
  }

  /// Begins a batch whose elements touch the given rows, all of them the group's.
  mutating func beginBatch(_ rows: some Sequence<UInt32>) {
    for place in gradientRows.indices { gradientRows[place] = -1 }
    elementRows.removeAll(keepingCapacity: true)
    gradientCount = 0
    for row in rows {
      let place = Int(placeInGroup[Int(row)])
      if gradientRows[place] < 0 {
        gradientRows[place] = Int32(gradientCount)
        gradientCount += 1
      }
      elementRows.append(UInt32(gradientRows[place]))
    }
    gradients.clear(0..<gradientCount)
  }

  /// Adds, for each element of the batch, a scaled row of another table to its row's gradient.
  mutating func addGradients(_ scales: [Float], times other: EmbeddingTable, rows: [UInt32]) {
    gradients.add(scales, times: other, rows: rows, to: elementRows)
  }

  /// Adds `scale` × a row of another table to the gradient of an element's row.
  mutating func addGradient(_ scale: Float, times other: EmbeddingTable, row: Int, element: Int) {
    gradients.add(scale, times: other, row: row, to: Int(elementRows[element]))
  }

  /// Adds some lanes of the first row of another table to the gradient of an element's row.
  mutating func addGradient(_ other: EmbeddingTable, lanes: Range<Int>, element: Int) {
    let start = Int(elementRows[element]) * gradients.stride
    gradients.withMutableValues { gradient in
      other.withValues { other in
        for (offset, lane) in lanes.enumerated() { gradient[start + offset] += other[lane] }
      }
    }
  }

  /// Adds, for each element of the batch, the gradient of its rating's penalty: each lane's factor ×
  /// the weight. `rows` are the elements' rows.
  mutating func addPenaltyGradients(_ factors: EmbeddingTable, rows: [UInt32]) {
    for (element, row) in rows.enumerated() {
      gradients.add(
        weightedBy: factors, parameters.weights, row: Int(row), to: Int(elementRows[element]))
    }
  }

  /// Ends a batch: the optimizer moves the weights.
  ///
  /// Returns the penalty before the step, where it is part of the loss.
  mutating func endBatch(_ optimizer: Optimizer) -> Float {
    if let constantLane {
      for row in 0..<gradientCount { gradients[row, constantLane] = 0 }
    }
    defer { stepInGroup += 1 }
    switch optimizer.type {
    case .adam, .auto:
      let moved = optimizer.adamStep.move(
        &parameters, rows: groupRows, gradientRows: gradientRows, gradients: gradients)
      return restPenalties[stepInGroup] + moved
    case .lazyAdam:
      moveLazily(optimizer.adamStep)
    case .sgd:
      moveTouched { weight, gradient, _ in weight - optimizer.learningRate * gradient }
    case .adagrad:
      // Keras' AdaGrad (Duchi et al., 2011): the accumulator starts at 0.1.
      moveTouched { weight, gradient, squares in
        squares += gradient * gradient
        let root = (squares + 0.1 + AdamStep.epsilon).squareRoot()
        return weight - optimizer.learningRate * gradient / root
      }
    }
    return 0
  }

  /// Σ λ·w² over the table as it is.
  func penaltyValue() -> Double {
    let (rows, stride, dimension) = (weights.rows, weights.stride, weights.dimension)
    return weights.withValues { weights in
      parameters.doubledPenalty.withValues { doubled in
        var sum = 0.0
        for row in 0..<rows {
          for lane in 0..<dimension where doubled[lane] != 0 {
            let weight = Double(weights[row * stride + lane])
            sum += Double(doubled[lane]) / 2 * weight * weight
          }
        }
        return sum
      }
    }
  }

  private var touchedPlaces: [Int] { gradientRows.indices.filter { gradientRows[$0] >= 0 } }

  /// The penalty is in the gradients already; the table's own would be added to them, so there is
  /// none for these optimizers.
  private mutating func moveLazily(_ step: AdamStep) {
    let places = touchedPlaces
    _ = step.move(
      &parameters, rows: places.map { groupRows[$0] },
      gradientRows: places.map { gradientRows[$0] }, gradients: gradients)
  }

  private mutating func moveTouched(_ rule: (Float, Float, inout Float) -> Float) {
    let (stride, dimension) = (weights.stride, weights.dimension)
    let pairs = touchedPlaces.map { (Int(groupRows[$0]), Int(gradientRows[$0])) }
    parameters.withMutableWeightsAndVelocity { weights, velocity in
      gradients.withValues { gradients in
        for (row, gradientRow) in pairs {
          for lane in 0..<dimension {
            let at = row * stride + lane
            weights[at] = rule(weights[at], gradients[gradientRow * stride + lane], &velocity[at])
          }
        }
      }
    }
  }
}
