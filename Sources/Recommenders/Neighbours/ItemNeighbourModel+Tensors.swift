extension ItemNeighbourModel {
  /// The parameters: biases, then the rows of similarities and of residuals.
  ///
  /// Rows are given by their lengths, since where they start can be beyond 2²⁴, up to which a float
  /// counts exactly. `neighbour_items` of an item are by falling `neighbour_similarities`,
  /// `residual_items` of a user ascend.
  public var tensors: [NamedTensor] {
    func lengths(_ rows: CompressedRows) -> [Float] {
      (0..<rows.count).map { Float(rows.places(of: $0).count) }
    }
    func tensor(_ name: String, _ values: [Float]) -> NamedTensor {
      NamedTensor(name: name, shape: [values.count], values: values)
    }
    return [
      tensor("user_bias", userBiases), tensor("item_bias", itemBiases),
      tensor("neighbour_counts", lengths(similarities)),
      tensor("neighbour_items", similarities.columns.map { Float($0) }),
      tensor("neighbour_similarities", similarities.values),
      tensor("residual_counts", lengths(residuals)),
      tensor("residual_items", residuals.columns.map { Float($0) }),
      tensor("residuals", residuals.values),
    ]
  }

  /// Creates the model from the tensors of a bundle.
  init(
    _ configuration: ModelConfiguration, details: NeighbourDetails, tensors: [NamedTensor],
    trainingCounts: TrainingCounts
  ) throws(ModelError) {
    let lookup = TensorLookup(tensors: tensors)
    let (users, items) = (configuration.users, configuration.items)
    let similarities = try Self.rows(
      lookup, count: items, lengths: "neighbour_counts", columns: "neighbour_items",
      values: "neighbour_similarities", below: items, ascending: false)
    let residuals = try Self.rows(
      lookup, count: users, lengths: "residual_counts", columns: "residual_items",
      values: "residuals", below: items, ascending: true)
    self.init(
      configuration, details: details,
      userBiases: try lookup.values("user_bias", shape: [users]),
      itemBiases: try lookup.values("item_bias", shape: [items]),
      similarities: similarities, residuals: residuals, trainingCounts: trainingCounts)
  }

  /// Reads rows and trusts no number in them.
  private static func rows(
    _ lookup: TensorLookup, count: Int, lengths: String, columns: String, values: String,
    below limit: Int, ascending: Bool
  ) throws(ModelError) -> CompressedRows {
    var starts = [0]
    var total = 0
    for (row, length) in try lookup.values(lengths, shape: [count]).enumerated() {
      guard let length = Int(exactly: length), (0...limit).contains(length) else {
        throw .outOfRange(name: lengths, index: row)
      }
      total += length
      starts.append(total)
    }
    let found = try lookup.values(columns, shape: [total])
    var indices: [UInt32] = []
    indices.reserveCapacity(total)
    for row in 0..<count {
      for place in starts[row]..<starts[row + 1] {
        guard let index = UInt32(exactly: found[place]), Int(index) < limit,
          !ascending || place == starts[row] || index > indices[place - 1]
        else { throw .outOfRange(name: columns, index: place) }
        indices.append(index)
      }
    }
    return CompressedRows(
      starts: starts, columns: indices, values: try lookup.values(values, shape: [total]))
  }
}
