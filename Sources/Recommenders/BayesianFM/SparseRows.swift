/// Rows of few numbered values, one row after the other.
struct SparseRows: Sendable {
  /// Where each row begins, and after them the number of entries.
  private(set) var starts = [0]
  /// The numbers of the entries, ascending within a row.
  private(set) var indices: [UInt32] = []
  /// The values of the entries.
  private(set) var values: [Float] = []

  /// The number of rows.
  var count: Int { starts.count - 1 }

  /// Where the entries of a row stand.
  func places(of row: Int) -> Range<Int> { starts[row]..<starts[row + 1] }

  /// Adds an entry to the row that is being made.
  ///
  /// - Precondition: The numbers of a row ascend.
  mutating func append(_ index: Int, _ value: Float) {
    indices.append(UInt32(index))
    values.append(value)
  }

  /// Ends the row that is being made.
  mutating func endRow() { starts.append(indices.count) }

  mutating func reserveCapacity(rows: Int, entries: Int) {
    starts.reserveCapacity(rows + 1)
    indices.reserveCapacity(entries)
    values.reserveCapacity(entries)
  }
}
