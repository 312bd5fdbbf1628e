public import Kernels
public import Ratings

/// The models whose ranking key is a dot product: `bias`, `dot`, `biased-dot`, `logistic-dot`,
/// `svd-plus-plus`, `als`, `ials`.
///
/// key_ui = p_u · q_i + b_u + c_i. The biases ride along as two more lanes of the rows: a user's
/// row is (p_u, b_u, 1), an item's is (q_i, 1, c_i), so that one dot product is the whole key. `dot`
/// and `ials` have no such lanes, `bias` nothing else.
public struct FactorModel: RatingPredictor {
  /// What the parameters mean.
  public let configuration: ModelConfiguration
  /// How many training ratings each user and item had.
  public let trainingCounts: TrainingCounts

  let users: EmbeddingTable
  let items: EmbeddingTable
  /// What `svd-plus-plus` needs of training to say why; `nil` where a bundle does not have it.
  let ratedItems: RatedItemRows?
  /// α₀ Σ_i q_i q_iᵀ of `ials`, for saying why.
  let background: EmbeddingTable?

  /// Takes over tables of rows as described above.
  ///
  /// With `known-terms`, the rows of users and items that training never saw lose their factors and
  /// bias, so that only the other side's terms are left.
  init(
    _ configuration: ModelConfiguration, users: EmbeddingTable, items: EmbeddingTable,
    ratedItems: RatedItemRows? = nil, trainingCounts: TrainingCounts
  ) {
    precondition(
      users.dimension == Self.dimension(configuration) && items.dimension == users.dimension
        && users.rows == configuration.users && items.rows == configuration.items,
      "the tables do not have the configured shape")
    self.configuration = configuration
    self.trainingCounts = trainingCounts
    let hasBias = configuration.type.hasBiases
    let factors = configuration.factors
    if configuration.cold == .knownTerms {
      self.users = Self.clearing(
        users, where: trainingCounts.users, constantLanes: hasBias ? factors + 1..<factors + 2 : nil
      )
      // What a user says of an item by rating it first is known of an item without ratings too.
      let share = configuration.type == .svdPlusPlus ? 1 : 0
      self.items = Self.clearing(
        items, where: trainingCounts.items,
        constantLanes: hasBias ? factors - share..<factors + 1 : nil)
    } else {
      self.users = users
      self.items = items
    }
    self.ratedItems = configuration.details == .none ? nil : ratedItems
    background = Self.background(configuration, items: self.items)
  }

  /// Creates the model from the tensors of a bundle.
  init(
    _ configuration: ModelConfiguration, tensors: [NamedTensor], trainingCounts: TrainingCounts
  ) throws(ModelError) {
    let lookup = TensorLookup(tensors: tensors)
    let (users, items) = (configuration.users, configuration.items)
    let factors = configuration.factors
    let userFactors =
      factors > 0 ? try lookup.values("user_factors", shape: [users, factors]) : []
    let itemFactors =
      factors > 0 ? try lookup.values("item_factors", shape: [items, factors]) : []
    let hasBias = configuration.type.hasBiases
    let userBias = hasBias ? try lookup.values("user_bias", shape: [users]) : nil
    let itemBias = hasBias ? try lookup.values("item_bias", shape: [items]) : nil
    let keepsRatedItems = configuration.type == .svdPlusPlus && configuration.details != .none
    let ratedItems =
      keepsRatedItems
      ? try RatedItemRows(lookup, items: items, factors: factors - PairHistory.lanes) : nil
    self.init(
      configuration,
      users: Self.table(factors: userFactors, count: factors, rows: users, userBias) { ($0, 1) },
      items: Self.table(factors: itemFactors, count: factors, rows: items, itemBias) { (1, $0) },
      ratedItems: ratedItems, trainingCounts: trainingCounts)
  }

  static func dimension(_ configuration: ModelConfiguration) -> Int {
    configuration.factors + (configuration.type.hasBiases ? 2 : 0)
  }

