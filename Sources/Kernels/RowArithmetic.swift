internal import CKernels

extension EmbeddingTable {
  /// The dot product of a row with a row of another table, in the kernels' fixed order.
  ///
  /// - Precondition: Both rows exist and both tables have the same stride.
  public func dot(_ row: Int, _ other: EmbeddingTable, _ otherRow: Int) -> Float {
    checkPair(row, other, otherRow)
    // Safety: both rows lie inside their tables, which outlive the call.
    return unsafe rk_dot(start + row * stride, other.start + otherRow * stride, stride)
  }

  /// Adds `scale` times a row of another table to a row.
  ///
  /// - Precondition: Both rows exist and both tables have the same stride.
  public mutating func add(
    _ scale: Float, times other: EmbeddingTable, row otherRow: Int, to row: Int
  ) {
    checkPair(row, other, otherRow)
    makeUnique()
    // Safety: both rows lie inside their tables, the changed one belongs to this table alone.
    unsafe rk_add_scaled(start + row * stride, other.start + otherRow * stride, scale, stride)
  }

  /// Adds a row of another table, multiplied lane by lane with the first row of `weights`.
  ///
  /// - Precondition: Both rows exist and the three tables have the same stride.
  public mutating func add(
    weightedBy weights: EmbeddingTable, _ other: EmbeddingTable, row otherRow: Int, to row: Int
  ) {
    checkPair(row, other, otherRow)
    checkPair(row, weights, 0)
    makeUnique()
    // Safety: the rows lie inside their tables, the changed one belongs to this table alone.
    unsafe rk_add_weighted(
      start + row * stride, other.start + otherRow * stride, weights.start, stride)
  }

  /// Sets every value of a row to zero.
  public mutating func clear(row: Int) {
    precondition(row >= 0 && row < rows, "no such row")
    withMutableValues { [stride] span in
      for lane in row * stride..<(row + 1) * stride { span[lane] = 0 }
    }
  }

  private func checkPair(_ row: Int, _ other: EmbeddingTable, _ otherRow: Int) {
    precondition(stride == other.stride, "rows differ in length")
    precondition(row >= 0 && row < rows, "no such row")
    precondition(otherRow >= 0 && otherRow < other.rows, "no such row in the other table")
  }
}
