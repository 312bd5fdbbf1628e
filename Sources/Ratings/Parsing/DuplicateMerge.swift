/// The merge of several ratings of one item by one user into one.
///
/// The result stands in the row of the newest: the greatest timestamp, then the last row. It keeps
/// that row's rating or, by ``DuplicatePolicy/mean``, takes the mean of all, summed in file order
/// in double precision.
struct DuplicateMerge {
  /// The first row, in file order, whose user and item an earlier row has, and the first such
  /// earlier row.
  private(set) var firstRepeat: (row: Int32, earlierRow: Int32)?
  /// The rows after the merge.
  private(set) var merged: RatingColumns

  /// Merges rows; with the policy `error` it keeps the last and tells of the repeat.
  ///
  /// - Complexity: O(*n* + users + items).
  init(columns: RatingColumns, policy: DuplicatePolicy) {
    // Walking the rows by user, one mark for each item is enough to find every repeat.
    let itemCount = (columns.items.max()?.position ?? -1) + 1
    var markedBy = [UserIndex?](repeating: nil, count: itemCount)
    var firstRow = [Int32](repeating: 0, count: itemCount)
    var groupOfFirstRow: [Int32: [Int32]] = [:]
    for row in CountingSort.order(columns.users) {
      let user = columns.users[Int(row)]
      let item = columns.items[Int(row)].position
      if markedBy[item] != user {
        markedBy[item] = user
        firstRow[item] = row
        continue
      }
      groupOfFirstRow[firstRow[item], default: [firstRow[item]]].append(row)
      if firstRepeat.map({ row < $0.row }) ?? true { firstRepeat = (row, firstRow[item]) }
    }
    merged = columns
    guard !groupOfFirstRow.isEmpty else { return }

    var values = columns.values
    var isKept = [Bool](repeating: true, count: columns.count)
    // The groups share no row, so the order in which the dictionary gives them does not matter.
    for rows in groupOfFirstRow.values {
      let newest = Self.newest(of: rows, in: columns)
      for row in rows where row != newest { isKept[Int(row)] = false }
      if policy == .mean {
        let sum = rows.reduce(0.0) { $0 + Double(columns.values[Int($1)]) }
        values[Int(newest)] = Float(sum / Double(rows.count))
      }
    }
    let kept = (0..<Int32(columns.count)).filter { isKept[Int($0)] }
    merged = RatingColumns(
      users: columns.users, items: columns.items, values: values, timestamps: columns.timestamps
    ).selecting(kept)
  }

  private static func newest(of rows: [Int32], in columns: RatingColumns) -> Int32 {
    rows.dropFirst().reduce(rows[0]) { newest, row in
      guard !columns.timestamps.isEmpty else { return row }
      return columns.timestamps[Int(row)] >= columns.timestamps[Int(newest)] ? row : newest
    }
  }
}
