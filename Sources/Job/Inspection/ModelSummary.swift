import Publishing
import Recommenders
import Storage

/// A bundle's model as a table of layers, with its metrics and settings.
public struct ModelSummary: Sendable {
  private let bundle: ModelBundle

  /// Reads the bundle at a path.
  public init(bundle path: String) throws {
    bundle = try ModelBundle.read(path)
  }

  /// The summary for a terminal.
  public var text: String {
    let configuration = bundle.model.configuration
    var table = TextTable(
      ["layer", "type", "output shape", "parameters", "connected to"],
      [.left, .left, .left, .right, .left])
    for layer in layers { table.add(layer.cells) }
    let total = layers.reduce(0) { $0 + $1.parameters }
    var lines = [
      "Model: \(configuration.type.rawValue)", "Version: \(bundle.version?.short ?? "unknown")", "",
    ]
    lines += table.lines
    lines += [
      "", "Total parameters: \(Self.grouped(total)) (\(Self.grouped(total * 4)) bytes)", "",
      "Prediction: \(bundle.configuration.formula)", "",
    ]
    lines += metrics + [""] + settings
    return lines.joined(separator: "\n") + "\n"
  }

  /// A layer of a model.
  struct Layer {
    let name: String
    let type: String
    let shape: [Int]
    let parameters: Int
    let inputs: [String]

    /// The layer as one of several models': the inputs are those of all and keep their names.
    func renamed(_ rename: (String) -> String) -> Layer {
      func shared(_ name: String) -> Bool { name == "user" || name == "item" || name == "time" }
      return Layer(
        name: shared(name) ? "" : rename(name), type: type, shape: shape, parameters: parameters,
        inputs: inputs.map { shared($0) ? $0 : rename($0) })
    }

    var cells: [String] {
      let sizes = (["?"] + shape.map { "\($0)" }).joined(separator: ", ")
      return [
        name, type, "(\(sizes))", ModelSummary.grouped(parameters), inputs.joined(separator: ", "),
      ]
    }
  }

  private var layers: [Layer] { Self.layers(of: bundle.model) }

