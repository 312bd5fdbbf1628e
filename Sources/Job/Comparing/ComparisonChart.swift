import Recommenders
import Storage

/// The picture of a comparison: a dot for each model's RMSE with its 95 % interval, and one for the
/// NDCG@10 of its lists.
///
/// It is an SVG of plain shapes and texts without script, font or colour that print would lose: dots
/// are filled unless the model is significantly worse than the best.
struct ComparisonChart {
  private let outcome: ComparisonOutcome

  private static let rowHeight = 24.0
  private static let top = 78.0
  private static let bottom = 84.0
  private static let nameWidth = 172.0
  private static let panelWidths = (rmse: 330.0, ndcg: 170.0)
  private static let figureWidth = 58.0
  private static let gap = 26.0
  /// How many times as far from the best as the middle model the axis of the RMSE goes at most.
  private static let reach = 4.0

  init(_ outcome: ComparisonOutcome) {
    self.outcome = outcome
  }

  /// A scale from values to places.
  struct Axis {
    let lower: Double
    let upper: Double
    let start: Double
    let width: Double
    /// The values that are marked.
    let ticks: [Double]
    /// The digits after the point of the marks.
    let digits: Int

    /// Lays out an axis that holds two values, from mark to mark.
    init(from low: Double, to high: Double, start: Double, width: Double) {
      var step = 1.0
      var digits = 0
      while step > (high - low) / 3, digits < 9 {
        step /= 10
        digits += 1
      }
      for factor in [5.0, 2.0] where step * factor <= (high - low) / 3 {
        step *= factor
        break
      }
      let first = (low / step).rounded(.down)
      let last = max((high / step).rounded(.up), first + 1)
      // Steps are negative powers of ten and small multiples: each mark is the nearest double.
      ticks = (0...Int(last - first)).map {
        ComparisonChart.nearest((first + Double($0)) * step, digits: digits)
      }
      self.digits = digits
      lower = ticks[0]
      upper = ticks[ticks.count - 1]
      self.start = start
      self.width = width
    }

    /// The place of a value; one beyond an end is at the end.
    func place(_ value: Double) -> Double {
      let share = (value - lower) / (upper - lower)
      return start + width * min(max(share, 0), 1)
    }
  }

  private static func nearest(_ value: Double, digits: Int) -> Double {
    let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
    return (value * scale).rounded() / scale
  }

  // MARK: The picture

