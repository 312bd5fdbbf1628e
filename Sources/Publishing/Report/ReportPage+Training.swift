import Recommenders
import Storage

/// An epoch as `history.csv` has it.
struct HistoryEpoch {
  let phase: String
  /// The training that the phase is of; `nil` for a name that this program does not know.
  var training: TrainingPhase? { Self.training(phase) }
  let epoch: Int
  let trainLoss: Double?
  let validationLoss: Double?
  let validationRMSE: Double?
  let learningRate: Double?

  init?(_ fields: [String]) {
    guard fields.count == RunDocuments.historyHeader.count, let epoch = Int(fields[1]) else {
      return nil
    }
    phase = fields[0]
    self.epoch = epoch
    (trainLoss, validationLoss) = (Double(fields[2]), Double(fields[3]))
    (validationRMSE, learningRate) = (Double(fields[4]), Double(fields[5]))
  }

  /// The number of a phase's model: 2 of `search-2`; `nil` where there is one model.
  static func modelNumber(_ phase: String) -> Int? {
    phase.split(separator: "-").last.flatMap { Int($0) }
  }

  /// The training of a phase: `refit-all` of `refit-all-2`.
  static func training(_ phase: String) -> TrainingPhase? {
    let parts = phase.split(separator: "-")
    let names = modelNumber(phase) == nil ? parts[...] : parts.dropLast()
    return TrainingPhase(rawValue: names.joined(separator: "-"))
  }
}

extension ReportPage {
  /// How the model was trained: curves and a table of the epochs.
  var trainingSection: HTMLDocument.Section? {
    let epochs = documents.history.compactMap(HistoryEpoch.init)
    var content = [HTMLDocument.facts(trainingFacts)]
    if epochs.isEmpty {
      content.append(
        HTMLDocument.paragraph(
          "This model is computed in one go: it has no epochs, and so no curves."))
    }
    let numbers = modelNumbers(epochs)
    for number in numbers {
      let own = epochs.filter { HistoryEpoch.modelNumber($0.phase) == number }
      if numbers.count > 1 {
        let type = number.flatMap { selectedModels.indices.contains($0 - 1) ? $0 - 1 : nil }.map {
          selectedModels[$0]["type"]?.stringValue ?? "model"
        }
        content.append(
          HTMLDocument.heading("Model \(number ?? 1)" + (type.map { ": \($0)" } ?? "")))
      }
      content.append(HTMLDocument.row(charts(own, number: number)))
      content.append(
        numbers.count > 1
          ? epochTable(own, number: number)
          : HTMLDocument.beside([epochTable(own, number: number), settingsTable]))
    }
    if epochs.contains(where: { $0.training != .search }) {
      content.append(
        HTMLDocument.note(
          "search: the training that validation rows watched, to find the best epoch. refit: the "
            + "training for so many epochs on all but the held-out rows, whose model is evaluated; "
            + "refit-all: on all rows."))
    }
    if numbers.count != 1 { content.append(settingsTable) }
    return HTMLDocument.Section("training", "Training", content)
  }

  /// The models of a plan that has several, with what they came to.
  var selectedModels: [JSONValue] { metrics.at("selection", "models")?.elements ?? [] }

  private var trainingFacts: [(name: String, value: Markup)] {
    let training = metrics["training"]
    var facts: [(name: String, value: Markup)] = [
      ("Train rows", Markup(Self.count(metrics.at("split", "train_rows")))),
      ("Validation rows", Markup(Self.count(metrics.at("split", "validation_rows")))),
      ("Held-out rows", Markup(Self.count(metrics.at("split", "held_out_rows")))),
      ("Split", Markup(metrics.at("split", "strategy")?.stringValue ?? FigureText.missing)),
    ]
    if let best = training?["best_epoch"]?.intValue, best > 0,
      let all = training?["epochs"]?.intValue
    {
      facts.append(("Best epoch", Markup("\(best) of \(all)")))
    }
    if let rows = training?["exported_model_rows"] {
      facts.append(("Published model saw", Markup("\(Self.count(rows)) rows")))
    }
    if let seconds = documents.run.at("stage_seconds", "train")?.doubleValue {
      facts.append(("Training took", Markup(FigureText.seconds(seconds))))
    }
    return facts
  }

  private func modelNumbers(_ epochs: [HistoryEpoch]) -> [Int?] {
    var numbers: [Int?] = []
    for epoch in epochs {
      let number = HistoryEpoch.modelNumber(epoch.phase)
      if !numbers.contains(number) { numbers.append(number) }
    }
    return numbers
  }

