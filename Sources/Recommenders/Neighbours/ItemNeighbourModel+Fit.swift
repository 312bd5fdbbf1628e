import Ratings

extension ItemNeighbourModel {
  /// The number of items, and of items of a user, that a tensor's floats count exactly.
  static let mostItems = 1 << 24

  /// Fits the model to ratings; there are no epochs.
  ///
  /// - Throws: ``TrainingError/unsuitable(model:reason:)`` beyond 16,777,216 items.
  /// - Complexity: O(Σ_u n_u²) for users with n_u ratings, but no more than 10,000 × ratings; 16 bytes a
  ///   rating, and 8 × `keptNeighbours` bytes an item at most.
  static func fit(
    _ inputs: TrainingInputs, options: NeighbourOptions
  ) throws(TrainingError) -> ItemNeighbourModel {
    guard inputs.items <= mostItems else {
      throw .unsuitable(
        model: .itemKNN,
        reason:
          "it takes at most \(mostItems) items and there are \(inputs.items); drop items with few "
          + "ratings by dataset.filters, or choose the type als")
    }
    let baseline = BiasModel.fit(
      inputs.ratings, users: inputs.users, items: inputs.items, scale: inputs.scale,
      threads: inputs.threads)
    var configuration = baseline.configuration
    configuration.type = .itemKNN
    configuration.details = .itemKNN(options.details)
    let tensors = baseline.tensors
    let userBiases = tensors.first { $0.name == "user_bias" }?.values ?? []
    let itemBiases = tensors.first { $0.name == "item_bias" }?.values ?? []
    let mean = configuration.trainMean
    let ratings = inputs.ratings
    let columns = ratings.columns
    func residual(at position: Int) -> (user: Int, item: Int, value: Float) {
      let row = ratings.row(at: position)
      let (user, item) = (columns.users[row].position, columns.items[row].position)
      return (user, item, columns.values[row] - mean - userBiases[user] - itemBiases[item])
    }
    let byUser = CompressedRows(rows: inputs.users, columns: inputs.items, entries: ratings.count) {
      let (user, item, value) = residual(at: $0)
      return (user, item, value)
    }
    let byItem = CompressedRows(rows: inputs.items, columns: inputs.users, entries: ratings.count) {
      let (user, item, value) = residual(at: $0)
      return (item, user, value)
    }
    let similarities = ItemSimilarities.rows(
      byUser: byUser, byItem: byItem, shrinkage: Float(options.shrinkage),
      kept: options.keptNeighbours, threads: inputs.threads)
    return ItemNeighbourModel(
      configuration, details: options.details, userBiases: userBiases, itemBiases: itemBiases,
      similarities: similarities, residuals: byUser, trainingCounts: baseline.trainingCounts)
  }
}
