internal import CKernels

/// One step of Adam (Kingma and Ba, 2015) with the constants of Keras.
///
/// m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g²,
/// w ← w − η·√(1 − β₂ᵗ)/(1 − β₁ᵗ) · m/(√v + ε).
///
/// In every 64th step, moments below 1e-30 become zero, before they are so small that processors
/// compute them slowly.
public struct AdamStep: Sendable {
  /// β₁, the decay of the gradients' mean.
  public static let momentumDecay = 0.9
  /// β₂, the decay of the gradients' mean square.
  public static let velocityDecay = 0.999
  /// ε, which keeps the division finite.
  public static let epsilon: Float = 1e-7
  /// How many steps lie between two that clear tiny moments.
  public static let cleaningInterval = 64

  private let parameters: rk_adam_parameters

  /// Prepares step number `number`, counted from 1.
  public init(number: Int, learningRate: Float) {
    precondition(number >= 1, "steps are counted from 1")
    let correction =
      (1 - Self.power(Self.velocityDecay, number)).squareRoot()
      / (1 - Self.power(Self.momentumDecay, number))
    parameters = rk_adam_parameters(
      rate: learningRate * Float(correction),
      momentum_decay: Float(Self.momentumDecay), momentum_share: Float(1 - Self.momentumDecay),
      velocity_decay: Float(Self.velocityDecay), velocity_share: Float(1 - Self.velocityDecay),
      epsilon: Self.epsilon, clean: number % Self.cleaningInterval == 0 ? 1 : 0)
  }

  /// A power by repeated squaring, the same bits on every machine.
  private static func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, square, rest) = (1.0, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result *= square }
      square *= square
      rest >>= 1
    }
    return result
  }

  /// The most steps that ``moveRest(_:_:skipping:steps:)`` takes at once.
  public static let mostSteps = Int(RK_ADAM_MOST_STEPS)

  /// Takes several steps on the rows that have no gradient in any of them but the penalty's.
  ///
  /// - Parameters:
  ///   - table: The weights, moments and penalty.
  ///   - skipped: The ascending numbers of the rows to leave as they are.
  ///   - steps: The steps, at most ``mostSteps``.
  /// - Returns: For each step, Σ λ·w² over the moved rows as it was before the step.
  /// - Complexity: O(steps × rows × dimension).
  public static func moveRest(
    _ table: inout AdamTable, skipping skipped: [UInt32], steps: [AdamStep]
  ) -> [Float] {
    precondition((1...mostSteps).contains(steps.count), "too few or too many steps")
    check(skipped, below: table.weights.rows)
    table.makeUnique()
    let parameters = steps.map(\.parameters)
    // Safety: the checks keep every row number inside the tables, which have one shape and own
    // their memory, and there is a penalty for each step.
    return unsafe [Float](unsafeUninitializedCapacity: steps.count) { penalties, count in
      unsafe skipped.withUnsafeBufferPointer { skipped in
        unsafe parameters.withUnsafeBufferPointer { parameters in
          guard let parameters = parameters.baseAddress,
            let penalties = penalties.baseAddress
          else { return }
          unsafe rk_adam_rest(
            table.weights.start, table.momentum.start, table.velocity.start, table.weights.rows,
            table.weights.stride, skipped.baseAddress, skipped.count, table.doubledPenalty.start,
            parameters, steps.count, penalties)
        }
      }
      count = steps.count
    }
  }

  /// Takes this step on some rows.
  ///
  /// - Parameters:
  ///   - table: The weights, moments and penalty.
  ///   - rows: The row numbers, ascending.
  ///   - gradientRows: For each of them the row of `gradients` that holds its gradient, or −1 where
  ///     it has none but that of the penalty.
  ///   - gradients: The gradients of the loss without the penalty.
  /// - Returns: Σ λ·w² over the moved rows as it was before the step.
  public func move(
    _ table: inout AdamTable, rows: [UInt32], gradientRows: [Int32], gradients: EmbeddingTable
  ) -> Float {
    precondition(rows.count == gradientRows.count, "a row lacks its gradient's number")
    precondition(gradients.stride == table.weights.stride, "rows differ in length")
    Self.check(rows, below: table.weights.rows)
    for row in gradientRows { precondition(Int(row) < gradients.rows, "a gradient is missing") }
    table.makeUnique()
    // Safety: as above; gradients are read from rows that exist.
    return unsafe rows.withUnsafeBufferPointer { rows in
      unsafe gradientRows.withUnsafeBufferPointer { gradientRows in
        guard let rows = rows.baseAddress,
          let numbers = gradientRows.baseAddress
        else { return 0 }
        return unsafe rk_adam_rows(
          table.weights.start, table.momentum.start, table.velocity.start, table.weights.stride,
          rows, numbers, gradientRows.count, gradients.start, table.doubledPenalty.start,
          parameters)
      }
    }
  }

  private static func check(_ rows: [UInt32], below count: Int) {
    var previous = -1
    for row in rows {
      precondition(Int(row) > previous, "the rows are not ascending")
      previous = Int(row)
    }
    precondition(previous < count, "no such row")
  }
}

/// Weights with what Adam remembers of each, and their penalty; all of one shape.
public struct AdamTable: Sendable {
  /// The weights.
  public fileprivate(set) var weights: EmbeddingTable
  /// m, the decaying mean of the gradients.
  public fileprivate(set) var momentum: EmbeddingTable
  /// v, the decaying mean of their squares.
  public fileprivate(set) var velocity: EmbeddingTable
  /// Twice the factor λ of each lane, in one row: λ·w² is in the loss.
  public let doubledPenalty: EmbeddingTable

  /// Starts with moments of zero.
  ///
  /// - Precondition: There is a factor for each lane.
  public init(_ weights: EmbeddingTable, penalty: [Float]) {
    self.weights = weights
    momentum = EmbeddingTable(rows: weights.rows, dimension: weights.dimension)
    velocity = momentum
    doubledPenalty = EmbeddingTable(
      rows: 1, dimension: weights.dimension, values: penalty.map { 2 * $0 })
  }

  /// Calls `body` with all weights and v for changing them, as other optimizers do.
  public mutating func withMutableWeightsAndVelocity<Result>(
    _ body: (inout MutableSpan<Float>, inout MutableSpan<Float>) -> Result
  ) -> Result {
    Self.withMutableValues(of: &weights, and: &velocity, body)
  }

  private static func withMutableValues<Result>(
    of first: inout EmbeddingTable, and second: inout EmbeddingTable,
    _ body: (inout MutableSpan<Float>, inout MutableSpan<Float>) -> Result
  ) -> Result {
    first.withMutableValues { first in
      second.withMutableValues { second in body(&first, &second) }
    }
  }

  fileprivate mutating func makeUnique() {
    weights.makeUnique()
    momentum.makeUnique()
    velocity.makeUnique()
  }
}
