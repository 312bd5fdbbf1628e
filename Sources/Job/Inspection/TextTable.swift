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
    rows.append(cells.map(\.printable))
  }

  /// A text in lines of at most some width, broken between words; all but the first are indented.
  static func wrapped(_ text: String, width: Int) -> [String] {
    text.split(separator: " ").reduce(into: []) { lines, word in
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append((lines.isEmpty ? "" : "  ") + word)
      }
    }
  }

  /// A text of the data, cut where a column has no more room for it.
  static func clipped(_ text: String, to width: Int) -> String {
    text.count <= width ? text : text.prefix(max(width - 1, 0)) + "…"
  }

  /// The lines as part of a longer text.
  var indentedLines: [String] { lines.map { $0.isEmpty ? "" : "  " + $0 } }

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

extension String {
  /// The text for a terminal: figures that a page keeps on one line have a plain space before their
  /// unit, so that people find what they look for and programs can split lines.
  var withPlainSpaces: String { String(map { $0 == "\u{A0}" ? " " : $0 }) }
}