  /// The epoch that was chosen, given all rows of a model. Of a model of several it is the number of
  /// epochs that it was trained again for; where it was not, that with the least of what was watched.
  private func bestEpoch(_ epochs: [HistoryEpoch], number: Int?) -> Int? {
    if number == nil || number == 1, let best = metrics.at("training", "best_epoch")?.intValue,
      best > 0
    {
      return best
    }
    if let last = epochs.last(where: { $0.training == .refit || $0.training == .refitAll }) {
      return last.epoch
    }
    let monitor = documents.plan.at("training", "early_stopping", "monitor")?.stringValue
    let watchesLoss = monitor == MonitoredValue.validationLoss.rawValue
    func watched(_ epoch: HistoryEpoch) -> Double {
      (watchesLoss ? epoch.validationLoss : epoch.validationRMSE) ?? .infinity
    }
    return epochs.filter { $0.training == .search && watched($0).isFinite }.min {
      watched($0) < watched($1)
    }?.epoch
  }

  // MARK: - Curves

  private func charts(_ epochs: [HistoryEpoch], number: Int?) -> [Markup] {
    func rows(_ training: TrainingPhase) -> [HistoryEpoch] {
      Self.thinned(epochs.filter { $0.training == training })
    }
    let (search, refit, refitAll) = (rows(.search), rows(.refit), rows(.refitAll))
    let suffix = number.map { "-\($0)" } ?? ""
    let best = bestEpoch(epochs, number: number)
    let mark =
      search.isEmpty ? nil : best.map { LineChart.Highlight(Double($0), "best epoch: \($0)") }
    func points(
      _ epochs: [HistoryEpoch], _ value: (HistoryEpoch) -> Double?
    ) -> [(x: Double, y: Double)] {
      epochs.compactMap { epoch in value(epoch).map { (Double(epoch.epoch), $0) } }
    }
    var charts: [Markup] = []
    let losses = [
      LineChart.Series("train", points(search, \.trainLoss), hasDots: search.count <= 40),
      LineChart.Series("validation", points(search, \.validationLoss), hasDots: search.count <= 40),
      LineChart.Series(
        "train, again on all but the held-out rows", points(refit, \.trainLoss),
        hasDots: refit.count <= 40),
      LineChart.Series(
        "train, again on all rows", points(refitAll, \.trainLoss), hasDots: refitAll.count <= 40),
    ].filter { !$0.points.isEmpty }
    if !losses.isEmpty {
      charts.append(
        LineChart(
          "loss\(suffix)", title: "Loss by epoch",
          description: Self.courses(losses) + (best.map { " The best epoch is \($0)." } ?? ""),
          x: "epoch", y: "loss", divisions: (.whole, .even), series: losses, highlight: mark
        ).markup)
    }
    let rmse = LineChart.Series(
      "validation RMSE", points(search, \.validationRMSE), hasDots: search.count <= 40)
    if !rmse.points.isEmpty {
      charts.append(
        LineChart(
          "rmse\(suffix)", title: "Validation RMSE by epoch",
          description: Self.courses([rmse]) + (best.map { " The best epoch is \($0)." } ?? ""),
          x: "epoch", y: "RMSE", divisions: (.whole, .even), series: [rmse], highlight: mark
        ).markup)
    }
    let rates = points([search, refit, refitAll].first { !$0.isEmpty } ?? [], \.learningRate)
    if let first = rates.first, rates.contains(where: { $0.y != first.y }) {
      let series = [LineChart.Series("learning rate", rates, hasDots: rates.count <= 40)]
      charts.append(
        LineChart(
          "rate\(suffix)", title: "Learning rate by epoch", description: Self.courses(series),
          x: "epoch", y: "learning rate", divisions: (.whole, .fromZero), series: series
        ).markup)
    }
    if let seconds = secondsChart(number, suffix) { charts.append(seconds) }
    return charts
  }

  private static func courses(_ series: [LineChart.Series]) -> String {
    series.map { curve in
      guard let first = curve.points.first, let last = curve.points.last else { return "" }
      return
        "\(curve.name): \(FigureText.fixed(first.y, digits: 4)) in epoch \(FigureText.short(first.x)), "
        + "\(FigureText.fixed(last.y, digits: 4)) in epoch \(FigureText.short(last.x))."
    }.joined(separator: " ")
  }

