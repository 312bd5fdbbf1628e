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

  /// Moves every row of a table, those without a gradient by their penalty and momentum alone.
  ///
  /// - Parameters:
  ///   - weights: The table to change.
  ///   - momentum: m, of the same shape.
  ///   - velocity: v, of the same shape.
  ///   - touched: The ascending numbers of the rows that have a gradient.
  ///   - gradients: Their gradients, in the same order, in the table's first rows.
  ///   - doubledPenalty: A table whose first row holds 2λ of each lane: λ·w² is in the loss.
  /// - Returns: Σ λ·w² over the table as it was before the step.
  /// - Complexity: O(rows × dimension).
  public func moveAll(
    _ weights: inout EmbeddingTable, momentum: inout EmbeddingTable,
    velocity: inout EmbeddingTable, touched: [UInt32], gradients: EmbeddingTable,
    doubledPenalty: EmbeddingTable
  ) -> Float {
    Self.check(weights, momentum, velocity, touched, gradients)
    precondition(
      doubledPenalty.stride == weights.stride && doubledPenalty.rows > 0, "rows differ in length")
    weights.makeUnique()
    momentum.makeUnique()
    velocity.makeUnique()
    // Safety: the checks above keep every row number inside the tables, and the three changed
    // tables own their memory.
    return unsafe touched.withUnsafeBufferPointer { numbers in
      unsafe rk_adam_all(
        weights.start, momentum.start, velocity.start, weights.rows, weights.stride,
        weights.dimension, numbers.baseAddress, gradients.start, touched.count,
        doubledPenalty.start, parameters)
    }
  }

  /// Moves only the rows that have a gradient, without a penalty.
  ///
  /// The parameters are those of ``moveAll(_:momentum:velocity:touched:gradients:doubledPenalty:)``.
  public func moveTouched(
    _ weights: inout EmbeddingTable, momentum: inout EmbeddingTable,
    velocity: inout EmbeddingTable, touched: [UInt32], gradients: EmbeddingTable
  ) {
    Self.check(weights, momentum, velocity, touched, gradients)
    weights.makeUnique()
    momentum.makeUnique()
    velocity.makeUnique()
    // Safety: as above.
    unsafe touched.withUnsafeBufferPointer { numbers in
      unsafe rk_adam_touched(
        weights.start, momentum.start, velocity.start, weights.stride, weights.dimension,
        numbers.baseAddress, gradients.start, touched.count, parameters)
    }
  }

  private static func check(
    _ weights: EmbeddingTable, _ momentum: EmbeddingTable, _ velocity: EmbeddingTable,
    _ touched: [UInt32], _ gradients: EmbeddingTable
  ) {
    precondition(
      momentum.rows == weights.rows && velocity.rows == weights.rows
        && momentum.dimension == weights.dimension && velocity.dimension == weights.dimension
        && gradients.stride == weights.stride,
      "tables differ in shape")
    precondition(touched.count <= gradients.rows, "a gradient is missing")
    var previous = -1
    for row in touched {
      precondition(Int(row) > previous, "the touched rows are not ascending")
      previous = Int(row)
    }
    precondition(previous < weights.rows, "no such row")
  }
}
