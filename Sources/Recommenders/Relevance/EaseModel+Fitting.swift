import Kernels
import Ratings

extension EaseModel {
  /// Items or users that a thread takes at a time.
  private static let pieceLength = 64

  /// Fits the model.
  ///
  /// - Throws: `TrainingError.unsuitable` if the matrix is too large or cannot be inverted.
  /// - Complexity: O(n³) for the smaller number n of users and items, and O(Σ n_j²) or O(Σ n_u²) for
  ///   its matrix, over the choices of each item or user; 8·n² bytes.
  static func fit(
    _ ratings: RatingSubset, _ configuration: ModelConfiguration, options: EaseOptions,
    details: [ItemDetails] = [], threads: Int
  ) throws(TrainingError) -> EaseModel {
    let (users, items) = (configuration.users, configuration.items)
    guard min(users, items) > 0, ratings.count > 0 else { throw .noTrainingRows }
    guard min(users, items) <= largestMatrix else {
      throw .unsuitable(
        model: .ease,
        reason: "it inverts a matrix of the smaller of users and items, of which there may be "
          + "\(largestMatrix) at most and are \(min(users, items)); use `ials`")
    }
    let inputs = WeightedInteractions(
      ratings, users: users, items: items,
      content: content(details, items: items, input: options.contentInput)
    ) { options.input(of: $0, on: configuration.scale) }
    let isByUsers = isByUsers(configuration)
    let rows = isByUsers ? inputs.byUser : inputs.byItem
    let columns = isByUsers ? inputs.byItem : inputs.byUser
    let inverse = SymmetricInverse.inverse(size: rows.count, threads: threads) {
      addProducts($0, rows, columns, to: &$1)
      $1[$0] += options.l2
    }
    guard let inverse else { throw notInvertible }
    let scales =
      isByUsers
      ? scales(inputs.byItem, inverse, l2: options.l2, threads: threads)
      : (0..<items).map { 1 / inverse[$0, $0] }
    guard scales.allSatisfy({ $0.isFinite && $0 > 0 }) else { throw notInvertible }
    var configuration = configuration
    configuration.details = .ease(EaseDetails(l2: Float(options.l2)))
    return EaseModel(
      configuration, inputs: inputs, inverse: inverse, scales: scales,
      trainingCounts: TrainingCounts(ratings, users: users, items: items))
  }

  private static let notInvertible = TrainingError.unsuitable(
    model: .ease, reason: "its matrix cannot be inverted; raise `l2`")

  /// Adds the products of a row with the rows up to it.
  private static func addProducts(
    _ number: Int, _ rows: WeightedInteractions.Rows, _ columns: WeightedInteractions.Rows,
    to values: inout [Double]
  ) {
    for entry in rows.entries(of: number) {
      let weight = Double(rows.weights[entry])
      for other in columns.entries(of: Int(rows.others[entry])) {
        let place = Int(columns.others[other])
        guard place <= number else { break }
        values[place] += weight * Double(columns.weights[other])
      }
    }
  }

  /// λ / (1 − x_jᵀ A x_j) by item.
  private static func scales(
    _ items: WeightedInteractions.Rows, _ inverse: EmbeddingTable, l2: Double, threads: Int
  ) -> [Float] {
    let count = items.count
    return Parallel.map((count + pieceLength - 1) / pieceLength, threads: threads) { piece in
      inverse.withValues { values in
        (piece * pieceLength..<min((piece + 1) * pieceLength, count)).map { item in
          let range = items.entries(of: item)
          var whole = 0.0
          for entry in range {
            let row = Int(items.others[entry]) * inverse.stride
            var sum = 0.0
            for other in range {
              sum += Double(values[row + Int(items.others[other])]) * Double(items.weights[other])
            }
            whole += sum * Double(items.weights[entry])
          }
          return Float(l2 / (1 - whole))
        }
      }
    }.flatMap(\.self)
  }

  /// Takes the model from the tensors of a bundle.
  init(
    _ configuration: ModelConfiguration, tensors: [NamedTensor], trainingCounts: TrainingCounts
  ) throws(ModelError) {
    let lookup = TensorLookup(tensors: tensors)
    let (users, items) = (configuration.users, configuration.items)
    let rows = max(tensors.first { $0.name == "input_count" }?.values.count ?? 0, users)
    let counts = try lookup.values("input_count", shape: [rows])
    let size = Self.isByUsers(configuration) ? rows : items
    let inverse = try lookup.values("inverse", shape: [size, size])
    let scales = try lookup.values("item_scale", shape: [items])
    let count = tensors.first { $0.name == "input_item" }?.values.count ?? 0
    let inputs = WeightedInteractions(
      counts: counts, items: try lookup.values("input_item", shape: [count]),
      weights: try lookup.values("input_value", shape: [count]), itemCount: items)
    guard let inputs else {
      throw .wrongShape(
        name: "input_count", expected: [rows, count],
        actual: [rows, Int(min(counts.reduce(0) { $0 + Double($1) }, 1e15))])
    }
    self.init(
      configuration, inputs: inputs,
      inverse: EmbeddingTable(rows: size, dimension: size, values: inverse), scales: scales,
      trainingCounts: trainingCounts)
  }
}
