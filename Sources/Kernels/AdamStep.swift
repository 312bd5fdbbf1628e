internal import CKernels

/// One step of Adam (Kingma and Ba, 2015) with the constants and the order of Keras.
///
/// m ← m + (g − m)(1 − β₁), v ← v + (g² − v)(1 − β₂),
/// w ← w − η·√(1 − β₂ᵗ)/(1 − β₁ᵗ) · m/(√v + ε).
public struct AdamStep: Sendable {
  /// β₁, the decay of the gradients' mean.
  public static let momentumDecay: Float = 0.9
  /// β₂, the decay of the gradients' mean square.
  public static let velocityDecay: Float = 0.999
  /// ε, which keeps the division finite.
  public static let epsilon: Float = 1e-7

  /// The learning rate with both bias corrections.
  private let rate: Float

  /// Prepares step number `number`, counted from 1.
  public init(number: Int, learningRate: Float) {
    precondition(number >= 1, "steps are counted from 1")
    var momentumPower: Double = 1
    var velocityPower: Double = 1
    var momentumBase = Double(Self.momentumDecay)
    var velocityBase = Double(Self.velocityDecay)
    var exponent = number
    while exponent > 0 {
      if exponent & 1 == 1 {
        momentumPower *= momentumBase
        velocityPower *= velocityBase
      }
      momentumBase *= momentumBase
      velocityBase *= velocityBase
      exponent >>= 1
    }
    rate = learningRate * Float((1 - velocityPower).squareRoot() / (1 - momentumPower))
  }

  private var parameters: rk_adam_parameters {
    rk_adam_parameters(
      rate: rate, momentum_share: 1 - Self.momentumDecay, velocity_share: 1 - Self.velocityDecay,
      epsilon: Self.epsilon)
  }

  /// Moves every row of a table, those without a gradient by their penalty and momentum alone.
  ///
  /// - Parameters:
  ///   - weights: The table to change.
  ///   - momentum: m, of the same shape.
  ///   - velocity: v, of the same shape.
  ///   - touched: The ascending numbers of the rows that have a gradient.
  ///   - gradients: Their gradients, in the same order, in the table's first rows.
  ///   - penalty: A table whose first row holds the L2 factor λ of each lane: λ·w² is in the loss.
  /// - Returns: Σ λ·w² over the table as it was before the step.
  /// - Complexity: O(rows × dimension).
  public func moveAll(
    _ weights: inout EmbeddingTable, momentum: inout EmbeddingTable,
    velocity: inout EmbeddingTable, touched: [UInt32], gradients: EmbeddingTable,
    penalty: EmbeddingTable
  ) -> Float {
    Self.check(weights, momentum, velocity, touched, gradients)
    precondition(penalty.stride == weights.stride && penalty.rows > 0, "rows differ in length")
    weights.makeUnique()
    momentum.makeUnique()
    velocity.makeUnique()
    // Safety: the checks above keep every row number inside the tables, and the three changed
    // tables own their memory.
    return unsafe touched.withUnsafeBufferPointer { numbers in
      unsafe rk_adam_all(
        weights.start, momentum.start, velocity.start, weights.rows, weights.stride,
        weights.dimension, numbers.baseAddress, gradients.start, touched.count,
        penalty.start, parameters)
    }
  }

  /// Moves only the rows that have a gradient, without a penalty.
  ///
  /// The parameters are those of ``moveAll(_:momentum:velocity:touched:gradients:penalty:)``.
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