  /// The text of the SVG file.
  var svg: String {
    let rows = outcome.rows.filter { $0.measurement != nil }
    let starts = (
      rmse: Self.nameWidth,
      ndcg: Self.nameWidth + Self.panelWidths.rmse + Self.figureWidth + Self.gap
    )
    let width = starts.ndcg + Self.panelWidths.ndcg + Self.figureWidth + 12
    let plotHeight = Double(max(rows.count, 1)) * Self.rowHeight
    let height = Self.top + plotHeight + Self.bottom
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(number(width))\" height=\""
        + "\(number(height))\" viewBox=\"0 0 \(number(width)) \(number(height))\" role=\"img\" "
        + "aria-labelledby=\"title description\" font-family=\"Helvetica, Arial, sans-serif\" "
        + "font-size=\"12\" fill=\"#222\">",
      "<title id=\"title\">\(escaped(title))</title>",
      "<desc id=\"description\">\(escaped(description(rows)))</desc>",
      "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>",
      text(title, 12, 24, "font-size=\"15\" font-weight=\"bold\""),
      text(subtitle, 12, 43, "fill=\"#555\""),
    ]
    lines += rmsePanel(rows, start: starts.rmse, height: plotHeight)
    lines += ndcgPanel(rows, start: starts.ndcg, height: plotHeight)
    for (place, row) in rows.enumerated() {
      lines.append(
        text(
          row.name + (row.usesTime ? " †" : ""), Self.nameWidth - 14, y(place) + 4,
          "text-anchor=\"end\""))
    }
    lines += captions(rows, at: Self.top + plotHeight)
    return (lines + ["</svg>"]).joined(separator: "\n") + "\n"
  }

  private var title: String {
    "Test RMSE and NDCG@10 of \(outcome.rows.count) models"
  }

  private var subtitle: String {
    "\(outcome.job): trained on \(outcome.split.notHeldOut) ratings, measured once on "
      + "\(outcome.split.heldOut) held-out ones"
  }

  private func description(_ rows: [ComparedRow]) -> String {
    let sentences = rows.map { row in
      var parts: [String] = []
      if let rmse = row.rmse {
        parts.append("RMSE \(ComparisonOutcome.fixed(rmse, digits: 4))")
        if let interval = row.measurement?.report.rmseInterval {
          parts.append(
            "95 % interval \(ComparisonOutcome.fixed(interval.lower, digits: 4)) to "
              + ComparisonOutcome.fixed(interval.upper, digits: 4))
        }
      }
      if let ndcg = row.ndcg {
        parts.append("NDCG@10 \(ComparisonOutcome.fixed(ndcg, digits: 4))")
      }
      return "\(row.name): \(parts.joined(separator: ", "))."
    }
    return "Dot plot, best model first. " + sentences.joined(separator: " ")
  }

  private func rmsePanel(_ rows: [ComparedRow], start: Double, height: Double) -> [String] {
    let values = rows.compactMap(\.rmse).sorted()
    guard let best = values.first else { return [] }
    let middle = values[values.count / 2]
    // One model that is far off must not press the others together.
    let limit = middle > best ? best + Self.reach * (middle - best) : .infinity
    let intervals = rows.compactMap { $0.rmse == nil ? nil : $0.measurement?.report.rmseInterval }
    let low = min(intervals.map(\.lower).min() ?? best, best)
    let highest = max(intervals.map(\.upper).max() ?? best, values[values.count - 1])
    let axis = Axis(
      from: low, to: max(min(highest, limit), low + 1e-6), start: start,
      width: Self.panelWidths.rmse)
    var lines = frame(axis, "RMSE with 95 % interval (lower is better)", height)
    for (place, row) in rows.enumerated() {
      guard let rmse = row.rmse, let report = row.measurement?.report else { continue }
      let middle = y(place)
      if let interval = report.rmseInterval, interval.lower < axis.upper {
        let (left, right) = (axis.place(interval.lower), axis.place(interval.upper))
        lines.append(line(left, middle, right, middle, "stroke=\"#1b4f8a\" stroke-width=\"1.6\""))
        lines.append(line(left, middle - 4, left, middle + 4, "stroke=\"#1b4f8a\""))
        if interval.upper <= axis.upper {
          lines.append(line(right, middle - 4, right, middle + 4, "stroke=\"#1b4f8a\""))
        }
      }
      if rmse <= axis.upper {
        lines.append(dot(axis.place(rmse), middle, isFilled: !isWorse(row.rmseDifference)))
      } else {
        let end = axis.place(rmse)
        lines.append(
          "<path d=\"M\(number(end - 7)) \(number(middle - 5))L\(number(end)) \(number(middle))"
            + "L\(number(end - 7)) \(number(middle + 5))\" fill=\"none\" stroke=\"#1b4f8a\" "
            + "stroke-width=\"1.6\"/>")
      }
      lines.append(figure(rmse, axis, middle))
    }
    return lines
  }

  private func ndcgPanel(_ rows: [ComparedRow], start: Double, height: Double) -> [String] {
    let values = rows.compactMap(\.ndcg)
    guard let highest = values.max() else { return [] }
    let axis = Axis(
      from: 0, to: max(highest, 1e-6), start: start, width: Self.panelWidths.ndcg)
    var lines = frame(axis, "NDCG@10 (higher is better)", height)
    for (place, row) in rows.enumerated() {
      guard let ndcg = row.ndcg else { continue }
      let middle = y(place)
      lines.append(
        line(
          axis.place(0), middle, axis.place(ndcg), middle,
          "stroke=\"#9bb3cf\" stroke-width=\"1.2\""))
      lines.append(dot(axis.place(ndcg), middle, isFilled: !isWorse(row.ndcgDifference)))
      lines.append(figure(ndcg, axis, middle))
    }
    return lines
  }

  private func isWorse(_ difference: ComparedDifference?) -> Bool {
    difference?.isSignificant ?? false
  }

  /// The marks of an axis, the lines behind the dots, and the name below.
  private func frame(_ axis: Axis, _ name: String, _ height: Double) -> [String] {
    let (top, bottom) = (Self.top, Self.top + height)
    var lines = axis.ticks.flatMap { tick in
      let place = axis.place(tick)
      return [
        line(place, top - 6, place, bottom, "stroke=\"#e3e3e3\""),
        text(
          ComparisonOutcome.fixed(tick, digits: axis.digits), place, bottom + 18,
          "text-anchor=\"middle\" font-size=\"11\" fill=\"#444\""),
      ]
    }
    lines.append(line(axis.start, bottom, axis.start + axis.width, bottom, "stroke=\"#444\""))
    lines.append(
      text(name, axis.start, top - 14, "font-weight=\"bold\""))
    return lines
  }

  private func captions(_ rows: [ComparedRow], at top: Double) -> [String] {
    let (first, second) = (top + 46, top + 66)
    var lines = [
      dot(18, first - 4, isFilled: true),
      text("best, or not significantly different from it", 30, first, "fill=\"#444\""),
      dot(302, first - 4, isFilled: false),
      text(
        "significantly different (paired bootstrap by user, Holm, p < 0.05)", 314, first,
        "fill=\"#444\""),
    ]
    if rows.contains(where: \.usesTime) {
      lines.append(text("† uses the time of the rating", 30, second, "fill=\"#444\""))
    }
    return lines
  }

  // MARK: Shapes

  private func y(_ place: Int) -> Double { Self.top + (Double(place) + 0.5) * Self.rowHeight }

  private func figure(_ value: Double, _ axis: Axis, _ middle: Double) -> String {
    text(
      ComparisonOutcome.fixed(value, digits: 4), axis.start + axis.width + 12, middle + 4,
      "font-size=\"11\" fill=\"#444\"")
  }

  private func dot(_ x: Double, _ y: Double, isFilled: Bool) -> String {
    "<circle cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"4.2\" fill=\""
      + (isFilled ? "#1b4f8a" : "#fff") + "\" stroke=\"#1b4f8a\" stroke-width=\"1.6\"/>"
  }

  private func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String
  ) -> String {
    "<line x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" y2=\"\(number(y2))\" "
      + "\(style)/>"
  }

  private func text(_ text: String, _ x: Double, _ y: Double, _ style: String) -> String {
    "<text x=\"\(number(x))\" y=\"\(number(y))\" \(style)>\(escaped(text))</text>"
  }

  private func number(_ value: Double) -> String { TextTable.rounded(value, digits: 2) }

  private func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }
}
