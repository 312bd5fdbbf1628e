internal import CKernels

/// Rows of some tables that go through a network side by side.
public struct NetworkInputs: Sendable {
  /// A table, and which of its rows each row of the inputs takes.
  public struct Part: Sendable {
    let table: EmbeddingTable
    let numbers: [UInt32]

    /// Names the row of a table that each row of the inputs takes.
    public init(_ table: EmbeddingTable, _ numbers: [UInt32]) {
      self.table = table
      self.numbers = numbers
    }
  }

  /// Which of the numbers are meant.
  let rows: Range<Int>
  private let parts: [Part]

  /// Names the rows: `numbers[rows]` of each part, the parts in the order of their lanes.
  ///
  /// - Precondition: All rows exist.
  public init(_ parts: [Part], rows: Range<Int>) {
    self.parts = parts
    self.rows = rows
    for part in parts {
      for number in part.numbers[rows] {
        precondition(Int(number) < part.table.rows, "no such row")
      }
    }
  }

  /// The number of values of a row.
  var dimension: Int { parts.reduce(0) { $0 + $1.table.dimension } }

  /// Copies some rows, counted from the first of ``rows``, to the same rows of a table that nobody else
  /// uses meanwhile.
  func gather(_ places: Range<Int>, shared target: EmbeddingTable) {
    precondition(places.upperBound <= min(target.rows, rows.count), "no such rows")
    precondition(dimension == target.dimension, "rows differ in length")
    var first = 0
    for part in parts {
      // Safety: `init` found all numbers inside the tables, and the places lie inside the target.
      unsafe part.numbers.withUnsafeBufferPointer { numbers in
        guard let numbers = numbers.baseAddress else { return }
        unsafe rk_gather_lanes(
          target.start + places.lowerBound * target.stride, target.stride, first,
          part.table.start, part.table.stride, numbers + rows.lowerBound + places.lowerBound,
          part.table.dimension, places.count)
      }
      first += part.table.dimension
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
