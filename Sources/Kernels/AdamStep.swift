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
  /// How many rows a thread of a team takes at a time.
  public static let rangeRows = 128

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
    return move(0..<table.weights.rows, of: table, touched, gradients)
  }

  /// Moves every row of a table, with the threads of a team.
  ///
  /// The rows move to the bits of ``moveAll(_:touched:gradients:)``. The penalty is summed in each range
  /// of ``rangeRows`` rows and over the ranges in order, whatever the number of threads, which is not
  /// the order of ``AdamTable/penaltySum()``.
  public func moveAll(
    _ table: inout AdamTable, touched: [UInt32], gradients: EmbeddingTable, team: WorkTeam
  ) -> Float {
    Self.check(touched, gradients, table)
    table.makeUnique()
    let rows = table.weights.rows
    let ranges = (rows + Self.rangeRows - 1) / Self.rangeRows
    let sums = EmbeddingTable(rows: ranges, dimension: 1)
    team.forEach(ranges) { [table] range in
      let first = range * Self.rangeRows
      let sum = move(first..<min(first + Self.rangeRows, rows), of: table, touched, gradients)
      // Safety: each range has a row of its own in the table of sums.
      unsafe sums.start[range * sums.stride] = sum
    }
    return (0..<ranges).reduce(0) { $0 + sums[$1, 0] }
  }

  /// Moves some rows of a table, which nobody else uses meanwhile, and returns the penalty they had.
  ///
  /// - Precondition: The touched rows and their gradients were checked.
  private func move(
    _ rows: Range<Int>, of table: AdamTable, _ touched: [UInt32], _ gradients: EmbeddingTable
  ) -> Float {
    let first = Self.place(of: rows.lowerBound, in: touched)
    let count = Self.place(of: rows.upperBound, in: touched) - first
    let (stride, dimension) = (table.weights.stride, table.weights.dimension)
    // Safety: the check keeps every row number inside the tables, which have one shape and own
    // their memory.
    return unsafe touched.withUnsafeBufferPointer { numbers in
      unsafe rk_adam_rows(
        table.weights.start, table.momentum.start, table.velocity.start, rows.lowerBound,
        rows.upperBound, stride, dimension, numbers.baseAddress.map { unsafe $0 + first },
        gradients.start + first * stride, count, table.doubledPenalty.start, parameters)
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

  /// The number of elements of an ascending list that are below a row.
  private static func place(of row: Int, in touched: [UInt32]) -> Int {
    var (low, high) = (0, touched.count)
    while low < high {
      let middle = (low + high) / 2
      if touched[middle] < row { low = middle + 1 } else { high = middle }
    }
    return low
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

  /// Puts other values into the place of some of the tables.
  ///
  /// - Precondition: They have the shape of the table.
  public mutating func restore(
    weights: EmbeddingTable? = nil, momentum: EmbeddingTable? = nil,
    velocity: EmbeddingTable? = nil
  ) {
    for table in [weights, momentum, velocity] {
      guard let table else { continue }
      precondition(
        table.rows == self.weights.rows && table.dimension == self.weights.dimension,
        "the tables differ in shape")
    }
    self.weights = weights ?? self.weights
    self.momentum = momentum ?? self.momentum
    self.velocity = velocity ?? self.velocity
  }

  /// Σ λ·w² over the table, in the order of ``AdamStep/moveAll(_:touched:gradients:)``.
  ///
  /// - Complexity: O(rows × dimension).
  public func penaltySum() -> Float {
    // Safety: the kernel reads the rows of the table, and the penalty has one of the same length.
    unsafe rk_penalty(
      weights.start, weights.rows, weights.stride, weights.dimension, doubledPenalty.start)
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
