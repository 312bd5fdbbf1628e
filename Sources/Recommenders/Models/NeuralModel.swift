public import Kernels
public import Ratings

/// The `neural` model: a small network over a user's and an item's factors.
///
/// key_ui = w_Lᵀ·relu(… relu(W₁ᵀ·[p_u ; q_i] + b₁) …) + b_L. The first layer splits into a user's and
/// an item's part, W₁ᵀ·[p_u ; q_i] = W_uᵀ·p_u + W_iᵀ·q_i, so that scoring all pairs computes each part
/// once.
public struct NeuralModel: RatingPredictor {
  /// What the parameters mean.
  public let configuration: ModelConfiguration
  /// How many training ratings each user and item had.
  public let trainingCounts: TrainingCounts

  private let users: EmbeddingTable
  private let items: EmbeddingTable
  private let layers: [DenseLayer]
  /// W_uᵀ·p_u + b₁ of every user, one row each.
  private let userParts: EmbeddingTable
  /// W_iᵀ·q_i of every item, one row each.
  private let itemParts: EmbeddingTable

  init(
    _ configuration: ModelConfiguration, users: EmbeddingTable, items: EmbeddingTable,
    layers: [DenseLayer], trainingCounts: TrainingCounts
  ) {
    precondition(layers.count == configuration.hidden.count + 1, "a layer is missing")
    self.configuration = configuration
    self.trainingCounts = trainingCounts
    self.users = users
    self.items = items
    self.layers = layers
    userParts = Self.parts(of: users, through: layers[0], from: 0, bias: layers[0].bias)
    itemParts = Self.parts(of: items, through: layers[0], from: configuration.factors, bias: nil)
  }

  /// Creates the model from the tensors of a bundle.
  init(
    _ configuration: ModelConfiguration, tensors: [NamedTensor], trainingCounts: TrainingCounts
  ) throws(ModelError) {
    let lookup = TensorLookup(tensors: tensors)
    let factors = configuration.factors
    let userFactors = try lookup.values("user_factors", shape: [configuration.users, factors])
    let itemFactors = try lookup.values("item_factors", shape: [configuration.items, factors])
    var layers: [DenseLayer] = []
    let widths = [2 * factors] + configuration.hidden + [1]
    for layer in 0..<widths.count - 1 {
      let (inputs, outputs) = (widths[layer], widths[layer + 1])
      let kernel = try lookup.values("dense_\(layer + 1)_kernel", shape: [inputs, outputs])
      let bias = try lookup.values("dense_\(layer + 1)_bias", shape: [outputs])
      layers.append(
        DenseLayer(
          kernel: EmbeddingTable(rows: inputs, dimension: outputs, values: kernel),
          bias: EmbeddingTable(rows: 1, dimension: outputs, values: bias)))
    }
    self.init(
      configuration,
      users: EmbeddingTable(rows: configuration.users, dimension: factors, values: userFactors),
      items: EmbeddingTable(rows: configuration.items, dimension: factors, values: itemFactors),
      layers: layers, trainingCounts: trainingCounts)
  }

  /// The parameters: factors, then each layer's kernel and bias.
  public var tensors: [NamedTensor] {
    let factors = configuration.factors
    var tensors = [
      NamedTensor(
        name: "user_factors", shape: [users.rows, factors],
        values: users.values(columns: 0..<factors)),
      NamedTensor(
        name: "item_factors", shape: [items.rows, factors],
        values: items.values(columns: 0..<factors)),
    ]
    for (index, layer) in layers.enumerated() {
      let columns = 0..<layer.kernel.dimension
      tensors.append(
        NamedTensor(
          name: "dense_\(index + 1)_kernel", shape: [layer.kernel.rows, columns.count],
          values: layer.kernel.values(columns: columns)))
      tensors.append(
        NamedTensor(
          name: "dense_\(index + 1)_bias", shape: [columns.count],
          values: layer.bias.values(columns: columns)))
    }
    return tensors
  }

  /// The ranking key of one pair.
  public func rankingKey(of item: ItemIndex, by user: UserIndex) -> Float {
    if isUnknown(item, user) { return configuration.meanKey }
    return userParts.withValues { userValues in
      itemParts.withValues { itemValues in
        key(
          userValues, user.position * userParts.stride, itemValues,
          item.position * itemParts.stride)
      }
    }
  }

  /// A way to the items with the greatest ranking keys.
  public func selection(of candidates: [UInt32]) -> any RowSelection {
    // Keys that are not a number are never listed, and only the plain keys below say which those are.
    if layers.count == 2, userParts.isFinite, itemParts.isFinite {
      return NetworkSelection(
        users: userParts, items: itemParts, candidates: candidates,
        weights: layers[1].kernel.values(columns: 0..<1), bias: layers[1].bias[0, 0])
    }
    return KeySelection(candidates: candidates) { user in
      userParts.withValues { userValues in
        itemParts.withValues { itemValues in
          candidates.map { item in
            key(
              userValues, user * userParts.stride, itemValues, Int(item) * itemParts.stride)
          }
        }
      }
    }
  }

  private func key(
    _ userValues: borrowing Span<Float>, _ userStart: Int, _ itemValues: borrowing Span<Float>,
    _ itemStart: Int
  ) -> Float {
    let width = layers[0].kernel.dimension
    if layers.count == 2 {
      // The tutorial's shape needs no room for hidden values.
      return layers[1].kernel.withValues { kernel in
        let stride = layers[1].kernel.stride
        var sum = layers[1].bias[0, 0]
        for unit in 0..<width {
          sum +=
            max(userValues[userStart + unit] + itemValues[itemStart + unit], 0)
            * kernel[unit * stride]
        }
        return sum
      }
    }
    var values = (0..<width).map { max(userValues[userStart + $0] + itemValues[itemStart + $0], 0) }
    for (index, layer) in layers.enumerated().dropFirst() {
      values = layer.outputs(of: values, rectified: index < layers.count - 1)
    }
    return values[0]
  }

  private static func parts(
    of table: EmbeddingTable, through layer: DenseLayer, from firstInput: Int, bias: EmbeddingTable?
  ) -> EmbeddingTable {
    var parts = EmbeddingTable(rows: table.rows, dimension: layer.kernel.dimension)
    for row in 0..<table.rows {
      for lane in 0..<table.dimension {
        parts.add(table[row, lane], times: layer.kernel, row: firstInput + lane, to: row)
      }
      if let bias { parts.add(1, times: bias, row: 0, to: row) }
    }
    return parts
  }
}

/// A dense layer: y = Wᵀ·x + b, with one row of the kernel for each input.
struct DenseLayer: Sendable {
  var kernel: EmbeddingTable
  var bias: EmbeddingTable

  /// The layer's outputs, each summed over the inputs in order, the bias last.
  func outputs(of inputs: [Float], rectified: Bool) -> [Float] {
    (0..<kernel.dimension).map { unit in
      var sum: Float = 0
      for input in inputs.indices { sum += inputs[input] * kernel[input, unit] }
      sum += bias[0, unit]
      return rectified ? max(sum, 0) : sum
    }
  }
}