  private func secondsChart(_ number: Int?, _ suffix: String) -> Markup? {
    let epochs = (documents.run["epochs"]?.elements ?? []).filter {
      $0["phase"]?.stringValue.map(HistoryEpoch.modelNumber) == .some(number)
    }
    func training(_ epoch: JSONValue) -> TrainingPhase? {
      epoch["phase"]?.stringValue.flatMap(HistoryEpoch.training)
    }
    let trainings = TrainingPhase.allCases.filter { phase in
      epochs.contains { training($0) == phase }
    }
    let thinned = Self.thinned(epochs)
    let seconds = thinned.map { $0["seconds"]?.doubleValue ?? 0 }
    guard seconds.count > 1 else { return nil }
    let labels = thinned.map { epoch in
      (trainings.count > 1 ? training(epoch).map { Self.letter(of: $0) } ?? "" : "")
        + "\(epoch["epoch"]?.intValue ?? 0)"
    }
    let letters = trainings.filter { $0 != .search }.map { training in
      "\(Self.letter(of: training)): trained again"
        + (training == .refitAll ? " on all rows" : "")
    }.joined(separator: ", ")
    let sum = epochs.reduce(0.0) { $0 + ($1["seconds"]?.doubleValue ?? 0) }
    return BarChart(
      "seconds\(suffix)", title: "Seconds by epoch",
      description: "Bars by epoch" + (trainings.count > 1 ? "; \(letters)" : "")
        + ". On average an epoch took \(FigureText.seconds(sum / Double(epochs.count))).",
      x: trainings.count > 1 ? "epoch (\(letters))" : "epoch",
      y: "seconds", labels: labels, series: [BarChart.Series("seconds", seconds)]
    ).markup
  }

  /// What stands before the number of an epoch, to tell trainings apart.
  private static func letter(of training: TrainingPhase) -> String {
    switch training {
    case .search: ""
    case .refit: "r"
    case .refitAll: "a"
    }
  }

  /// At most two hundred of many, the first and the last among them.
  static func thinned<Element>(_ elements: [Element], to most: Int = 200) -> [Element] {
    guard elements.count > most else { return elements }
    return (0..<most).map { elements[$0 * (elements.count - 1) / (most - 1)] }
  }

  // MARK: - Tables

  private func epochTable(_ epochs: [HistoryEpoch], number: Int?) -> Markup {
    guard !epochs.isEmpty else { return .empty }
    var places = Self.thinned(Array(epochs.indices), to: 40)
    // The epoch that is looked for most is there, whatever is left out.
    let best = bestEpoch(epochs, number: number)
    if let place = epochs.firstIndex(where: { $0.training == .search && $0.epoch == best }),
      !places.contains(place)
    {
      places.insert(place, at: places.firstIndex { $0 > place } ?? places.endIndex)
    }
    let shown = places.map { epochs[$0] }
    let caption =
      shown.count < epochs.count
      ? "Epochs: \(shown.count) of \(epochs.count); all are in \(RunDocuments.historyName)"
      : "Epochs"
    var table = HTMLTable(
      caption,
      [
        .number("Epoch"), .text("Training"), .number("Train loss"), .number("Validation loss"),
        .number("Validation RMSE"), .number("Learning rate"),
      ])
    func text(_ value: Double?, _ digits: Int = 4) -> Markup {
      Markup(value.map { FigureText.fixed($0, digits: digits) } ?? FigureText.missing)
    }
    for epoch in shown {
      table.add([
        "\(epoch.epoch)", Markup(epoch.phase), text(epoch.trainLoss), text(epoch.validationLoss),
        text(epoch.validationRMSE),
        Markup(epoch.learningRate.map { FigureText.short($0, digits: 8) } ?? FigureText.missing),
      ])
    }
    return table.markup
  }

  private var settingsTable: Markup {
    let settings = report.at("model", "training")?.objectValue ?? []
    var table = HTMLTable("Settings as they were resolved", [.text("Setting"), .text("Value")])
    for setting in settings where setting.value != .null {
      let value =
        setting.value.objectValue.map { members in
          members.map { "\($0.key) \($0.value.text())" }.joined(separator: ", ")
        } ?? setting.value.stringValue ?? setting.value.text()
      table.add([Markup(setting.key), Markup(FigureText.clipped(value))])
    }
    return table.isEmpty ? .empty : table.markup
  }
}