  /// A table of rows with the two bias lanes that `lanes` makes of a bias.
  static func table(
    factors: [Float], count: Int, rows: Int, _ bias: [Float]?,
    lanes: (Float) -> (Float, Float)
  ) -> EmbeddingTable {
    guard let bias else { return EmbeddingTable(rows: rows, dimension: count, values: factors) }
    var table = EmbeddingTable(rows: rows, dimension: count + 2)
    let stride = table.stride
    table.withMutableValues { span in
      for row in 0..<rows {
        for lane in 0..<count { span[row * stride + lane] = factors[row * count + lane] }
        (span[row * stride + count], span[row * stride + count + 1]) = lanes(bias[row])
      }
    }
    return table
  }

  /// The parameters: factors, then biases, as far as the type has them.
  public var tensors: [NamedTensor] {
    parts.map {
      NamedTensor(
        name: $0.shape.name, shape: $0.shape.shape, values: $0.table.values(columns: $0.columns))
    }
  }

  /// The names and shapes of the parameters.
  public var tensorShapes: [TensorShape] { parts.map(\.shape) }

  /// Where the parameters are.
  private var parts: [(shape: TensorShape, table: EmbeddingTable, columns: Range<Int>)] {
    let factors = configuration.factors
    var parts: [(shape: TensorShape, table: EmbeddingTable, columns: Range<Int>)] = []
    func add(_ name: String, _ table: EmbeddingTable, _ columns: Range<Int>, shape: [Int]) {
      parts.append((TensorShape(name: name, shape: shape), table, columns))
    }
    if factors > 0 {
      add("user_factors", users, 0..<factors, shape: [users.rows, factors])
      add("item_factors", items, 0..<factors, shape: [items.rows, factors])
    }
    if configuration.type.hasBiases {
      add("user_bias", users, factors..<factors + 1, shape: [users.rows])
      add("item_bias", items, factors + 1..<factors + 2, shape: [items.rows])
    }
    return parts + (ratedItems?.parts ?? [])
  }

  /// The ranking key of one pair, summed over the lanes in ascending order.
  public func rankingKey(of item: ItemIndex, by user: UserIndex) -> Float {
    if isUnknown(item, user) { return configuration.meanKey }
    let userStart = user.position * users.stride
    let itemStart = item.position * items.stride
    return users.withValues { userValues in
      items.withValues { itemValues in
        var sum: Float = 0
        for lane in 0..<users.dimension {
          sum += userValues[userStart + lane] * itemValues[itemStart + lane]
        }
        return sum
      }
    }
  }

  /// The ranking keys of several items, each summed as a single one.
  public func rankingKeys(by user: UserIndex, of items: [UInt32]) -> [Float] {
    guard !fallsBackToMean else {
      return items.map { rankingKey(of: ItemIndex(Int($0)), by: user) }
    }
    let userStart = user.position * users.stride
    let (stride, dimension) = (self.items.stride, users.dimension)
    return users.withValues { userValues in
      self.items.withValues { itemValues in
        items.map { item in
          let itemStart = Int(item) * stride
          var sum: Float = 0
          for lane in 0..<dimension {
            sum += userValues[userStart + lane] * itemValues[itemStart + lane]
          }
          return sum
        }
      }
    }
  }

  /// A way to the items with the greatest ranking keys.
  public func selection(of candidates: [UInt32]) -> any RowSelection {
    let factors = configuration.factors
    return DotSelection(
      users: users, items: items, candidates: candidates,
      biasLanes: configuration.type.hasBiases ? (user: factors, item: factors + 1) : nil)
  }

  private static func clearing(
    _ table: EmbeddingTable, where counts: [Int32], constantLanes: Range<Int>?
  ) -> EmbeddingTable {
    guard counts.contains(0) else { return table }
    var cleared = table
    let (stride, dimension) = (table.stride, table.dimension)
    cleared.withMutableValues { span in
      for row in counts.indices where counts[row] == 0 {
        for lane in 0..<dimension where constantLanes?.contains(lane) != true {
          span[row * stride + lane] = 0
        }
      }
    }
    return cleared
  }
}
