internal import CKernels

/// Some rows of a table, turned so that the keys of many rows are computed in one vector.
///
/// Rows stand in panels of 32, in which the 32 values of one dimension lie side by side.
struct PanelTable: Sendable {
  /// The number of values in a row.
  let dimension: Int
  /// The number of panels; the last one may be partly empty.
  let count: Int
  private let values: EmbeddingTable
  private let numbers: [UInt32]

  /// Packs rows of a table in the order in which their numbers are given.
  init(_ table: EmbeddingTable, rows: [UInt32]) {
    let width = Int(RK_PANEL_ROWS)
    precondition(rows.allSatisfy { $0 < table.rows }, "no such row")
    dimension = table.dimension
    count = (rows.count + width - 1) / width
    numbers = rows + Array(repeating: UInt32.max, count: count * width - rows.count)
    var packed = EmbeddingTable(rows: count, dimension: table.dimension * width)
    let stride = packed.stride
    table.withValues { source in
      packed.withMutableValues { target in
        for (place, row) in rows.enumerated() {
          let start = place / width * stride + place % width
          for lane in 0..<table.dimension {
            target[start + lane * width] = source[Int(row) * table.stride + lane]
          }
        }
      }
    }
    values = packed
  }

  /// Calls `body` with the panels as the kernels take them.
  @unsafe func withPanels<Result>(_ body: (UnsafePointer<rk_panels>) -> Result) -> Result {
    unsafe numbers.withUnsafeBufferPointer { numbers in
      // An empty array has an address all the same; with no panels, none is followed.
      guard let rows = numbers.baseAddress else {
        preconditionFailure("an array without an address")
      }
      var panels = unsafe rk_panels(
        values: values.start, rows: rows, count: count, dimension: dimension)
      return withExtendedLifetime(values) { unsafe body(&panels) }
    }
  }
}
