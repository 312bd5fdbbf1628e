import Storage

extension ReportPage {
  /// What a sheet of paper and a window beside others have room for.
  private static let widestDiagram = 700.0

  /// What the model is made of.
  var modelSection: HTMLDocument.Section? {
    guard let model = report["model"] else { return nil }
    let layers = model["layers"]?.elements ?? []
    var content = [HTMLDocument.facts(modelFacts(model)), selectionTable]
    let table = layers.isEmpty ? [] : [layerTable(layers)]
    let diagram = diagram(layers)
    let isNarrow = diagram.map { $0.width <= ChartFrame.width } ?? false
    content.append(
      HTMLDocument.beside(table + (diagram.flatMap { isNarrow ? [$0.markup] : nil } ?? [])))
    if let diagram, !isNarrow {
      content.append(
        diagram.width <= Self.widestDiagram
          ? diagram.markup
          : HTMLDocument.note(
            "So many layers have no readable picture; the table says how they are connected."))
    }
    return HTMLDocument.Section("model", "Model", content)
  }

  private func modelFacts(_ model: JSONValue) -> [(name: String, value: Markup)] {
    var facts: [(name: String, value: Markup)] = [("Type", Markup(modelType))]
    if let version = model["version"]?.stringValue {
      facts.append(("Version", .element("code", [:], Markup(version))))
    }
    if let parameters = model["parameters"]?.intValue {
      facts.append(("Parameters", Markup(FigureText.count(parameters))))
      if (0..<1 << 60).contains(parameters) {
        facts.append(("Their size", Markup(FigureText.bytes(4 * parameters))))
      }
    }
    return facts
  }

  /// What several models came to.
  private var selectionTable: Markup {
    guard !selectedModels.isEmpty, let selection = metrics["selection"] else { return .empty }
    if selection["select"]?.stringValue == "stack" { return stackTable(selection) }
    let isBlend = selection["select"]?.stringValue == "blend"
    let rows = Self.count(selection["validation_rows"])
    var table = HTMLTable(
      isBlend
        ? "The models and their weights in the blend, found on \(rows) validation rows"
        : "The models, of which the best on \(rows) validation rows was taken",
      [.text("Model"), .number("Validation RMSE"), .number("Weight")])
    for (number, model) in selectedModels.enumerated() {
      table.add([
        Markup("\(number + 1): \(model["type"]?.stringValue ?? "model")"),
        Markup(Self.fixed(model["validation_rmse"])),
        Markup(Self.fixed(model["weight"], digits: 3)),
      ])
    }
    table.add([isBlend ? "blend" : "taken", Markup(Self.fixed(selection["validation_rmse"])), ""])
    return table.markup
  }

  /// What the models of a stack came to on rows that they had not learnt from.
  private func stackTable(_ selection: JSONValue) -> Markup {
    var table = HTMLTable(
      "The models of the stack, each by the \(Self.count(selection["out_of_fold_rows"])) training "
        + "rows that it had not learnt from when it predicted them",
      [.text("Model"), .number("RMSE out of fold")])
    for (number, model) in selectedModels.enumerated() {
      table.add([
        Markup("\(number + 1): \(model["type"]?.stringValue ?? "model")"),
        Markup(Self.fixed(model["out_of_fold_rmse"])),
      ])
    }
    return table.markup
  }

  private static func shape(_ layer: JSONValue) -> String {
    (layer["output_shape"]?.elements ?? []).map { $0.text() }.joined(separator: ", ")
  }

  private static func inputs(_ layer: JSONValue) -> [String] {
    (layer["connected_to"]?.elements ?? []).compactMap(\.stringValue)
  }

  private func layerTable(_ layers: [JSONValue]) -> Markup {
    var table = HTMLTable(
      "Layers: ? stands for the number of pairs that are scored at a time",
      [
        .text("Layer"), .text("Type"), .text("Output shape"), .number("Parameters"),
        .text("Connected to"),
      ])
    for layer in layers.prefix(200) {
      let shape = Self.shape(layer)
      table.add([
        .element("code", [:], Markup(layer["name"]?.stringValue ?? "")),
        Markup(layer["type"]?.stringValue ?? ""), Markup(shape.isEmpty ? "(?)" : "(?, \(shape))"),
        Markup(Self.count(layer["parameters"])),
        Markup(Self.inputs(layer).joined(separator: ", ")),
      ])
    }
    table.add(["all layers", "", "", Markup(Self.count(report.at("model", "parameters"))), ""])
    return table.markup
  }

  private func diagram(_ layers: [JSONValue]) -> LayerDiagram? {
    guard layers.count > 2, layers.count <= 60 else { return nil }
    return LayerDiagram(
      "architecture", title: "How the layers are connected",
      layers: layers.map { layer in
        let shape = Self.shape(layer)
        let type = layer["type"]?.stringValue ?? ""
        return LayerDiagram.Layer(
          name: layer["name"]?.stringValue ?? "",
          detail: shape.isEmpty ? type : "\(type) (\(shape))",
          inputs: Self.inputs(layer))
      })
  }
}
