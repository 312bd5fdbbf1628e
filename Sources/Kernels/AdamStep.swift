internal import CKernels

/// One step of Adam (Kingma and Ba, 2015) with the constants of Keras.
///
/// m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g²,
/// w ← w − η·√(1 − β₂ᵗ)/(1 − β₁ᵗ) · m/(√v + ε).
///
/// In every 64th step, and for single rows in every step, moments below 1e-30 become zero, before they
/// are so small that processors compute them slowly.
public struct AdamStep: Sendable {
  /// β₁, the decay of the gradients' mean.
  public static let momentumDecay = 0.9
  /// β₂, the decay of the gradients' mean square.
  public static let velocityDecay = 0.999
  /// ε, which keeps the division finite.
  public static let epsilon: Float = 1e-7
  /// How many steps lie between two that clear tiny moments.
  public static let cleaningInterval = 64

  let parameters: rk_adam_parameters

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

  /// Moves every row of a table, those without a gradient by their penalty and momentum alone.
  ///
  /// - Parameters:
  ///   - table: The weights, moments and penalty.
  ///   - touched: The ascending numbers of the rows that have a gradient.
  ///   - gradients: Their gradients, in the same order, in the table's first rows.
  /// - Returns: Σ λ·w² over the table as it was before the step.
  /// - Complexity: O(rows × dimension).
  public func moveAll(
    _ table: inout AdamTable, touched: [UInt32], gradients: EmbeddingTable
  ) -> Float {
    Self.check(touched, gradients, table)
    table.makeUnique()
    // Safety: the check keeps every row number inside the tables, which have one shape and own
    // their memory.
    return unsafe touched.withUnsafeBufferPointer { numbers in
      unsafe rk_adam_all(
        table.weights.start, table.momentum.start, table.velocity.start, table.weights.rows,
        table.weights.stride, table.weights.dimension, numbers.baseAddress, gradients.start,
        touched.count, table.doubledPenalty.start, parameters)
    }
  }

  /// Moves only the rows that have a gradient.
  ///
  /// The parameters are those of ``moveAll(_:touched:gradients:)``.
  public func moveTouched(
    _ table: inout AdamTable, touched: [UInt32], gradients: EmbeddingTable
  ) {
    Self.check(touched, gradients, table)
    table.makeUnique()
    // Safety: as above.
    unsafe touched.withUnsafeBufferPointer { numbers in
      unsafe rk_adam_touched(
        table.weights.start, table.momentum.start, table.velocity.start, table.weights.stride,
        table.weights.dimension, numbers.baseAddress, gradients.start, touched.count,
        table.doubledPenalty.start, parameters)
    }
  }

  private static func check(
    _ touched: [UInt32], _ gradients: EmbeddingTable, _ table: AdamTable
  ) {
    precondition(gradients.stride == table.weights.stride, "rows differ in length")
    precondition(touched.count <= gradients.rows, "a gradient is missing")
    var previous = -1
    for row in touched {
      precondition(Int(row) > previous, "the touched rows are not ascending")
      previous = Int(row)
    }
    precondition(previous < table.weights.rows, "no such row")
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
