/// Curves over a common scale, told apart by dashes and marks as well as by colour.
public struct LineChart: Sendable {
  /// A curve.
  public struct Series: Sendable {
    let name: String
    let points: [(x: Double, y: Double)]
    let hasDots: Bool

    /// Names a curve; where a point has no finite value, the curve is interrupted.
    public init(_ name: String, _ points: [(x: Double, y: Double)], hasDots: Bool = false) {
      self.name = name
      self.points = points
      self.hasDots = hasDots
    }
  }

  /// How an axis is divided.
  public enum Division: Sendable {
    /// In even steps.
    case even
    /// In even steps of whole numbers.
    case whole
    /// In even steps from 0.
    case fromZero
    /// By powers of ten.
    case logarithmic
  }

  /// A place on the horizontal axis that is pointed out, with its text.
  public struct Highlight: Sendable {
    let x: Double
    let label: String

    /// Points out a value.
    public init(_ x: Double, _ label: String) {
      self.x = x
      self.label = label
    }
  }

  /// The name under which the page refers to it; unique on the page.
  let identifier: String
  let title: String
  let description: String
  let axes: (x: String, y: String)
  let divisions: (x: Division, y: Division)
  let series: [Series]
  let highlight: Highlight?

  /// Describes a chart.
  public init(
    _ identifier: String, title: String, description: String, x: String, y: String,
    divisions: (x: Division, y: Division) = (.even, .even), series: [Series],
    highlight: Highlight? = nil
  ) {
    self.identifier = identifier
    self.title = title
    self.description = description
    axes = (x, y)
    self.divisions = divisions
    self.series = series
    self.highlight = highlight
  }

  /// The figure.
  public var markup: Markup {
    let points = series.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
    let x = Self.scale(
      divisions.x, points.map(\.x), start: ChartFrame.left, length: ChartFrame.plotWidth)
    let y = Self.scale(
      divisions.y, points.map(\.y), start: ChartFrame.base, length: -ChartFrame.plotHeight)
    var shapes = ChartFrame.axes(
      x: x, y: y, xName: axes.x, yName: axes.y, hasVerticalLines: false)
    if let highlight {
      let place = x.place(highlight.x)
      let isLeft = place > ChartFrame.left + ChartFrame.plotWidth / 2
      shapes.append(
        ChartFrame.line(place, ChartFrame.top, place, ChartFrame.base, "mark"))
      shapes.append(
        ChartFrame.text(
          highlight.label, place + (isLeft ? -5 : 5), ChartFrame.top - 4, isLeft ? "end" : "start",
          "strong"))
    }
    for (number, curve) in series.enumerated() {
      let style = "s\(number % 4)"
      for run in curve.points.split(whereSeparator: { !$0.x.isFinite || !$0.y.isFinite }) {
        let places = run.map { (x: x.place($0.x), y: y.place($0.y)) }
        if places.count > 1 {
          let path = places.map { "\(ChartFrame.number($0.x)),\(ChartFrame.number($0.y))" }
          shapes.append(
            .element(
              "polyline", ["points": path.joined(separator: " "), "class": "curve \(style)"])
          )
        }
        if curve.hasDots || places.count == 1 {
          shapes += places.map { Self.dot($0.x, $0.y, number) }
        }
      }
    }
    let picture = ChartFrame.picture(
      identifier, title: title, description: description, shapes)
    let parts =
      series.count > 1 ? [picture, Self.legend(series.map { ($0.name, $0.hasDots) })] : [picture]
    return ChartFrame.figure(title, parts)
  }

  private static func scale(
    _ division: Division, _ values: [Double], start: Double, length: Double
  ) -> ChartScale {
    switch division {
    case .even: .even(values, start: start, length: length)
    case .whole: .even(values, start: start, length: length, wholeNumbers: true)
    case .fromZero: .even(values, start: start, length: length, includesZero: true)
    case .logarithmic: .logarithmic(values, start: start, length: length)
    }
  }

  /// A dot: round or square by the curve's number.
  private static func dot(_ x: Double, _ y: Double, _ number: Int) -> Markup {
    if number % 2 == 1 { return ChartFrame.rectangle(x - 3, y - 3, 6, 6, "dot s\(number % 4)") }
    return .element(
      "circle",
      [
        "cx": ChartFrame.number(x), "cy": ChartFrame.number(y), "r": "3.2",
        "class": "dot s\(number % 4)",
      ])
  }

  /// The curves' names, each with a piece of its line.
  static func legend(_ names: [(name: String, hasDots: Bool)]) -> Markup {
    ChartFrame.legend(
      names.enumerated().map { number, entry in
        let curve = ChartFrame.line(0, 6, 34, 6, "curve s\(number % 4)")
        return (entry.name, 34, entry.hasDots ? [curve, dot(17, 6, number)] : [curve])
      })
  }
}
