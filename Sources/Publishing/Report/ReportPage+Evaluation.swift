import Storage

extension ReportPage {
  /// How good the model is on rows that it was not trained on, beside the baselines.
  var evaluationSection: HTMLDocument.Section? {
    guard let evaluation = metrics["evaluation"] else { return nil }
    var content: [Markup] = []
    if predictsRatings {
      content.append(errorTable(evaluation))
    } else {
      content.append(
        HTMLDocument.paragraph(
          "The \(modelType) model ranks items and predicts no ratings, so it has no errors; the "
            + "baseline's are in \(RunDocuments.metricsName)."))
    }
    content.append(rankingTable(evaluation))
    if predictsRatings {
      content.append(
        HTMLDocument.row(
          [errorHistogram?.markup, calibration(evaluation)?.markup].compactMap(\.self)))
      content += bands("by_user_activity", of: "user", "by the user's number of training ratings")
      content += bands("by_item_popularity", of: "item", "by the item's number of training ratings")
    }
    return HTMLDocument.Section("evaluation", "Evaluation", content)
  }

  private static func interval(_ value: JSONValue?) -> String {
    guard let value, value != .null else { return FigureText.missing }
    return "\(fixed(value["lower"])) to \(fixed(value["upper"]))"
  }

  /// The better of both numbers is told by a word, not by its looks.
  private static func verdict(_ model: Double?, _ baseline: Double?, lessIsBetter: Bool) -> Markup {
    guard let model, let baseline, model.isFinite, baseline.isFinite else { return "" }
    if model == baseline { return "equal" }
    return (model < baseline) == lessIsBetter ? "better" : "worse"
  }

  private func errorTable(_ evaluation: JSONValue) -> Markup {
    let (model, baseline) = (evaluation["model"], evaluation["baseline"])
    var table = HTMLTable(
      "Errors on \(Self.count(model?["rows"])) held-out ratings",
      [.text("Figure"), .number("Model"), .number("Bias baseline"), .text("The model is")])
    for (name, keys, lessIsBetter) in [
      ("RMSE", ["rmse"], true), ("MSE", ["mse"], true), ("MAE", ["mae"], true),
      ("R²", ["r2"], false),
      ("RMSE, mean over users", ["rmse_by_user"], true),
      ("RMSE of cold pairs", ["cold", "rmse"], true),
    ] {
      let values = [model, baseline].map { method in
        keys.reduce(method) { $0?[$1] }
      }
      guard values.contains(where: { $0?.doubleValue != nil }) else { continue }
      table.add(
        [Markup(name)] + values.map { Markup(Self.fixed($0)) } + [
          Self.verdict(
            values[0]?.doubleValue, values[1]?.doubleValue, lessIsBetter: lessIsBetter)
        ])
    }
    table.add([
      "RMSE, 95 % interval", Markup(Self.interval(model?["rmse_95_percent"])),
      Markup(Self.interval(baseline?["rmse_95_percent"])), "",
    ])
    if let rows = model?.at("cold", "rows") {
      table.add([
        "Cold pairs", Markup(Self.count(rows)), Markup(Self.count(baseline?.at("cold", "rows"))),
        "",
      ])
    }
    for (name, key) in [
      ("Ratings within their 80 % interval", "within_80_percent"),
      ("Ratings within their 95 % interval", "within_95_percent"),
    ] {
      guard let share = model?.at("intervals", key) else { continue }
      table.add([Markup(name), Markup(Self.percent(share)), Markup(FigureText.missing), ""])
    }
    return table.markup
      + HTMLDocument.note(
        "A cold pair has a user or an item that training never saw. Predictions are not clipped to "
          + "the scale.")
  }

  private func rankingTable(_ evaluation: JSONValue) -> Markup {
    let methods = ["model", "baseline", "popularity"].map { evaluation.at($0, "ranking") }
    guard let model = methods[0] else { return .empty }
    let k = model["k"]?.intValue ?? 10
    var table = HTMLTable(
      "Lists of \(k), over \(Self.plural(model["users"]?.intValue, "user")) with a relevant held-out "
        + "item",
      [.text("Figure"), .number("Model"), .number("Bias baseline"), .number("Most rated items")])
    for (name, key) in [
      ("NDCG@\(k)", "ndcg"), ("Precision@\(k)", "precision"), ("Recall@\(k)", "recall"),
      ("Hit rate", "hit_rate"), ("MRR", "mrr"), ("Catalogue coverage", "coverage"),
      ("Novelty", "novelty"), ("Diversity by genre", "diversity"),
      ("Mean rating of listed held-out items", "mean_listed_rating"),
    ] {
      guard methods.contains(where: { $0?[key]?.doubleValue != nil }) else { continue }
      table.add([Markup(name)] + methods.map { Markup(Self.fixed($0?[key])) })
      if key == "ndcg", let intervals = report.at("evaluation", "ndcg_95_percent") {
        table.add(
          ["NDCG@\(k), 95 % interval"]
            + ["model", "baseline", "popularity"].map { Markup(Self.interval(intervals[$0])) })
      }
    }
    return table.markup
      + HTMLDocument.note("Intervals are a bootstrap over users, with 1,000 resamples.")
  }

