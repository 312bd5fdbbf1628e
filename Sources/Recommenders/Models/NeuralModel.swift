public import Kernels
public import Ratings

/// The `neural` model: a small network over a user's and an item's factors, and over features.
///
/// key_ui = w_Lᵀ·relu(… relu(W₁ᵀ·[p_u ; q_i ; g_i ; d_t] + b₁) …) + b_L, where g_i is the mean of the
/// embeddings of the item's genres and d_t are the embeddings of the parts of the time t, as far as the
/// model uses them. The first layer splits into a user's, an item's and a date's part,
/// W₁ᵀ·[p_u ; q_i ; g_i ; d_t] = W_uᵀ·p_u + W_dᵀ·d_t + W_iᵀ·[q_i ; g_i], so that scoring all pairs at one
/// time computes each part once.
///
/// The ranking keys are those of the newest time that training saw. With features, a user or item that
/// training never saw has factors of zero if `cold` is `known-terms`: the prediction comes from the side
/// and the features that are known.
public struct NeuralModel: RatingPredictor {
  /// What the parameters mean.
  public let configuration: ModelConfiguration
  /// How many training ratings each user and item had.
  public let trainingCounts: TrainingCounts

  let users: EmbeddingTable
  let items: EmbeddingTable
  let layers: [DenseLayer]
  let features: FeatureValues
  /// W_uᵀ·p_u + b₁ of every user, one row each.
  private let userParts: EmbeddingTable
  /// The same with the part of the date that recommendations are made for.
  private let rankedUserParts: EmbeddingTable
  /// W_iᵀ·[q_i ; g_i] of every item, one row each.
  private let itemParts: EmbeddingTable
  /// W_dᵀ·d of every embedding of each part of the date; empty if the model does not use dates.
  private let dateParts: [EmbeddingTable]

  init(
    _ configuration: ModelConfiguration, users: EmbeddingTable, items: EmbeddingTable,
    layers: [DenseLayer], features: FeatureValues = FeatureValues(),
    trainingCounts: TrainingCounts
  ) {
    precondition(layers.count == configuration.hidden.count + 1, "a layer is missing")
    self.configuration = configuration
    self.trainingCounts = trainingCounts
    self.layers = layers
    self.features = features
    let network = configuration.network
    let dropsUnseen = network.hasFeatures && configuration.cold == .knownTerms
    self.users = dropsUnseen ? Self.clearing(users, where: trainingCounts.users) : users
    self.items = dropsUnseen ? Self.clearing(items, where: trainingCounts.items) : items
    userParts = Self.parts(of: self.users, through: layers[0], from: 0, bias: layers[0].bias)
    var itemParts = Self.parts(
      of: self.items, through: layers[0], from: network.userFactors, bias: nil)
    if let genres = features.itemGenres {
      Self.add(genres, through: layers[0], from: network.firstGenreInput, to: &itemParts)
    }
    self.itemParts = itemParts
    dateParts = features.dates.enumerated().map { part, table in
      Self.parts(
        of: table, through: layers[0],
        from: network.firstDateInput + part * network.featureFactors, bias: nil)
    }
    guard let date = network.date else {
      rankedUserParts = userParts
      return
    }
    var ranked = userParts
    for user in 0..<ranked.rows {
      let day = trainingCounts.users[user] == 0 ? nil : Int(features.firstDays[user])
      for (part, row) in date.rows(of: date.asOf, firstDay: day).enumerated() {
        ranked.add(1, times: dateParts[part], row: Int(row), to: user)
      }
    }
    rankedUserParts = ranked
  }

  /// The ranking key of one pair.
  public func rankingKey(of item: ItemIndex, by user: UserIndex) -> Float {
    if isUnknown(item, user) { return configuration.meanKey }
    return rankedUserParts.withValues { userValues in
      itemParts.withValues { itemValues in
        key(
          userValues, user.position * rankedUserParts.stride, itemValues,
          item.position * itemParts.stride)
      }
    }
  }

  /// What is predicted for rows at their times.
  public func predictions(of rows: RatingColumns, threads: Int) -> RatingPredictions {
    RatingPredictions(
      ratings: RatingPredictions.map(rows, threads: threads) { row in
        configuration.rating(
          ofKey: key(of: rows.items[row], by: rows.users[row], at: rows[row].timestamp))
      })
  }

  /// The key of one pair at a time, in seconds since 1970-01-01 UTC; `nil` if it is not known. It is
  /// the ranking key if the model does not use dates, and at the newest time that training saw.
  public func key(of item: ItemIndex, by user: UserIndex, at timestamp: Int64?) -> Float {
    guard let date = configuration.network.date, !isUnknown(item, user) else {
      return rankingKey(of: item, by: user)
    }
    let width = layers[0].kernel.dimension
    let isKnown = trainingCounts.users[user.position] > 0
    let rows = date.rows(
      of: timestamp, firstDay: isKnown ? Int(features.firstDays[user.position]) : nil)
    var values = userParts.withValues { span in
      let start = user.position * userParts.stride
      return (0..<width).map { span[start + $0] }
    }
    for (part, row) in rows.enumerated() {
      dateParts[part].withValues { span in
        let start = Int(row) * dateParts[part].stride
        for unit in 0..<width { values[unit] += span[start + unit] }
      }
    }
    return itemParts.withValues { itemValues in
      key(values.span, 0, itemValues, item.position * itemParts.stride)
    }
  }

  /// A way to the items with the greatest ranking keys.
  public func selection(of candidates: [UInt32]) -> any RowSelection {
    // Keys that are not a number are never listed, and only the plain keys below say which those are.
    if layers.count == 2, rankedUserParts.isFinite, itemParts.isFinite {
      return NetworkSelection(
        users: rankedUserParts, items: itemParts, candidates: candidates,
        weights: layers[1].kernel.values(columns: 0..<1), bias: layers[1].bias[0, 0])
    }
    return KeySelection(candidates: candidates) { user in
      rankedUserParts.withValues { userValues in
        itemParts.withValues { itemValues in
          candidates.map { item in
            key(
              userValues, user * rankedUserParts.stride, itemValues, Int(item) * itemParts.stride)
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
    add(table, through: layer, from: firstInput, to: &parts)
    if let bias {
      for row in 0..<table.rows { parts.add(1, times: bias, row: 0, to: row) }
    }
    return parts
  }

  private static func add(
    _ table: EmbeddingTable, through layer: DenseLayer, from firstInput: Int,
    to parts: inout EmbeddingTable
  ) {
    for row in 0..<table.rows {
      for lane in 0..<table.dimension {
        parts.add(table[row, lane], times: layer.kernel, row: firstInput + lane, to: row)
      }
    }
  }

  /// A table with zeros in the rows that have no training ratings.
  private static func clearing(_ table: EmbeddingTable, where counts: [Int32]) -> EmbeddingTable {
    var table = table
    for row in counts.indices where counts[row] == 0 { table.clear(row..<row + 1) }
    return table
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
