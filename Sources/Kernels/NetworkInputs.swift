internal import CKernels

/// Rows of two tables that go through a network side by side.
public struct NetworkInputs: Sendable {
  /// Which of the numbers are meant.
  let rows: Range<Int>
  private let left: (table: EmbeddingTable, numbers: [UInt32])
  private let right: (table: EmbeddingTable, numbers: [UInt32])

  /// Names the rows: `numbers[rows]` of each table.
  ///
  /// - Precondition: All rows exist.
  public init(
    left: EmbeddingTable, _ leftNumbers: [UInt32], right: EmbeddingTable,
    _ rightNumbers: [UInt32], rows: Range<Int>
  ) {
    self.left = (left, leftNumbers)
    self.right = (right, rightNumbers)
    self.rows = rows
    for (table, numbers) in [self.left, self.right] {
      for number in numbers[rows] { precondition(Int(number) < table.rows, "no such row") }
    }
  }

  /// The number of values of a row.
  var dimension: Int { left.table.dimension + right.table.dimension }

  /// Copies some rows, counted from the first of ``rows``, to the same rows of a table that nobody else
  /// uses meanwhile.
  func gather(_ places: Range<Int>, shared target: EmbeddingTable) {
    precondition(places.upperBound <= min(target.rows, rows.count), "no such rows")
    precondition(dimension == target.dimension, "rows differ in length")
    var first = 0
    for (table, numbers) in [left, right] {
      // Safety: `init` found all numbers inside the tables, and the places lie inside the target.
      unsafe numbers.withUnsafeBufferPointer { numbers in
        guard let numbers = numbers.baseAddress else { return }
        unsafe rk_gather_lanes(
          target.start + places.lowerBound * target.stride, target.stride, first, table.start,
          table.stride, numbers + rows.lowerBound + places.lowerBound, table.dimension,
          places.count)
      }
      first += table.dimension
    }
  }
}

/// A dense layer of a network: y = Wᵀ·x + b, with one row of the kernel for each input.
public struct NetworkLayer: Sendable {
  let kernel: EmbeddingTable
  let bias: EmbeddingTable

  /// Creates a layer.
  ///
  /// - Precondition: The bias has one row of the kernel's dimension.
  public init(kernel: EmbeddingTable, bias: EmbeddingTable) {
    precondition(
      bias.rows == 1 && bias.dimension == kernel.dimension, "kernel and bias differ in outputs")
    self.kernel = kernel
    self.bias = bias
  }

  /// The numbers of inputs and outputs.
  var shape: [Int] { [kernel.rows, kernel.dimension] }

  /// Writes the kernel with rows and columns exchanged.
  func turn(into turned: EmbeddingTable) {
    precondition(
      turned.rows == kernel.dimension && turned.dimension == kernel.rows, "shapes differ")
    // Safety: both tables have all rows and lanes, and the caller holds the second alone.
    unsafe rk_turn(
      kernel.start, kernel.rows, kernel.stride, turned.start, turned.rows, turned.stride)
  }
}
