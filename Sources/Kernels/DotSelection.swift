internal import CKernels

/// Selects rows by their dot product with a user's row.
///
/// The rows are visited in the order of what they can reach at most for a user of middle length, so
/// that the lists fill with good rows early. By the inequality of Cauchy and Schwarz, no key is above
/// ‖p‖·‖q‖ plus the terms of the two rows that do not depend on each other; the visit ends where that
/// bound is below the worst of the list (the length-based pruning of Teflioudi, Gemulla and Mykytiuk,
/// *LEMP: Fast Retrieval of Large Entries in a Matrix Product*, SIGMOD 2015). The lists are those of
/// looking at all rows, to the bit: the bounds leave room for the rounding of a key, also of one whose
/// products are so small that they lose digits.
public struct DotSelection: RowSelection {
  private let users: EmbeddingTable
  private let panels: PanelTable
  /// For each user the length of the row and the term that is the same with every item.
  private let userReach: [Reach]
  /// Lengths that users are rounded up to, ascending.
  private let lengths: [Float]
  /// For each of the lengths the bounds of the panels, side by side.
  private let bounds: [Float]

  private static let lengthCount = 32

  /// What a row contributes to the bound of a key.
  private struct Reach {
    var length: Float
    var offset: Float
  }

  /// Prepares the selection.
  ///
  /// - Parameters:
  ///   - users: The users' rows.
  ///   - items: The rows to select from, of the same dimension.
  ///   - candidates: The numbers of those that may be selected.
  ///   - biasLanes: The lane in which items have a 1 and users a bias, and the one in which users have a
  ///     1 and items a bias; `nil` if there are none.
  /// - Complexity: O((users + items) × dimension).
  public init(
    users: EmbeddingTable, items: EmbeddingTable, candidates: [UInt32],
    biasLanes: (user: Int, item: Int)?
  ) {
    precondition(users.dimension == items.dimension, "rows differ in length")
    self.users = users
    let slack = Float(items.dimension + 16) * 0x1p-23
    userReach = Self.reach(
      of: users, own: biasLanes?.user, other: biasLanes?.item, slack: slack)
    let itemReach = Self.reach(
      of: items, own: biasLanes?.item, other: biasLanes?.user, slack: slack)
    let sorted = userReach.map(\.length).sorted()
    let last = max(sorted.count - 1, 0)
    lengths =
      sorted.isEmpty
      ? [0] : (1...Self.lengthCount).map { sorted[last * $0 / Self.lengthCount] }
    let middle = sorted.isEmpty ? 0 : sorted[last / 2]
    func bound(_ item: UInt32, _ length: Float) -> Float {
      let reach = itemReach[Int(item)]
      return reach.offset + length * reach.length
    }
    let keyed = candidates.map { (bound: bound($0, middle), row: $0) }.sorted {
      $0.bound != $1.bound ? $0.bound > $1.bound : $0.row < $1.row
    }
    let order = keyed.map(\.row)
    let panels = PanelTable(items, rows: order)
    let isFinite =
      userReach.allSatisfy { ($0.length + $0.offset).isFinite }
      && itemReach.allSatisfy { ($0.length + $0.offset).isFinite }
    var bounds = [Float](repeating: .infinity, count: lengths.count * panels.count)
    if isFinite {
      let width = Int(RK_PANEL_ROWS)
      for (number, length) in lengths.enumerated() {
        var highest = -Float.infinity
        for panel in (0..<panels.count).reversed() {
          for row in order[panel * width..<min((panel + 1) * width, order.count)] {
            highest = max(highest, bound(row, length))
          }
          bounds[number * panels.count + panel] = highest
        }
      }
    }
    self.panels = panels
    self.bounds = bounds
  }

  /// The best `k` rows for each of some users.
  public func lists(
    of k: Int, for users: Range<Int>, excluding excluded: ExcludedRows
  ) -> [[ScoredRow]] {
    precondition(users.lowerBound >= 0 && users.upperBound <= self.users.rows, "no such user")
    // Users of like lengths come to the end of their visits together.
    let order = users.sorted { userReach[$0].length > userReach[$1].length }
    let pack = UserPack(self.users, rows: order)
    let offsets = order.map { userReach[$0].offset }
    // The first of a group is the longest.
    let longest = stride(from: 0, to: order.count, by: SelectionGroup.users).map {
      userReach[order[$0]].length
    }
    let steps = longest.map { length in lengths.firstIndex { $0 >= length } ?? lengths.count - 1 }
    let making = ListMaking(of: k, for: users, excluding: excluded)
    // Safety: the pack has the values of all users in order, each group has a bound for each panel, and
    // each user an offset.
    return unsafe making.lists(inOrder: order) { lists in
      unsafe bounds.withUnsafeBufferPointer { bounds in
        unsafe offsets.withUnsafeBufferPointer { offsets in
          unsafe withUnsafeTemporaryAllocation(
            of: UnsafePointer<Float>.self, capacity: steps.count
          ) { groups in
            guard let start = bounds.baseAddress, let first = groups.baseAddress else { return }
            for (group, step) in steps.enumerated() {
              unsafe (first + group).initialize(to: start + step * panels.count)
            }
            var packed = unsafe rk_users(
              values: pack.values.start, count: order.count, bounds: UnsafePointer(first),
              offsets: offsets.baseAddress)
            // The kernel has the pack's address only, which does not keep it.
            withExtendedLifetime(pack) {
              unsafe panels.withPanels { unsafe rk_top_k_dots($0, &packed, lists, k) }
            }
          }
        }
      }
    }
  }

  /// The reach of each row, greater by a share `slack`, which is more than rounding adds to a key, and by
  /// the least normal number, which is more than products below it gain when they are rounded.
  ///
  /// `own` is the lane that counts alone, being multiplied by 1, `other` the lane that is 1.
  private static func reach(
    of table: EmbeddingTable, own: Int?, other: Int?, slack: Float
  ) -> [Reach] {
    table.withValues { values in
      (0..<table.rows).map { row in
        var squares = 0.0
        for lane in 0..<table.dimension where lane != own && lane != other {
          let value = Double(values[row * table.stride + lane])
          squares += value * value
        }
        let offset = own.map { values[row * table.stride + $0] } ?? 0
        return Reach(
          length: Float(squares.squareRoot()) * (1 + slack),
          offset: offset + abs(offset) * slack + .leastNormalMagnitude)
      }
    }
  }
}
