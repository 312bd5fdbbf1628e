/// A table of numbers whose cells are the darker the greater the number is.
///
/// It is a table and not a picture: every number stands in its cell, so that it can be read without
/// colours and by screen readers.
public struct HeatMap: Sendable {
  /// The steps of the shading.
  static let shades = 8

  let caption: String
  let corner: String
  let rows: [String]
  let columns: [String]
  let values: [[Double?]]
  let range: (lower: Double, upper: Double)

  /// Describes a heat map; where there is no value, the cell is empty.
  ///
  /// - Precondition: There is a row of values for each name, and in it a value for each column.
  public init(
    caption: String, corner: String, rows: [String], columns: [String], values: [[Double?]],
    range: (lower: Double, upper: Double)
  ) {
    precondition(
      values.count == rows.count && values.allSatisfy { $0.count == columns.count },
      "a cell has no value")
    self.caption = caption
    self.corner = corner
    self.rows = rows
    self.columns = columns
    self.values = values
    self.range = range
  }

  /// The table.
  public var markup: Markup {
    let head =
      [Markup.element("th", ["scope": "col", "class": "corner"], Markup(corner))]
      + columns.map { name in
        .element(
          "th", ["scope": "col", "class": "up"],
          [.element("span", [:], [.isolated(name)])])
      }
    let body = zip(rows, values).map { name, row in
      Markup.element(
        "tr", [:], [.element("th", ["scope": "row"], [.isolated(name)])] + row.map(cell))
    }
    return HTMLTable.scrolling(
      caption,
      .element(
        "table", ["class": "heat"],
        [
          .element("caption", [:], [.element("span", [:], Markup(caption))]),
          .element("thead", [:], [.element("tr", [:], head)]),
          .element("tbody", [:], body),
        ]))
  }

  private func cell(_ value: Double?) -> Markup {
    guard let value, value.isFinite else { return .element("td", ["class": "none"], "") }
    let share = (value - range.lower) / (range.upper - range.lower)
    let shade =
      share.isFinite ? Int((min(max(share, 0), 1) * Double(Self.shades - 1)).rounded()) : 0
    return .element("td", ["class": "h\(shade)"], Markup(FigureText.short(value, digits: 2)))
  }
}
