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

  /// Writes the dot products of pairs of rows, in the kernels' fixed order.
  ///
  /// - Precondition: Row numbers and products are as many, all rows exist, and both tables have the
  ///   same stride.
  public func dots(
    _ rows: [UInt32], _ other: EmbeddingTable, _ otherRows: [UInt32], into dots: inout [Float]
  ) {
    precondition(stride == other.stride, "rows differ in length")
    precondition(
      rows.count == otherRows.count && rows.count == dots.count, "a pair lacks a row or a place")
    check(rows)
    other.check(otherRows)
    guard !rows.isEmpty else { return }
    let count = rows.count
    // Safety: all rows lie inside their tables, and the arrays have `count` elements.
    unsafe rows.withUnsafeBufferPointer { rows in
      unsafe otherRows.withUnsafeBufferPointer { otherRows in
        unsafe dots.withUnsafeMutableBufferPointer { dots in
          guard let rows = rows.baseAddress, let otherRows = otherRows.baseAddress,
            let dots = dots.baseAddress
          else { return }
          unsafe rk_dots(start, rows, other.start, otherRows, count, stride, dots)
        }
      }
    }
  }

  /// Adds scaled rows of another table to rows, one pair after the other.
  ///
  /// - Precondition: Scales and row numbers are as many, all rows exist, and both tables have the
  ///   same stride.
  public mutating func add(
    _ scales: [Float], times other: EmbeddingTable, rows otherRows: [UInt32], to rows: [UInt32]
  ) {
    precondition(stride == other.stride, "rows differ in length")
    precondition(
      rows.count == otherRows.count && rows.count == scales.count, "a pair lacks a row or a scale")
    check(rows)
    other.check(otherRows)
    makeUnique()
    let count = rows.count
    // Safety: all rows lie inside their tables, the arrays have `count` elements, and the changed
    // rows belong to this table alone.
    unsafe rows.withUnsafeBufferPointer { rows in
      unsafe otherRows.withUnsafeBufferPointer { otherRows in
        unsafe scales.withUnsafeBufferPointer { scales in
          guard let rows = rows.baseAddress, let otherRows = otherRows.baseAddress,
            let scales = scales.baseAddress
          else { return }
          unsafe rk_add_scaled_rows(start, rows, other.start, otherRows, scales, count, stride)
        }
      }
    }
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

  /// Sets every value of some rows to zero.
  public mutating func clear(_ cleared: Range<Int>) {
    precondition(cleared.lowerBound >= 0 && cleared.upperBound <= rows, "no such row")
    withMutableValues { [stride] span in
      for place in cleared.lowerBound * stride..<cleared.upperBound * stride { span[place] = 0 }
    }
  }

  private func check(_ numbers: [UInt32]) {
    var greatest: UInt32 = 0
    for number in numbers { greatest = max(greatest, number) }
    precondition(numbers.isEmpty || Int(greatest) < rows, "no such row")
  }

  private func checkPair(_ row: Int, _ other: EmbeddingTable, _ otherRow: Int) {
    precondition(stride == other.stride, "rows differ in length")
    precondition(row >= 0 && row < rows, "no such row")
    precondition(otherRow >= 0 && otherRow < other.rows, "no such row in the other table")
  }
}
