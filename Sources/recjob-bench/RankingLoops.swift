import Kernels

/// The loops from a model to lists.
enum RankingLoops {
  static let entries = [LoopEntry(name: "panel-scores", make: panelScores)]

  /// The scores of 610 users against 9,724 items.
  private static func panelScores(_ size: LoopSize) -> Loop {
    let users = size.pick(full: 610, tiny: 6)
    let (items, dimension) = (9724, 52)
    let left = EmbeddingTable(
      rows: users, dimension: dimension, values: BenchNumbers.values(users * dimension))
    let panels = PanelTable(
      EmbeddingTable(
        rows: items, dimension: dimension, values: BenchNumbers.values(items * dimension)))
    var scores = EmbeddingTable(rows: 1, dimension: panels.paddedRows)
    return Loop(
      name: "panel-scores", unit: "pairs", count: users * items,
      operations: Double(2 * users * items * dimension)
    ) { _ in
      for user in 0..<users { panels.scores(of: left, row: user, into: &scores) }
    }
  }
}
