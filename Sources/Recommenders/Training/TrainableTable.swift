import Kernels

/// A table of parameters in training: the weights, what the optimizer remembers of each, and the
/// gradients of the rows that the current batch touches.
struct TrainableTable {
  private(set) var parameters: AdamTable
  /// The gradients of the touched rows, in their order.
  private var gradients: EmbeddingTable
  /// The rows that the batch touches, ascending.
  private var touched: [UInt32] = []
  /// The place of each row in `touched`; −1 elsewhere.
  private var places: [Int32]
  /// The place in `touched` of the row of each element of the batch.
  private var elementPlaces: [UInt32] = []
  /// The lane that holds a constant and must not move.
  private let constantLane: Int?

  /// Starts from weights; at most `capacity` rows are touched by a batch, and `l2` is the penalty of
  /// each lane.
  init(_ weights: EmbeddingTable, capacity: Int, l2: [Float], constantLane: Int? = nil) {
    let (rows, dimension) = (weights.rows, weights.dimension)
    parameters = AdamTable(weights, penalty: l2)
    gradients = EmbeddingTable(rows: Swift.max(Swift.min(capacity, rows), 1), dimension: dimension)
    places = Array(repeating: -1, count: rows)
    self.constantLane = constantLane
  }

  var weights: EmbeddingTable {
    get { parameters.weights }
    set { parameters.restore(weights: newValue) }
  }

  /// What the optimizer remembers of the weights: m, then v.
  var memory: [EmbeddingTable] {
    get { [parameters.momentum, parameters.velocity] }
    set { parameters.restore(momentum: newValue[0], velocity: newValue[1]) }
  }

  /// Begins a batch whose elements touch the given rows, in any order and with repetitions.
  mutating func beginBatch(_ rows: some Collection<UInt32>) {
    for row in touched { places[Int(row)] = -1 }
    touched.removeAll(keepingCapacity: true)
    for row in rows where places[Int(row)] < 0 {
      places[Int(row)] = 0
      touched.append(row)
    }
    touched.sort()
    for (place, row) in touched.enumerated() { places[Int(row)] = Int32(place) }
    elementPlaces.removeAll(keepingCapacity: true)
    for row in rows { elementPlaces.append(UInt32(places[Int(row)])) }
    gradients.clear(0..<touched.count)
  }

  /// Adds, for each element of the batch, a scaled row of another table to its row's gradient.
  mutating func addGradients(_ scales: [Float], times other: EmbeddingTable, rows: [UInt32]) {
    gradients.add(scales, times: other, rows: rows, to: elementPlaces)
  }

  /// Calls `body` with the gradients of the touched rows, in their order, and the place of each
  /// element's row among them.
  mutating func withGradients(_ body: (inout EmbeddingTable, [UInt32]) -> Void) {
    body(&gradients, elementPlaces)
  }

  /// Adds, for each element of the batch, the gradient of its rating's penalty: each lane's factor ×
  /// the weight. `rows` are the elements' rows.
  mutating func addPenaltyGradients(_ factors: EmbeddingTable, rows: [UInt32]) {
    for (element, row) in rows.enumerated() {
      gradients.add(
        weightedBy: factors, parameters.weights, row: Int(row), to: Int(elementPlaces[element]))
    }
  }

  /// Ends a batch: the optimizer moves the weights.
  ///
  /// Where every row moves, the threads of a team share them; without one the calling thread moves
  /// them all and sums the penalty in another order.
  ///
  /// Returns the penalty before the step, where it is part of the loss.
  mutating func endBatch(_ optimizer: Optimizer, team: WorkTeam? = nil) -> Float {
    if let constantLane {
      for place in touched.indices { gradients[place, constantLane] = 0 }
    }
    switch optimizer.type {
    case .adam, .auto:
      guard let team else {
        return optimizer.adamStep.moveAll(&parameters, touched: touched, gradients: gradients)
      }
      return optimizer.adamStep.moveAll(
        &parameters, touched: touched, gradients: gradients, team: team)
    case .lazyAdam:
      optimizer.adamStep.moveTouched(&parameters, touched: touched, gradients: gradients)
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

  private mutating func moveTouched(_ rule: (Float, Float, inout Float) -> Float) {
    let (stride, dimension) = (weights.stride, weights.dimension)
    parameters.withMutableWeightsAndVelocity { weights, velocity in
      gradients.withValues { gradients in
        for (place, row) in touched.enumerated() {
          for lane in 0..<dimension {
            let at = Int(row) * stride + lane
            weights[at] = rule(weights[at], gradients[place * stride + lane], &velocity[at])
          }
        }
      }
    }
  }
}
