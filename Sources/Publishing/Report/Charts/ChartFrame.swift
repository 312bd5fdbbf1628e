import Storage

/// What charts have in common: size, axes, shapes, and the name and description for those who do not
/// see them.
///
/// The size is that of a phone's screen, so that texts are readable there. Colours are the style
/// sheet's; nothing depends on them.
enum ChartFrame {
  static let width = 340.0
  static let height = 230.0
  /// The space around the plot.
  static let left = 46.0
  static let right = 12.0
  static let top = 26.0
  static let bottom = 40.0

  static var plotWidth: Double { width - left - right }
  static var plotHeight: Double { height - top - bottom }
  static var base: Double { height - bottom }

  /// The picture with its texts for screen readers.
  ///
  /// `identifier` tells its title from those of other pictures on the page.
  static func picture(
    _ identifier: String, title: String, description: String, width: Double = width,
    height: Double = height, _ content: [Markup]
  ) -> Markup {
    let names: [Markup] = [
      .element("title", ["id": "\(identifier)-title"], Markup(title)),
      .element("desc", ["id": "\(identifier)-desc"], Markup(description)),
    ]
    let box = "0 0 \(number(width)) \(number(height))"
    let labels = "\(identifier)-title \(identifier)-desc"
    // What is wider than a phone keeps its size, so that its texts stay readable, and is scrolled.
    guard width > Self.width else {
      return .element(
        "svg", ["viewBox": box, "role": "img", "aria-labelledby": labels], names + content)
    }
    return .element(
      "svg",
      [
        "viewBox": box, "width": number(width), "height": number(height), "class": "fixed",
        "role": "img", "aria-labelledby": labels,
      ], names + content)
  }

  /// A picture with its caption.
  static func figure(_ caption: String, _ parts: [Markup]) -> Markup {
    .element("figure", [:], [.element("figcaption", [:], Markup(caption))] + parts)
  }

  /// The legend of a plot: a sample of each kind, 12 high and as wide as it says, and its name.
  static func legend(_ entries: [(name: String, width: Int, sample: [Markup])]) -> Markup {
    .element(
      "ul", ["class": "legend"],
      entries.map { entry in
        .element(
          "li", [:],
          [
            .element(
              "svg",
              [
                "viewBox": "0 0 \(entry.width) 12", "width": "\(entry.width)", "height": "12",
                "aria-hidden": "true",
              ], entry.sample), Markup(entry.name),
          ])
      })
  }

  /// The lines across a plot at the marks of its vertical axis.
  static func grid(_ y: ChartScale) -> [Markup] {
    y.ticks.flatMap { tick in
      [
        line(left, tick.place, width - right, tick.place, "grid"),
        text(tick.label, left - 5, tick.place + 3.5, "end"),
      ]
    }
  }

  /// The lines behind a plot, the marks, and the names of both axes.
  static func axes(
    x: ChartScale, y: ChartScale, xName: String, yName: String, hasVerticalLines: Bool
  ) -> [Markup] {
    var shapes = grid(y)
    // Marks that would touch the one before are left out.
    var free = -Double.infinity
    for tick in x.ticks {
      if hasVerticalLines { shapes.append(line(tick.place, top, tick.place, base, "grid")) }
      let half = Double(tick.label.count) * 3
      guard tick.place - half >= free else { continue }
      shapes.append(line(tick.place, base, tick.place, base + 4, "axis"))
      shapes.append(text(tick.label, tick.place, base + 15, "middle"))
      free = tick.place + half + 6
    }
    shapes.append(line(left, base, width - right, base, "axis"))
    shapes.append(text(xName, left + plotWidth / 2, height - 6, "middle", "name"))
    shapes.append(text(yName, 2, 11, "start", "name"))
    return shapes
  }

  /// A line.
  static func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String
  ) -> Markup {
    .element(
      "line",
      [
        "x1": number(x1), "y1": number(y1), "x2": number(x2), "y2": number(y2), "class": style,
      ])
  }

  /// A rectangle.
  static func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String
  ) -> Markup {
    .element(
      "rect",
      [
        "x": number(x), "y": number(y), "width": number(width), "height": number(height),
        "class": style,
      ])
  }

  /// A text that begins, ends or has its middle at a place.
  static func text(
    _ text: String, _ x: Double, _ y: Double, _ anchor: String, _ style: String = ""
  ) -> Markup {
    let place = (number(x), number(y))
    return style.isEmpty
      ? .element("text", ["x": place.0, "y": place.1, "class": anchor], Markup(text))
      : .element("text", ["x": place.0, "y": place.1, "class": "\(anchor) \(style)"], Markup(text))
  }

  /// A place on a picture, to a tenth.
  static func number(_ value: Double) -> String {
    let tenths = (value * 10).rounded()
    return DecimalText.shortest(tenths.isFinite ? tenths / 10 : 0)
  }
}
