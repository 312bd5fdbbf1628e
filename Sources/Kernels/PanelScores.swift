internal import CKernels

/// A table turned so that the scores of one row against all its rows are sums over whole vectors.
///
/// Rows stand in panels of 32, in which the 32 values of one dimension lie side by side.
public struct PanelTable: Sendable {
  /// The number of rows that were packed.
  public let rows: Int
  /// The number of values in a row.
  public let dimension: Int
  private let panels: EmbeddingTable

  /// Packs a table.
  public init(_ table: EmbeddingTable) {
    rows = table.rows
    dimension = table.dimension
    var packed = EmbeddingTable(rows: (table.rows + 31) / 32, dimension: table.dimension * 32)
    let stride = packed.stride
    table.withValues { source in
      packed.withMutableValues { target in
        for row in 0..<table.rows {
          let start = row / 32 * stride + row % 32
          for lane in 0..<table.dimension {
            target[start + lane * 32] = source[row * table.stride + lane]
          }
        }
      }
    }
    panels = packed
  }

  /// The number of scores that ``scores(of:row:into:)`` writes: `rows` rounded up to 32.
  public var paddedRows: Int { panels.rows * 32 }

  /// Writes the dot products of one row with every packed row.
  ///
  /// Each sum runs over the dimensions in ascending order, starting from zero, without fusing a
  /// multiply with an add; so a plain loop gives the same bits.
  ///
  /// - Parameters:
  ///   - table: The table of the row, with the same dimension.
  ///   - row: The row's number.
  ///   - scores: A table with one row of ``paddedRows`` values, which it receives.
  public func scores(of table: EmbeddingTable, row: Int, into scores: inout EmbeddingTable) {
    precondition(table.dimension == dimension, "rows differ in length")
    precondition(row >= 0 && row < table.rows, "no such row")
    precondition(rows == 0 || scores.stride >= paddedRows, "too little room for the scores")
    precondition(scores.rows > 0, "too little room for the scores")
    scores.makeUnique()
    // Safety: the row lies inside its table, the scores have room for every panel and belong to
    // their table alone.
    unsafe rk_panel_scores(
      table.start + row * table.stride, panels.start, panels.rows, dimension, scores.start)
  }
}
