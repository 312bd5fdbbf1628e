import Kernels

/// The items of `svd-plus-plus` as the users' rows were solved against them, for saying why.
///
/// The rows that predict have room for one more rating (``PairHistory``), and what an item adds to the
/// users who rate it is in the users' rows already, so neither is there otherwise.
struct RatedItemRows: Sendable {
  /// q_j and c_j, the item's history included.
  let rows: EmbeddingTable
  /// y_j and ȳ_j: what the item adds to the row of a user who rates it.
  let history: EmbeddingTable

  init(rows: EmbeddingTable, history: EmbeddingTable) {
    precondition(
      rows.rows == history.rows && rows.dimension == history.dimension, "rows differ in length")
    self.rows = rows
    self.history = history
  }

  /// Reads the rows of a bundle.
  init(_ lookup: TensorLookup, items: Int, factors: Int) throws(ModelError) {
    func table(_ name: String) throws(ModelError) -> EmbeddingTable {
      guard factors > 0 else { throw .missingTensor(name: "\(name)_factors") }
      let values = try lookup.values("\(name)_factors", shape: [items, factors])
      let biases = try lookup.values("\(name)_bias", shape: [items])
      var rows: [Float] = []
      rows.reserveCapacity(values.count + items)
      for item in 0..<items {
        rows += values[item * factors..<(item + 1) * factors]
        rows.append(biases[item])
      }
      return EmbeddingTable(rows: items, dimension: factors + 1, values: rows)
    }
    self.init(rows: try table("rated_item"), history: try table("history"))
  }

  /// Where the tensors of a bundle are.
  var parts: [(shape: TensorShape, table: EmbeddingTable, columns: Range<Int>)] {
    [("rated_item", rows), ("history", history)].flatMap { name, table in
      let factors = table.dimension - 1
      return [
        (
          TensorShape(name: "\(name)_factors", shape: [table.rows, factors]), table, 0..<factors
        ),
        (TensorShape(name: "\(name)_bias", shape: [table.rows]), table, factors..<factors + 1),
      ]
    }
  }
}
