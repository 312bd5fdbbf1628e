import Kernels
import Ratings

/// The kept samples of a `bayesian-fm` model, a lane for each, as ``SampleRows`` describes.
///
/// What is fixed for a user or an item is added up: a row of `users` or `items` is that of its block,
/// its linear term less half the squares of its features. The shares of the implicit sets are those
/// after a pair's own entry has joined, 1/√(n + 1). Rows of features that have some of the factors only
/// have no lanes for the others.
struct SampleStore: Sendable, Equatable {
  let factors: Int
  let lanes: Int
  var users: EmbeddingTable
  var items: EmbeddingTable
  /// The items' features of users, and the users' of items; `nil` without implicit sets.
  var raters: EmbeddingTable?
  var rated: EmbeddingTable?
  var cross: EmbeddingTable?
  var days: EmbeddingTable?
  var neighbours: EmbeddingTable?
  /// Rows of one group: w₀, the variance of the noise, the cut-points of the ordered probit.
  var globals: EmbeddingTable

  /// Makes room for samples.
  init(shape: SampleShape) {
    let lanes = SampleRows.lanes(for: shape.samples)
    (factors, self.lanes) = (shape.factors, lanes)
    func table(_ rows: Int, _ factors: Int) -> EmbeddingTable {
      EmbeddingTable(rows: rows, dimension: (factors + 1) * lanes)
    }
    users = table(shape.users, shape.factors)
    items = table(shape.items, shape.factors)
    raters = shape.hasImplicit ? table(shape.users, shape.factors) : nil
    rated = shape.hasImplicit ? table(shape.items, shape.factors) : nil
    cross = shape.crossFeatures.map { table($0, shape.crossFactors) }
    days = shape.days.map { table($0, shape.timeFactors) }
    neighbours = shape.hasNeighbours ? table(NeighbourFeatures.count, shape.timeFactors) : nil
    globals = EmbeddingTable(rows: 2 + shape.cuts, dimension: lanes)
  }

  /// The tables, in a fixed order.
  var tables: [EmbeddingTable] {
    get { [users, items, globals] + [raters, rated, cross, days, neighbours].compactMap(\.self) }
    set {
      (users, items, globals) = (newValue[0], newValue[1], newValue[2])
      var rest = newValue.dropFirst(3)
      if raters != nil { raters = rest.popFirst() }
      if rated != nil { rated = rest.popFirst() }
      if cross != nil { cross = rest.popFirst() }
      if days != nil { days = rest.popFirst() }
      if neighbours != nil { neighbours = rest.popFirst() }
    }
  }
}

/// How much a ``SampleStore`` holds.
struct SampleShape: Sendable, Equatable {
  var factors: Int
  var samples: Int
  var users: Int
  var items: Int
  var hasImplicit: Bool
  var crossFeatures: Int?
  /// How many factors the features of a user and a genre or decade have.
  var crossFactors: Int
  var days: Int?
  var hasNeighbours: Bool
  /// How many factors days and neighbours have.
  var timeFactors: Int
  var cuts: Int
}
