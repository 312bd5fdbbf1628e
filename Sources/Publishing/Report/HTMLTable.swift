/// A table of a page, with a caption, names of its columns and, in its first column, of its rows.
public struct HTMLTable: Sendable {
  /// A column.
  public struct Column: Sendable {
    let name: Markup
    let isNumeric: Bool

    /// A column of texts.
    public static func text(_ name: Markup) -> Column { Column(name: name, isNumeric: false) }

    /// A column of numbers, which stand at its right edge.
    public static func number(_ name: Markup) -> Column { Column(name: name, isNumeric: true) }
  }

  private let caption: String
  private let columns: [Column]
  private var rows: [[Markup]] = []

  /// Begins a table.
  public init(_ caption: String, _ columns: [Column]) {
    self.caption = caption
    self.columns = columns
  }

  /// Whether there are no rows.
  public var isEmpty: Bool { rows.isEmpty }

  /// Adds a row, whose first cell names it.
  public mutating func add(_ cells: [Markup]) {
    precondition(cells.count == columns.count, "a row has other columns than its table")
    rows.append(cells)
  }

  /// The table, in a frame that scrolls where a screen is narrower than it is.
  public var markup: Markup {
    let head = columns.map { column in
      Markup.element(
        "th", column.isNumeric ? ["scope": "col", "class": "n"] : ["scope": "col"], column.name)
    }
    let body = rows.map { row in
      Markup.element(
        "tr", [:],
        zip(columns, row).enumerated().map { place, pair in
          let (column, cell) = pair
          if place == 0 {
            return .element(
              "th", column.isNumeric ? ["scope": "row", "class": "n"] : ["scope": "row"], cell)
          }
          return .element("td", column.isNumeric ? ["class": "n"] : [:], cell)
        })
    }
    return Self.scrolling(
      caption,
      .element(
        "table", [:],
        [
          .element("caption", [:], [.element("span", [:], Markup(caption))]),
          .element("thead", [:], [.element("tr", [:], head)]),
          .element("tbody", [:], body),
        ]))
  }

  /// A frame that can be scrolled sideways, by the keyboard too; the name is what a screen reader calls
  /// it.
  static func scrolling(_ name: String, _ content: Markup) -> Markup {
    .element(
      "div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": name], [content])
  }
}
