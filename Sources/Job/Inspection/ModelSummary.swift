import Publishing
import Recommenders
import Storage

/// A bundle's model as a table of layers, with its metrics, settings and provenance.
public struct ModelSummary: Sendable {
  private let bundle: ModelBundle
  private let layers: [ModelLayer]
  private let provenance: BundleProvenance
  private let reasons: ReasonKind

  /// The version of the layout of ``jsonText``.
  private static let schemaVersion = 1
  /// How long the names of a layer's inputs may be in one line.
  private static let inputWidth = 36

  /// Reads the bundle at a path.
  public init(bundle path: String) throws {
    try BundleQueryError.requireNoJobFile(path)
    bundle = try ModelBundle.read(path)
    layers = ModelLayers.of(
      bundle.model, blend: bundle.blend, plan: bundle.resultPlan["model"])
    provenance = BundleProvenance(bundle, at: path)
    reasons = Explainer.kind(of: bundle.blend?.model ?? bundle.model)
  }

  private var parameters: Int { layers.reduce(0) { $0 + $1.parameters } }
  private var kept: Int { layers.reduce(0) { $0 + $1.kept } }

  // MARK: - Text

  /// The summary for a terminal.
  public var text: String {
    let configuration = bundle.model.configuration
    var lines = [
      "Model: \(configuration.type.rawValue)", "Version: \(bundle.version?.short ?? "unknown")", "",
    ]
    lines += layerTable + [""] + totals + [""]
    lines += Self.wrapped("Prediction: \(bundle.configuration.formula)")
    if let formula = bundle.configuration.blend?.json["formula"]?.stringValue {
      lines += Self.wrapped("Order of the lists: \(formula)")
    }
    lines += Self.wrapped("Reasons: \(reasonText)") + [""]
    lines += metrics + [""]
    let selected = selection
    if !selected.isEmpty { lines += selected + [""] }
    lines += ["Training:"] + settings + ["", "Provenance:"] + Self.aligned(provenance.facts)
    return (lines.joined(separator: "\n") + "\n").withPlainSpaces
  }

  private var layerTable: [String] {
    var table = TextTable(
      ["layer", "type", "output shape", "parameters", "connected to"],
      [.left, .left, .left, .right, .left])
    for layer in layers {
      let sizes = (["?"] + layer.shape.map { "\($0)" }).joined(separator: ", ")
      var rest = Self.wrapped(layer.inputs)[...]
      table.add([
        layer.name, layer.type, "(\(sizes))", FigureText.count(layer.numbers),
        rest.popFirst() ?? "",
      ])
      for line in rest { table.add(["", "", "", "", line]) }
    }
    return table.lines
  }

  /// Names in lines of some width.
  private static func wrapped(_ names: [String]) -> [String] {
    names.reduce(into: []) { lines, name in
      if let last = lines.last, last.count + name.count + 2 <= inputWidth {
        lines[lines.count - 1] = "\(last), \(name)"
      } else {
        if !lines.isEmpty { lines[lines.count - 1] += "," }
        lines.append(name)
      }
    }
  }

  private var totals: [String] {
    let rows = [
      ("Total parameters", parameters + kept), ("Found by training", parameters),
      ("Kept from the data", kept),
    ]
    let widest = rows.map { FigureText.count($0.1).count }.max() ?? 0
    return rows.map { name, number in
      let text = FigureText.count(number)
      return "\(name):".padded(to: 20) + String(repeating: " ", count: widest - text.count) + text
        + " (\(FigureText.bytes(4 * number)))"
    }
  }

  private var reasonText: String {
    switch reasons {
    case .exact where bundle.blend != nil:
      "exact: what each rating of the user adds to the key of the relevance model"
    case .exact: "exact: what each rating of the user adds to the key"
    case .similarity: "by similarity: the model's key is no sum over what the user rated"
    }
  }

