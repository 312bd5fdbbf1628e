/// A sparse matrix as compressed rows: those of row *r* are at `starts[r]..<starts[r + 1]`.
struct CompressedRows: Equatable, Sendable {
  /// Where each row begins, and after them the number of entries.
  let starts: [Int]
  /// The column of each entry.
  let columns: [UInt32]
  /// The value of each entry.
  let values: [Float]

  /// Wraps rows.
  init(starts: [Int], columns: [UInt32], values: [Float]) {
    precondition(
      columns.count == values.count && starts.last == columns.count, "rows do not fit their entries"
    )
    self.starts = starts
    self.columns = columns
    self.values = values
  }

  /// Joins the rows of consecutive parts.
  init(joining parts: [CompressedRows]) {
    var starts = [0]
    var columns: [UInt32] = []
    var values: [Float] = []
    columns.reserveCapacity(parts.reduce(0) { $0 + $1.columns.count })
    values.reserveCapacity(parts.reduce(0) { $0 + $1.columns.count })
    for part in parts {
      for end in part.starts.dropFirst() { starts.append(columns.count + end) }
      columns += part.columns
      values += part.values
    }
    self.init(starts: starts, columns: columns, values: values)
  }

  /// Takes entries in any order; those of a row are in ascending order of their columns, and equal
  /// ones in the order given.
  ///
  /// - Complexity: O(entries + rows + columns).
  init(
    rows: Int, columns columnCount: Int, entries: Int,
    _ entry: (Int) -> (row: Int, column: Int, value: Float)
  ) {
    // By column first, so that the second pass meets each row's entries in that order.
    var next = [Int](repeating: 0, count: columnCount + 1)
    for position in 0..<entries { next[entry(position).column + 1] += 1 }
    for column in 0..<columnCount { next[column + 1] += next[column] }
    var order = [Int32](repeating: 0, count: entries)
    for position in 0..<entries {
      let column = entry(position).column
      order[next[column]] = Int32(position)
      next[column] += 1
    }
    var starts = [Int](repeating: 0, count: rows + 1)
    for position in 0..<entries { starts[entry(position).row + 1] += 1 }
    for row in 0..<rows { starts[row + 1] += starts[row] }
    next = starts
    var columns = [UInt32](repeating: 0, count: entries)
    var values = [Float](repeating: 0, count: entries)
    for position in order {
      let found = entry(Int(position))
      columns[next[found.row]] = UInt32(found.column)
      values[next[found.row]] = found.value
      next[found.row] += 1
    }
    self.init(starts: starts, columns: columns, values: values)
  }

  /// The number of rows.
  var count: Int { starts.count - 1 }

  /// The places of a row's entries.
  func places(of row: Int) -> Range<Int> { starts[row]..<starts[row + 1] }

  /// The value in a row whose columns ascend, or `nil`.
  ///
  /// - Complexity: O(log *n*) in the entries of the row.
  func value(row: Int, column: UInt32) -> Float? {
    var (low, high) = (starts[row], starts[row + 1])
    let end = high
    while low < high {
      let middle = low + (high - low) / 2
      if columns[middle] < column { low = middle + 1 } else { high = middle }
    }
    return low < end && columns[low] == column ? values[low] : nil
  }
}
