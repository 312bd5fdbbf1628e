/// Bars side by side: a histogram, or groups of bars of which each has a number of its own.
public struct BarChart: Sendable {
  /// The bars of one kind, one for each label.
  public struct Series: Sendable {
    let name: String
    let values: [Double]

    /// Names bars; where there is no finite value, there is no bar.
    public init(_ name: String, _ values: [Double]) {
      self.name = name
      self.values = values
    }
  }

  let identifier: String
  let title: String
  let description: String
  let axes: (x: String, y: String)
  let labels: [String]
  let series: [Series]
  let startsAtZero: Bool
  let overlay: Series?

  /// Describes a chart. Bars begin at 0 unless `startsAtZero` is false, and then are dots; an overlay
  /// is a line over them.
  ///
  /// - Precondition: Every series has a value for each label.
  public init(
    _ identifier: String, title: String, description: String, x: String, y: String,
    labels: [String], series: [Series], startsAtZero: Bool = true,
    overlay: Series? = nil
  ) {
    precondition(series.allSatisfy { $0.values.count == labels.count }, "a bar has no label")
    self.identifier = identifier
    self.title = title
    self.description = description
    axes = (x, y)
    self.labels = labels
    self.series = series
    self.startsAtZero = startsAtZero
    self.overlay = overlay
  }

  /// The figure.
  public var markup: Markup {
    let y = ChartScale.even(
      (series + [overlay].compactMap(\.self)).flatMap(\.values), start: ChartFrame.base,
      length: -ChartFrame.plotHeight,
      includesZero: startsAtZero)
    var shapes = ChartFrame.grid(y)
    let room = ChartFrame.plotWidth / Double(max(labels.count, 1))
    let barWidth = room * (labels.count > 20 ? 0.94 : 0.8) / Double(max(series.count, 1))
    for (number, bars) in series.enumerated() {
      for (place, value) in bars.values.enumerated() where value.isFinite {
        let top = y.place(value)
        let left =
          ChartFrame.left + (Double(place) + 0.5) * room
          + (Double(number) - Double(series.count) / 2) * barWidth
        shapes.append(
          startsAtZero
            ? ChartFrame.rectangle(
              left, top, max(barWidth - 0.6, 0.4), max(ChartFrame.base - top, 0),
              "bar b\(number % 2)")
            : .element(
              "circle",
              [
                "cx": ChartFrame.number(left + barWidth / 2), "cy": ChartFrame.number(top),
                "r": "4", "class": "point b\(number % 2)",
              ]))
      }
    }
    if let overlay {
      let points = overlay.values.enumerated().filter(\.element.isFinite).map { place, value in
        ChartFrame.number(ChartFrame.left + (Double(place) + 0.5) * room) + ","
          + ChartFrame.number(y.place(value))
      }
      shapes.append(
        .element(
          "polyline", ["points": points.joined(separator: " "), "class": "curve s1"]))
    }
    shapes += names(room)
    shapes.append(
      ChartFrame.line(
        ChartFrame.left, ChartFrame.base, ChartFrame.width - ChartFrame.right, ChartFrame.base,
        "axis"))
    shapes.append(
      ChartFrame.text(
        axes.x, ChartFrame.left + ChartFrame.plotWidth / 2, ChartFrame.height - 6, "middle", "name")
    )
    shapes.append(ChartFrame.text(axes.y, 2, 11, "start", "name"))
    let picture = ChartFrame.picture(
      identifier, title: title, description: description, shapes)
    return ChartFrame.figure(
      title, series.count > 1 || overlay != nil ? [picture, legend] : [picture])
  }

  /// The labels, as many of them as have room beside one another and within the picture.
  private func names(_ room: Double) -> [Markup] {
    let widest = Double(labels.map(\.count).max() ?? 1) * 6 + 5
    let every = max(Int((widest / room).rounded(.up)), 1)
    return labels.enumerated().filter { $0.offset % every == 0 }.compactMap { place, label in
      let middle = ChartFrame.left + (Double(place) + 0.5) * room
      guard middle + Double(label.count) * 3.1 <= ChartFrame.width else { return nil }
      return ChartFrame.text(label, middle, ChartFrame.base + 15, "middle")
    }
  }

  private var legend: Markup {
    var entries: [(name: String, width: Int, sample: [Markup])] = series.enumerated().map {
      number, bars in
      let sample: Markup =
        startsAtZero
        ? ChartFrame.rectangle(1, 1, 12, 10, "bar b\(number % 2)")
        : .element("circle", ["cx": "7", "cy": "6", "r": "4", "class": "point b\(number % 2)"])
      return (bars.name, 14, [sample])
    }
    if let overlay {
      entries.append((overlay.name, 34, [ChartFrame.line(0, 6, 34, 6, "curve s1")]))
    }
    return ChartFrame.legend(entries)
  }
}
