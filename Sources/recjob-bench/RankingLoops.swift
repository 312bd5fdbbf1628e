import Kernels

/// The loops from a model to lists.
enum RankingLoops {
  static let entries = [
    LoopEntry(name: "top-k") { topK("top-k", isEven: false, $0) },
    LoopEntry(name: "top-k-all") { topK("top-k-all", isEven: true, $0) },
    LoopEntry(name: "neural-top-k", make: neuralTopK),
  ]

  /// How many rows each user has seen.
  private static let seen = 145

  /// The ten best of 27,000 items with 64 factors, seen ones left out.
  ///
  /// As in trained models, rows differ in length, because rare items learn little; `isEven` makes them
  /// all alike, so that no bound can spare a look at any of them.
  private static func topK(_ name: String, isEven: Bool, _ size: LoopSize) -> Loop {
    let users = size.pick(full: 12_000, tiny: 24)
    let (items, dimension) = (size.pick(full: 27_000, tiny: 100), 64)
    var values = BenchNumbers.values(items * dimension)
    if !isEven {
      for item in 0..<items {
        let length = 1 / (1 + Float(item * 7919 % items) / 3000)
        for lane in 0..<dimension { values[item * dimension + lane] *= length }
      }
    }
    let selection = DotSelection(
      users: EmbeddingTable(
        rows: users, dimension: dimension, values: BenchNumbers.values(users * dimension)),
      items: EmbeddingTable(rows: items, dimension: dimension, values: values),
      candidates: (0..<UInt32(items)).map { $0 }, biasLanes: nil)
    return loop(
      name, unit: "users", count: users, users: users, items: items, selection,
      operations: isEven ? Double(2 * users * items * dimension) : nil)
  }

  /// The ten best of 27,000 items by a network with ten hidden units.
  private static func neuralTopK(_ size: LoopSize) -> Loop {
    let users = size.pick(full: 12_000, tiny: 24)
    let (items, hidden) = (size.pick(full: 27_000, tiny: 100), 10)
    let selection = NetworkSelection(
      users: EmbeddingTable(
        rows: users, dimension: hidden, values: BenchNumbers.values(users * hidden)),
      items: EmbeddingTable(
        rows: items, dimension: hidden, values: BenchNumbers.values(items * hidden)),
      candidates: (0..<UInt32(items)).map { $0 }, weights: BenchNumbers.values(hidden), bias: 0.1)
    return loop(
      "neural-top-k", unit: "pairs", count: users * items, users: users, items: items, selection,
      operations: Double(4 * users * items * hidden))
  }

  private static func loop(
    _ name: String, unit: String, count: Int, users: Int, items: Int,
    _ selection: some RowSelection, operations: Double?
  ) -> Loop {
    let usersAtOnce = 10 * SelectionGroup.users
    let seen = min(seen, items / 2)
    return Loop(
      name: name, unit: unit, count: count, operations: operations, ownThreads: nil
    ) { threads in
      Parallel.forEach((users + usersAtOnce - 1) / usersAtOnce, threads: threads) { part in
        let range = part * usersAtOnce..<min((part + 1) * usersAtOnce, users)
        var excluded = ExcludedRows()
        for user in range {
          excluded.append((0..<seen).map { UInt32(($0 * items / seen + user) % items) }.sorted())
        }
        let lists = selection.lists(of: 10, for: range, excluding: excluded)
        precondition(lists.allSatisfy { $0.count == 10 }, "a list is too short")
      }
    }
  }
}