  private var metrics: [String] {
    let evaluation = bundle.metrics["evaluation"]
    var table = TextTable(
      ["held-out rows", "RMSE", "95 % interval", "MAE", "R²", "NDCG@10", "coverage"],
      [.left] + Array(repeating: .right, count: 6))
    for method in ["model", "baseline", "popularity"] {
      guard let found = evaluation?[method] else { continue }
      let interval = ["lower", "upper"].map { Self.text(found["rmse_95_percent"]?[$0]) }
      table.add(
        [
          method, Self.text(found["rmse"]),
          interval[0] == FigureText.missing ? interval[0] : interval.joined(separator: "–"),
        ]
          + ["mae", "r2"].map { Self.text(found[$0]) }
          + ["ndcg", "coverage"].map { Self.text(found["ranking"]?[$0]) })
    }
    let note = evaluation?["protocol"]?.stringValue ?? ""
    return table.lines + (note == "held-out" ? [] : ["(\(note))"])
  }

  /// What each of several models came to on the validation rows.
  private var selection: [String] {
    guard let models = bundle.metrics["selection"]?["models"]?.arrayValue else { return [] }
    let isStack = bundle.metrics["selection"]?["select"] == "stack"
    var table = TextTable(
      isStack ? ["model", "RMSE out of fold"] : ["candidate", "validation RMSE", "weight"],
      isStack ? [.left, .right] : [.left, .right, .right])
    for (number, model) in models.enumerated() {
      let name = "model_\(number + 1): \(model["type"]?.stringValue ?? "")"
      table.add(
        isStack
          ? [name, Self.text(model["out_of_fold_rmse"])]
          : [name, Self.text(model["validation_rmse"]), Self.text(model["weight"])])
    }
    return table.lines
  }

  private var settings: [String] {
    Self.aligned(
      (bundle.configuration.training.objectValue ?? []).filter { $0.value != .null }.map {
        ($0.key, $0.value.stringValue ?? $0.value.text())
      })
  }

  private static func wrapped(_ text: String) -> [String] {
    TextTable.wrapped(text, width: 100)
  }

  private static func aligned(_ facts: [(name: String, value: String)]) -> [String] {
    let width = facts.map(\.name.count).max() ?? 0
    return facts.map { "  \($0.name.padded(to: width))  \($0.value)" }
  }

  private static func text(_ value: JSONValue?) -> String {
    value?.doubleValue.map { FigureText.fixed($0, digits: 4) } ?? FigureText.missing
  }

  // MARK: - JSON

  /// The same as a JSON object, with all of the bundle's metrics.
  public var jsonText: String {
    let configuration = bundle.configuration
    let document: JSONValue = [
      "schema_version": .integer(Self.schemaVersion),
      "type": .string(configuration.model.type.rawValue),
      "version": bundle.version.map { .string($0.short) } ?? .null,
      "users": .integer(configuration.model.users),
      "items": .integer(configuration.model.items),
      "layers": .array(layers.map(Self.json)),
      "parameters": [
        "total": .integer(parameters + kept), "trained": .integer(parameters),
        "kept": .integer(kept),
      ],
      "formula": .string(configuration.formula),
      "order_formula": configuration.blend?.json["formula"] ?? .null,
      "because_kind": .string(reasons.rawValue),
      "metrics": bundle.metrics,
      "training": configuration.training,
      "provenance": provenance.json,
    ]
    return document.prettyText()
  }

  private static func json(_ layer: ModelLayer) -> JSONValue {
    [
      "name": .string(layer.name), "type": .string(layer.type),
      "output_shape": .array([.null] + layer.shape.map { .integer($0) }),
      "trained_parameters": .integer(layer.parameters),
      "kept_parameters": .integer(layer.kept),
      "connected_to": .array(layer.inputs.map { .string($0) }),
    ]
  }
}

extension String {
  /// The text with blanks after it, up to a width.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(width - count, 0))
  }
}
