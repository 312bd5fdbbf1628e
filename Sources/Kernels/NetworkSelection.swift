internal import CKernels

/// Selects rows by a network with one hidden layer: bias + Σ weights·max(user + row, 0), summed in the
/// order of the units.
public struct NetworkSelection: RowSelection {
  private let users: EmbeddingTable
  private let panels: PanelTable
  private let weights: [Float]
  private let bias: Float

  /// Prepares the selection.
  ///
  /// - Parameters:
  ///   - users: What each user contributes to the hidden units.
  ///   - items: What each row contributes.
  ///   - candidates: The numbers of the rows that may be selected.
  ///   - weights: The weight of each unit.
  ///   - bias: The output's bias.
  /// - Precondition: The tables are finite: a sum that is not a number would count as 0.
  public init(
    users: EmbeddingTable, items: EmbeddingTable, candidates: [UInt32], weights: [Float],
    bias: Float
  ) {
    precondition(
      users.dimension == items.dimension && users.dimension == weights.count,
      "rows differ in length")
    precondition(users.isFinite && items.isFinite, "a unit is not a number")
    self.users = users
    panels = PanelTable(items, rows: candidates)
    self.weights = weights
    self.bias = bias
  }

  /// The best `k` rows for each of some users.
  public func lists(
    of k: Int, for users: Range<Int>, excluding excluded: ExcludedRows
  ) -> [[ScoredRow]] {
    precondition(users.lowerBound >= 0 && users.upperBound <= self.users.rows, "no such user")
    let pack = UserPack(self.users, rows: Array(users))
    let making = ListMaking(of: k, for: users, excluding: excluded)
    // Safety: the pack has the values of all users, and there is a weight for each unit.
    return unsafe making.lists(inOrder: Array(users)) { lists in
      unsafe weights.withUnsafeBufferPointer { weights in
        guard let weights = weights.baseAddress else { return }
        var packed = unsafe rk_users(
          values: pack.values.start, count: users.count, bounds: nil, offsets: nil)
        var output = unsafe rk_output(weights: weights, bias: bias)
        // The kernel has the pack's address only, which does not keep it.
        withExtendedLifetime(pack) {
          unsafe panels.withPanels { unsafe rk_top_k_network($0, &packed, &output, lists, k) }
        }
      }
    }
  }
}

/// Selects rows by keys that somebody else computes.
public struct KeySelection: RowSelection {
  private let candidates: [UInt32]
  private let keys: @Sendable (_ user: Int) -> [Float]

  /// Prepares the selection; `keys` returns a user's key of each candidate.
  public init(candidates: [UInt32], keys: @escaping @Sendable (_ user: Int) -> [Float]) {
    self.candidates = candidates
    self.keys = keys
  }

  /// The best `k` rows for each of some users.
  public func lists(
    of k: Int, for users: Range<Int>, excluding excluded: ExcludedRows
  ) -> [[ScoredRow]] {
    let making = ListMaking(of: k, for: users, excluding: excluded)
    // Safety: there are as many keys as candidates, and a list for each user.
    return unsafe making.lists(inOrder: Array(users)) { lists in
      for (place, user) in users.enumerated() {
        let keys = keys(user)
        precondition(keys.count == candidates.count, "a key is missing")
        unsafe candidates.withUnsafeBufferPointer { rows in
          unsafe keys.withUnsafeBufferPointer { keys in
            guard let rows = rows.baseAddress, let keys = keys.baseAddress else { return }
            unsafe rk_top_k_keys(keys, rows, candidates.count, lists + place, k)
          }
        }
      }
    }
  }
}