  // MARK: - Pictures

  private var errorHistogram: BarChart? {
    let bins = report.at("evaluation", "errors", "bins")?.elements ?? []
    guard bins.contains(where: { $0["model"]?.doubleValue != nil }) else { return nil }
    func values(_ key: String) -> [Double] { bins.map { $0[key]?.doubleValue ?? .nan } }
    let width = Self.short(report.at("evaluation", "errors", "bin_width"))
    return BarChart(
      "errors", title: "Predicted less actual rating",
      description:
        "Bars by error, \(width) wide, for the model, and a dashed line for the baseline. "
        + "The more of them are near 0, the better.",
      x: "error", y: "held-out ratings", labels: bins.map { Self.short($0["error"]) },
      series: [BarChart.Series("model", values("model"))],
      overlay: BarChart.Series("baseline", values("baseline")))
  }

  private func calibration(_ evaluation: JSONValue) -> LineChart? {
    func points(_ method: String) -> [(x: Double, y: Double)] {
      (evaluation.at(method, "calibration")?.elements ?? []).compactMap { bin in
        bin["mean_prediction"]?.doubleValue.flatMap { x in
          bin["mean_rating"]?.doubleValue.map { (x, $0) }
        }
      }
    }
    let (model, baseline) = (points("model"), points("baseline"))
    guard !model.isEmpty, let low = metrics.at("data", "rating_scale", "minimum")?.doubleValue,
      let high = metrics.at("data", "rating_scale", "maximum")?.doubleValue
    else { return nil }
    return LineChart(
      "calibration", title: "Calibration: what ratings of a prediction turn out to be",
      description: "The nearer to the diagonal, the better. The model: "
        + model.map {
          "\(FigureText.fixed($0.y, digits: 2)) where \(FigureText.fixed($0.x, digits: 2)) is predicted"
        }.joined(separator: ", ") + ".",
      x: "mean prediction", y: "mean rating",
      series: [
        LineChart.Series("model", model, hasDots: true),
        LineChart.Series("baseline", baseline, hasDots: true),
        LineChart.Series("perfect", [(low, low), (high, high)]),
      ])
  }

  /// The RMSE of users or items with many and with few ratings.
  private func bands(_ key: String, of member: String, _ title: String) -> [Markup] {
    let bands = report.at("evaluation", key)?.elements ?? []
    guard bands.contains(where: { $0["model_rmse"]?.doubleValue != nil }) else { return [] }
    let names = bands.map { band in
      let least = band["least_ratings"]?.intValue ?? 0
      guard let most = band["most_ratings"]?.intValue else { return "\(Self.compact(least))+" }
      return least == most ? "\(least)" : "\(Self.compact(least))–\(Self.compact(most))"
    }
    func values(_ key: String) -> [Double] { bands.map { $0[key]?.doubleValue ?? .nan } }
    let (model, baseline) = (values("model_rmse"), values("baseline_rmse"))
    var table = HTMLTable(
      "RMSE \(title)",
      [
        .text("Training ratings"), .number("\(member == "user" ? "Users" : "Items")"),
        .number("Held-out ratings"), .number("Model"), .number("Bias baseline"),
        .text("The model is"),
      ])
    for (place, band) in bands.enumerated() {
      table.add([
        Markup(names[place]), Markup(Self.count(band["\(member)s"])),
        Markup(Self.count(band["rows"])),
        Markup(Self.fixed(band["model_rmse"])), Markup(Self.fixed(band["baseline_rmse"])),
        Self.verdict(model[place], baseline[place], lessIsBetter: true),
      ])
    }
    let chart = BarChart(
      key, title: "RMSE \(title)",
      description:
        "Filled dots for the model, open ones for the baseline; the table beside it has the "
        + "numbers.",
      x: "training ratings of the \(member)", y: "RMSE", labels: names,
      series: [BarChart.Series("model", model), BarChart.Series("baseline", baseline)],
      startsAtZero: false)
    return [HTMLDocument.beside([chart.markup, table.markup])]
  }

  /// A bound of a band in few signs: 999 as it is, 1000 as `1k`, 1999 as `2k`.
  private static func compact(_ count: Int) -> String {
    guard count >= 1000 else { return "\(count)" }
    return FigureText.short((Double(count) / 1000).rounded(), digits: 0) + "k"
  }
}
