import Recommenders
import Storage

/// A row of a model's summary: what it computes, from what, and with how many numbers of its own.
struct ModelLayer: Equatable, Sendable {
  /// The name; where the layer looks up a tensor of the bundle, that of the tensor.
  var name: String
  /// What it does.
  var type: String
  /// The shape of its output for one pair of a user and an item.
  var shape: [Int]
  /// The numbers that training found.
  var parameters = 0
  /// The numbers that were taken from the data and are kept with the model.
  var kept = 0
  /// The layers that it takes its input from.
  var inputs: [String] = []

  /// All of its numbers.
  var numbers: Int { parameters + kept }
}

/// The layers of a model, in an order in which each stands after its inputs.
///
/// Every number of the model's tensors belongs to one layer.
struct ModelLayers: Sendable {
  private(set) var layers: [ModelLayer] = []
  private let sizes: [String: Int]
  private let shapes: [String: [Int]]

  private static let sharedInputs = ["user", "item", "time"]

  /// The layers of a model and, where its lists are ordered by relevance, of that; `plan` is what the
  /// job says of the model.
  static func of(
    _ model: any RatingPredictor, blend: RelevanceBlend?, plan: JSONValue?
  ) -> [ModelLayer] {
    var layers = of(model, plan: plan)
    guard let relevance = blend?.model else { return layers }
    let rating = layers.last?.name ?? ""
    let own = of(relevance, plan: nil)
    layers += prefixed(own, by: "relevance.")
    layers.append(
      ModelLayer(
        name: "order", type: "Standardised sum", shape: [1],
        inputs: [rating] + (own.last.map { ["relevance.\($0.name)"] } ?? []) + ["item"]))
    return layers
  }

  private static func of(_ model: any RatingPredictor, plan: JSONValue?) -> [ModelLayer] {
    let details = model.configuration.details
    guard !details.members.isEmpty else {
      return of(model.configuration, model.tensorShapes, plan: plan)
    }
    let tensors = model.tensorShapes
    var layers = inputs(of: usesTime(model.configuration))
    var ratings: [String] = []
    for (number, part) in details.members.enumerated() {
      let prefix = "model_\(number + 1)."
      let partTensors = tensors.filter { $0.name.hasPrefix(prefix) }.map {
        TensorShape(name: String($0.name.dropFirst(prefix.count)), shape: $0.shape)
      }
      let plans = plan?.arrayValue ?? []
      let own = of(part, partTensors, plan: number < plans.count ? plans[number] : nil)
      layers += prefixed(own, by: prefix)
      ratings += own.last.map { [prefix + $0.name] } ?? []
    }
    if case .blend(let blend) = details {
      layers.append(
        ModelLayer(
          name: "rating", type: "Weighted sum", shape: [1], parameters: blend.weights.count,
          inputs: ratings))
    } else {
      var stack = ModelLayers(tensors)
      stack.addTrees(over: ratings, hasTime: usesTime(model.configuration))
      layers += stack.layers
    }
    return layers
  }

  /// The layers of a model that is not made of several.
  private static func of(
    _ model: ModelConfiguration, _ tensors: [TensorShape], plan: JSONValue?
  ) -> [ModelLayer] {
    var layers = ModelLayers(tensors)
    layers.layers = inputs(of: usesTime(model))
    switch model.type {
    case .blend, .stack: break
    case .neural: layers.addNetwork(model, plan: plan)
    case .bayesianFM: layers.addMachine(model)
    case .itemKNN: layers.addNeighbours(model)
    case .ease: layers.addEase(model)
    default: layers.addFactors(model)
    }
    return layers.layers
  }

  private init(_ tensors: [TensorShape]) {
    sizes = Dictionary(tensors.map { ($0.name, $0.count) }) { first, _ in first }
    shapes = Dictionary(tensors.map { ($0.name, $0.shape) }) { first, _ in first }
  }

  /// Whether the bundle has a tensor.
  func has(_ tensor: String) -> Bool { sizes[tensor] != nil }

  /// The number of values of a tensor; 0 if there is none.
  func size(_ tensor: String) -> Int { sizes[tensor] ?? 0 }

  /// The shape of a row of a tensor.
  func rowShape(_ tensor: String) -> [Int] {
    let shape = Array((shapes[tensor] ?? []).dropFirst())
    return shape.isEmpty ? [1] : shape
  }

  /// Adds a layer that computes.
  mutating func add(_ name: String, _ type: String, _ shape: [Int], _ inputs: [String]) {
    layers.append(ModelLayer(name: name, type: type, shape: shape, inputs: inputs))
  }

  /// Adds a layer that looks up a row of a tensor that was trained, if there is such a tensor.
  mutating func addRows(_ tensor: String, _ type: String, _ inputs: [String]) {
    guard has(tensor) else { return }
    layers.append(
      ModelLayer(
        name: tensor, type: type, shape: rowShape(tensor), parameters: size(tensor), inputs: inputs)
    )
  }

  /// Adds a layer that looks up what was taken from the data, if there is such a tensor.
  mutating func addKept(
    _ tensor: String, _ type: String, shape: [Int]? = nil, with others: [String] = [],
    _ inputs: [String]
  ) {
    guard has(tensor) else { return }
    layers.append(
      ModelLayer(
        name: tensor, type: type, shape: shape ?? rowShape(tensor),
        kept: ([tensor] + others).reduce(0) { $0 + size($1) }, inputs: inputs))
  }

  /// Adds a layer.
  mutating func add(_ layer: ModelLayer) { layers.append(layer) }

  /// Adds what makes a rating of a key, by the model's link.
  mutating func addRating(_ model: ModelConfiguration, of key: String) {
    if model.link == .sigmoid {
      add("rating", "Sigmoid × range", [1], [key])
    } else if model.type != .dot, !model.type.isRelevance {
      add("rating", "Add train mean", [1], [key])
    }
  }

  private static func usesTime(_ model: ModelConfiguration) -> Bool {
    switch model.details {
    case .neural(let network): network.date != nil
    case .bayesianFM(let machine): machine.features.contains { $0.needsTime }
    case .stack(let stack): stack.asOf != nil
    case .blend(let blend): blend.models.contains { usesTime($0) }
    default: false
    }
  }

  private static func inputs(of hasTime: Bool) -> [ModelLayer] {
    sharedInputs.prefix(hasTime ? 3 : 2).map {
      ModelLayer(name: $0, type: "Input", shape: [1])
    }
  }

  /// Layers under longer names; user, item and time are those that are there already.
  private static func prefixed(_ layers: [ModelLayer], by prefix: String) -> [ModelLayer] {
    func name(_ name: String) -> String { sharedInputs.contains(name) ? name : prefix + name }
    return layers.filter { !sharedInputs.contains($0.name) }.map {
      var layer = $0
      layer.name = name(layer.name)
      layer.inputs = layer.inputs.map(name)
      return layer
    }
  }
}