  /// The layers of a model, each after those that it takes its input from.
  static func layers(of model: any RatingPredictor) -> [Layer] {
    let configuration = model.configuration
    let (users, items) = (configuration.users, configuration.items)
    let factors = configuration.factors
    var layers = [
      Layer(name: "user", type: "Input", shape: [1], parameters: 0, inputs: []),
      Layer(name: "item", type: "Input", shape: [1], parameters: 0, inputs: []),
    ]
    func add(_ name: String, _ type: String, _ shape: [Int], _ parameters: Int, _ inputs: [String])
    {
      layers.append(
        Layer(name: name, type: type, shape: shape, parameters: parameters, inputs: inputs))
    }
    var (userFactors, itemFactors) = (factors, factors)
    if case .neural(let network) = configuration.details {
      (userFactors, itemFactors) = (network.userFactors, network.itemFactors)
    }
    if factors > 0, configuration.type != .bayesianFM {
      add("user_factors", "Embedding", [userFactors], users * userFactors, ["user"])
      add("item_factors", "Embedding", [itemFactors], items * itemFactors, ["item"])
    }
    switch configuration.type {
    case .dot, .ials:
      add("dot", "Dot", [1], 0, ["user_factors", "item_factors"])
    case .bayesianFM:
      var names: [String] = []
      for tensor in model.tensors where tensor.name.hasSuffix("_samples") {
        let shape = Array(tensor.shape.dropFirst())
        add(tensor.name, "Samples", shape, tensor.values.count, ["user", "item"])
        names.append(tensor.name)
      }
      add("rating", "Mean over samples", [1], 0, names)
    case .itemKNN:
      add("user_bias", "Embedding", [1], users, ["user"])
      add("item_bias", "Embedding", [1], items, ["item"])
      func count(_ name: String) -> Int {
        model.tensors.first { $0.name == name }?.values.count ?? 0
      }
      let (similarities, residuals) = (count("neighbour_similarities"), count("residuals"))
      add("neighbour_similarities", "Neighbours", [1], similarities, ["item"])
      add("residuals", "Neighbours", [1], residuals, ["user"])
      add("neighbours", "Weighted mean", [1], 0, ["neighbour_similarities", "residuals"])
      add("key", "Add", [1], 0, ["neighbours", "user_bias", "item_bias"])
    case .ease:
      let weights = model.tensors.filter { !$0.name.hasPrefix("input_") }
      let count = weights.reduce(0) { $0 + $1.values.count }
      add("item_weights", "Weights", [items], count, ["user"])
      add("key", "Choose", [1], 0, ["item_weights", "item"])
    case .blend:
      let members = (model as? BlendModel)?.members ?? []
      var outputs: [String] = []
      for (number, member) in members.enumerated() {
        let own = Self.layers(of: member).map { $0.renamed { "model_\(number + 1).\($0)" } }
        layers += own.filter { !$0.name.isEmpty }
        outputs += own.last.map { [$0.name] } ?? []
      }
      add("rating", "Weighted sum", [1], 0, outputs)
    case .bias, .biasedDot, .logisticDot, .svdPlusPlus, .als:
      add("user_bias", "Embedding", [1], users, ["user"])
      add("item_bias", "Embedding", [1], items, ["item"])
      var terms = ["user_bias", "item_bias"]
      if factors > 0 {
        add("dot", "Dot", [1], 0, ["user_factors", "item_factors"])
        terms.insert("dot", at: 0)
      }
      add("key", "Add", [1], 0, terms)
    case .neural:
      var (width, parts) = (userFactors + itemFactors, ["user_factors", "item_factors"])
      if case .neural(let network) = configuration.details {
        width = network.inputs
        for (name, rows) in network.featureRows {
          let length = network.featureFactors
          add(
            name, "Embedding", [length], rows * length, [name == "genre_factors" ? "item" : "time"])
          parts.append(name)
        }
      }
      var input = "factors"
      add(input, "Concatenate", [width], 0, parts)
      for (index, units) in (configuration.hidden + [1]).enumerated() {
        let name = "dense_\(index + 1)"
        let isLast = index == configuration.hidden.count
        add(name, isLast ? "Dense" : "Dense + ReLU", [units], (width + 1) * units, [input])
        (width, input) = (units, name)
      }
    }
    if configuration.link == .sigmoid {
      add("rating", "Sigmoid × range", [1], 0, [layers[layers.count - 1].name])
    }
    return layers
  }

  private var metrics: [String] {
    let evaluation = bundle.metrics["evaluation"]
    var table = TextTable(
      ["held-out rows", "RMSE", "MAE", "R²", "NDCG@10", "coverage"],
      [.left, .right, .right, .right, .right, .right])
    for method in ["model", "baseline"] {
      guard let found = evaluation?[method] else { continue }
      table.add(
        [method] + ["rmse", "mae", "r2"].map { Self.text(found[$0]) }
          + ["ndcg", "coverage"].map { Self.text(found["ranking"]?[$0]) })
    }
    let note = evaluation?["protocol"]?.stringValue ?? ""
    return table.lines + (note == "held-out" ? [] : ["(\(note))"])
  }

  private var settings: [String] {
    ["Training:"]
      + (bundle.configuration.training.objectValue ?? []).map { "  \($0.key): \($0.value.text())" }
  }

  private static func text(_ value: JSONValue?) -> String {
    guard let value = value?.doubleValue else { return "–" }
    return TextTable.rounded(value, digits: 4)
  }

  fileprivate static func grouped(_ number: Int) -> String {
    var (digits, text) = (Array("\(number)"), "")
    while digits.count > 3 {
      text = "," + String(digits.suffix(3)) + text
      digits.removeLast(3)
    }
    return String(digits) + text
  }
}
