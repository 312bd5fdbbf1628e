import Storage

/// Lines up cells in columns for a terminal.
struct TextTable {
  /// Whether a column's cells stand at its left or its right edge.
  enum Alignment {
    case left, right
  }

  private let alignments: [Alignment]
  private var rows: [[String]]

  /// Begins with the row of the column's names.
  init(_ header: [String], _ alignments: [Alignment]) {
    precondition(header.count == alignments.count, "a column has no alignment")
    self.alignments = alignments
    rows = [header]
  }

  /// A number for people, rounded to some digits after the point where it has more.
  static func rounded(_ value: Double, digits: Int) -> String {
    let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
    let scaled = (value * scale).rounded()
    return DecimalText.shortest(scaled.isFinite ? scaled / scale : value)
  }

  mutating func add(_ cells: [String]) {
    precondition(cells.count == alignments.count, "a row has other columns than the header")
    rows.append(cells)
  }

  /// The lines, with a rule below the names.
  var lines: [String] {
    let widths = alignments.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    var lines = rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        line += (column == 0 ? "" : "  ")
        line += alignments[column] == .left ? cell + padding : padding + cell
      }
      while line.last == " " { line.removeLast() }
      return line
    }
    // A column without a name has no rule that would be seen beyond the last name.
    let ruled = zip(widths, rows[0]).reversed().drop { $0.1.isEmpty }.reversed()
    lines.insert(
      ruled.map { String(repeating: "-", count: $0.0) }.joined(separator: "  "), at: 1)
    return lines
  }
}
