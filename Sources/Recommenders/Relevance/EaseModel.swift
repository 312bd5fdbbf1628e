public import Kernels
public import Ratings

/// A linear model from what a user chose to what the user would choose: key_uj = x_u · B_j.
///
/// B minimises ‖X − XB‖² + λ‖B‖² with a diagonal of zeros: with P = (XᵀX + λI)⁻¹, B_ij = −P_ij / P_jj for
/// i ≠ j (Steck, *Embarrassingly Shallow Autoencoders for Sparse Data*, 2019). X has a row for each user:
/// what the rating counts as a choice (``EaseOptions``), 0 for none. Rows of what items have in common may
/// follow those of the users; whatever is said of users in A is said of these rows too.
///
/// Where there are no more users than items, the matrix A = (XXᵀ + λI)⁻¹ is inverted instead:
/// P = (I − XᵀAX) / λ (Woodbury's identity), and so x_u · P_j = A_u · x_j, P_jj = (1 − x_jᵀ A x_j) / λ, and
/// B_ij = x_iᵀ A x_j / (λ P_jj). Either way,
/// key_uj = −(x_u · P_j) / P_jj + x_uj, where the second term takes the diagonal out.
public struct EaseModel: RatingPredictor {
  /// The greatest number of rows that a matrix to invert may have.
  public static let largestMatrix = 30_000

  /// What the parameters mean.
  public let configuration: ModelConfiguration
  /// How many training ratings each user and item had.
  public let trainingCounts: TrainingCounts

  let inputs: WeightedInteractions
  /// A, users × users, or P, items × items.
  let inverse: EmbeddingTable
  /// 1 / P_jj by item.
  let scales: [Float]
  /// The choices of each item, for multiplying.
  private let products: SparseRowProducts

  /// λ.
  private var l2: Double {
    switch configuration.details {
    case .ease(let details): Double(details.l2)
    default: 1
    }
  }

  /// Whether the matrix is that of the users.
  var isByUsers: Bool { Self.isByUsers(configuration) }

  static func isByUsers(_ configuration: ModelConfiguration) -> Bool {
    configuration.users <= configuration.items
  }

  init(
    _ configuration: ModelConfiguration, inputs: WeightedInteractions, inverse: EmbeddingTable,
    scales: [Float], trainingCounts: TrainingCounts
  ) {
    self.configuration = configuration
    self.inputs = inputs
    self.inverse = inverse
    self.scales = scales
    products = SparseRowProducts(
      starts: inputs.byItem.starts, columns: inputs.byItem.others, weights: inputs.byItem.weights,
      columnCount: inputs.byUser.count)
    self.trainingCounts = trainingCounts
  }

  /// The matrix, the scales and X: the number of choices of each user and of what follows the users, their
  /// items and their inputs, all as floats.
  public var tensors: [NamedTensor] {
    let size = inverse.rows
    let sparse = inputs.tensors
    return [
      NamedTensor(
        name: "inverse", shape: [size, size], values: inverse.values(columns: 0..<size)),
      NamedTensor(name: "item_scale", shape: [scales.count], values: scales),
      NamedTensor(name: "input_count", shape: [sparse.counts.count], values: sparse.counts),
      NamedTensor(name: "input_item", shape: [sparse.items.count], values: sparse.items),
      NamedTensor(name: "input_value", shape: [sparse.weights.count], values: sparse.weights),
    ]
  }

  /// The names and shapes of the tensors: the matrix is large.
  public var tensorShapes: [TensorShape] {
    let entries = inputs.byUser.others.count
    return [
      TensorShape(name: "inverse", shape: [inverse.rows, inverse.rows]),
      TensorShape(name: "item_scale", shape: [scales.count]),
      TensorShape(name: "input_count", shape: [inputs.byUser.count]),
      TensorShape(name: "input_item", shape: [entries]),
      TensorShape(name: "input_value", shape: [entries]),
    ]
  }

  /// The ranking key of one pair: a choice of the item itself does not count.
  ///
  /// - Complexity: O(items).
  public func rankingKey(of item: ItemIndex, by user: UserIndex) -> Float {
    rankingKeys(by: user, of: [item.rawValue])[0]
  }

  /// The ranking keys of some items.
  public func rankingKeys(by user: UserIndex, of items: [UInt32]) -> [Float] {
    var own = [Float](repeating: 0, count: configuration.items)
    let choices = inputs.byUser.entries(of: user.position)
    for entry in choices { own[Int(inputs.byUser.others[entry])] = inputs.byUser.weights[entry] }
    if isByUsers {
      let sums = products.dots(of: items, with: inverse, row: user.position)
      return items.indices.map { place in
        let item = Int(items[place])
        return own[item] - Float(sums[place]) * scales[item]
      }
    }
    var sums = EmbeddingTable(rows: 1, dimension: configuration.items)
    for entry in choices {
      sums.add(
        inputs.byUser.weights[entry], times: inverse, row: Int(inputs.byUser.others[entry]), to: 0)
    }
    return sums.withValues { sums in
      items.map { item in own[Int(item)] - sums[Int(item)] * scales[Int(item)] }
    }
  }

  /// A way to the items with the greatest ranking keys.
  public func selection(of candidates: [UInt32]) -> any RowSelection {
    KeySelection(candidates: candidates) { user in
      rankingKeys(by: UserIndex(user), of: candidates)
    }
  }

  /// x_ui · B_ij for each rated item i: they add up to the key but for rounding. An item that the model
  /// was not trained with adds nothing.
  public func contributions(
    to item: ItemIndex, by user: UserIndex, of rated: [RatedItem]
  ) -> [Float]? {
    let weights = column(item.position)
    return rated.map { rated in
      guard rated.item != item else { return 0 }
      let input = inputs.byUser.weight(user.position, rated.item.rawValue)
      guard input != 0 else { return 0 }
      return input * Float(weights(rated.item.position))
    }
  }

  /// B_ij of one j as a function of i.
  private func column(_ item: Int) -> (Int) -> Double {
    let scale = Double(scales[item])
    let stride = inverse.stride
    guard isByUsers else {
      return { other in
        inverse.withValues { -Double($0[other * stride + item]) * scale }
      }
    }
    // A x_j once, so that each i takes one sum.
    var product = [Double](repeating: 0, count: inputs.byUser.count)
    inverse.withValues { values in
      for entry in inputs.byItem.entries(of: item) {
        let row = Int(inputs.byItem.others[entry]) * stride
        let weight = Double(inputs.byItem.weights[entry])
        for user in product.indices { product[user] += weight * Double(values[row + user]) }
      }
    }
    return { [product, l2] other in
      var sum = 0.0
      for entry in inputs.byItem.entries(of: other) {
        sum += Double(inputs.byItem.weights[entry]) * product[Int(inputs.byItem.others[entry])]
      }
      return sum * scale / l2
    }
  }
}
