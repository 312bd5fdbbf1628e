import Kernels

extension NeuralModel {
  /// The tensor of the days of the users' first ratings.
  private static let firstDays = "user_first_day"

  /// Creates the model from the tensors of a bundle.
  init(
    _ configuration: ModelConfiguration, tensors: [NamedTensor], trainingCounts: TrainingCounts
  ) throws(ModelError) {
    let lookup = TensorLookup(tensors: tensors)
    let network = configuration.network
    func table(_ name: String, _ rows: Int, _ columns: Int) throws(ModelError) -> EmbeddingTable {
      EmbeddingTable(
        rows: rows, dimension: columns, values: try lookup.values(name, shape: [rows, columns]))
    }
    let users = try table("user_factors", configuration.users, network.userFactors)
    let items = try table("item_factors", configuration.items, network.itemFactors)
    var layers: [DenseLayer] = []
    let widths = [network.inputs] + configuration.hidden + [1]
    for layer in 0..<widths.count - 1 {
      let (inputs, outputs) = (widths[layer], widths[layer + 1])
      let bias = try lookup.values("dense_\(layer + 1)_bias", shape: [outputs])
      layers.append(
        DenseLayer(
          kernel: try table("dense_\(layer + 1)_kernel", inputs, outputs),
          bias: EmbeddingTable(rows: 1, dimension: outputs, values: bias)))
    }
    var features = FeatureValues()
    let length = network.featureFactors
    if let genres = network.genres {
      features.genres = try table("genre_factors", genres.count + 1, length)
      features.itemGenres = try table("item_genre_factors", configuration.items, length)
    }
    if let date = network.date {
      for part in DatePart.allCases {
        features.dates.append(try table(part.tensorName, date.rows(of: part), length))
      }
      features.firstDays = try lookup.values(Self.firstDays, shape: [configuration.users])
      let farthest = Float(DateEncoding.farthestDay)
      for (user, day) in features.firstDays.enumerated() where abs(day) > farthest {
        throw .outOfRange(name: Self.firstDays, index: user)
      }
    }
    self.init(
      configuration, users: users, items: items, layers: layers, features: features,
      trainingCounts: trainingCounts)
  }

  /// The parameters: factors, then each layer's kernel and bias, then the features.
  public var tensors: [NamedTensor] {
    func tensor(_ name: String, _ table: EmbeddingTable) -> NamedTensor {
      NamedTensor(
        name: name, shape: [table.rows, table.dimension],
        values: table.values(columns: 0..<table.dimension))
    }
    var tensors = [tensor("user_factors", users), tensor("item_factors", items)]
    for (index, layer) in layers.enumerated() {
      let columns = 0..<layer.kernel.dimension
      tensors.append(tensor("dense_\(index + 1)_kernel", layer.kernel))
      tensors.append(
        NamedTensor(
          name: "dense_\(index + 1)_bias", shape: [columns.count],
          values: layer.bias.values(columns: columns)))
    }
    if let genres = features.genres { tensors.append(tensor("genre_factors", genres)) }
    if let means = features.itemGenres { tensors.append(tensor("item_genre_factors", means)) }
    for (part, table) in zip(DatePart.allCases, features.dates) {
      tensors.append(tensor(part.tensorName, table))
    }
    if !features.dates.isEmpty {
      tensors.append(
        NamedTensor(
          name: Self.firstDays, shape: [features.firstDays.count], values: features.firstDays))
    }
    return tensors
  }
}
