import Kernels
import Ratings

/// The ratings by user and by item.
enum RatingLists {
  /// Sorts the ratings of a training both ways; `value` makes the members' values of the ratings.
  static func both(
    _ inputs: TrainingInputs, value: @Sendable (Float) -> Float = { $0 }
  ) -> (users: RowLists, items: RowLists) {
    let ratings = inputs.ratings
    let columns = ratings.columns
    let lists = Parallel.map(2, threads: inputs.threads) { side in
      side == 0
        ? RowLists(rows: inputs.users, otherRows: inputs.items, count: ratings.count) { position in
          let row = ratings.row(at: position)
          return (
            columns.users[row].rawValue, columns.items[row].rawValue, value(columns.values[row])
          )
        }
        : RowLists(rows: inputs.items, otherRows: inputs.users, count: ratings.count) { position in
          let row = ratings.row(at: position)
          return (
            columns.items[row].rawValue, columns.users[row].rawValue, value(columns.values[row])
          )
        }
    }
    return (lists[0], lists[1])
  }
}

extension Initializer {
  /// Normal numbers with a standard deviation, as ``heNormal(count:fanIn:unit:threads:)`` draws them.
  func normal(count: Int, deviation: Double, threads: Int) -> [Float] {
    let unit = heNormal(count: count, fanIn: 2, unit: 0, threads: threads)
    return unit.map { $0 * Float(deviation) }
  }
}

extension BiasModel {
  /// The items' offsets in the baseline of a training's ratings.
  static func itemOffsets(_ inputs: TrainingInputs) -> [Float] {
    let model = fit(
      inputs.ratings, users: inputs.users, items: inputs.items, scale: inputs.scale,
      threads: inputs.threads)
    return model.tensors.first { $0.name == "item_bias" }?.values
      ?? Array(repeating: 0, count: inputs.items)
  }
}
