import CKernels

/// Sparse rows that are multiplied with dense ones.
public struct SparseRowProducts: Sendable {
  private let starts: [Int]
  private let columns: [UInt32]
  private let weights: [Float]
  private let columnCount: Int

  /// Takes compressed rows.
  ///
  /// - Parameters:
  ///   - starts: Where each row's entries begin, and after them the number of entries.
  ///   - columns: The column of each entry.
  ///   - weights: The value of each entry.
  ///   - columnCount: The number of columns.
  /// - Precondition: The parts fit together, and every column is below `columnCount`.
  public init(starts: [Int], columns: [UInt32], weights: [Float], columnCount: Int) {
    precondition(
      starts.first == 0 && starts.last == columns.count && columns.count == weights.count
        && zip(starts, starts.dropFirst()).allSatisfy { $0 <= $1 },
      "rows do not fit their entries")
    precondition(columns.allSatisfy { Int($0) < columnCount }, "an entry beyond the columns")
    self.starts = starts
    self.columns = columns
    self.weights = weights
    self.columnCount = columnCount
  }

  /// The dot products of a dense row with some sparse ones, each summed in doubles over its entries in
  /// their order.
  ///
  /// - Precondition: The dense row and all sparse rows exist, and the dense one has all columns.
  /// - Complexity: O(entries of the sparse rows).
  public func dots(of rows: [UInt32], with dense: EmbeddingTable, row: Int) -> [Double] {
    precondition(row >= 0 && row < dense.rows && dense.dimension >= columnCount, "no such row")
    precondition(rows.allSatisfy { Int($0) < starts.count - 1 }, "no such sparse row")
    var sums = [Double](repeating: 0, count: rows.count)
    // Safety: all rows exist, every entry's column is one of the dense row's, `starts` ascends to the
    // number of entries, and there is room for as many sums as rows.
    unsafe sums.withUnsafeMutableBufferPointer { sums in
      unsafe starts.withUnsafeBufferPointer { starts in
        unsafe columns.withUnsafeBufferPointer { columns in
          unsafe weights.withUnsafeBufferPointer { weights in
            unsafe rows.withUnsafeBufferPointer { rows in
              // Without a row or an entry, the zeros stand.
              guard let starts = starts.baseAddress, let columns = columns.baseAddress,
                let weights = weights.baseAddress, let rowNumbers = rows.baseAddress,
                let sums = sums.baseAddress
              else { return }
              unsafe rk_sparse_dots(
                dense.start + row * dense.stride, starts, columns, weights, rowNumbers, rows.count,
                sums)
            }
          }
        }
      }
    }
    return sums
  }
}
