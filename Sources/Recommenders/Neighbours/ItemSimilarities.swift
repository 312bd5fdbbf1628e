import Kernels

/// Similarities of items: the correlation of their residuals, shrunk by how few rated both.
///
/// s_ij = n / (n + shrinkage) · Σ e_ui e_uj / √(Σ e_ui² · Σ e_uj²), the sums over the n common raters.
/// Only what is above 0 is kept, and of each item the greatest; ties go to the lower item.
enum ItemSimilarities {
  /// A user with more ratings has no part in the similarities: the pairs of such a user would take
  /// most of the time and say little.
  static let mostRatingsOfRater = 10_000
  /// The number of ranges of items that threads take in turn.
  private static let rangeCount = 256

  /// What two items have in common, summed over those who rated both.
  private struct CoRating {
    var raters: Float = 0
    var product: Float = 0
    var ownSquares: Float = 0
    var otherSquares: Float = 0
  }

  /// The similar items of each, the most similar first.
  ///
  /// An item's are a pure function of its number, and every sum is in the order of the raters.
  ///
  /// - Parameters:
  ///   - byUser: The residuals of each user, by ascending item.
  ///   - byItem: The same of each item, by ascending user.
  ///   - shrinkage: See above.
  ///   - kept: How many are kept of each item.
  ///   - threads: The number of threads; it has no influence on the result.
  /// - Returns: A row for each item.
  /// - Complexity: O(Σ_u n_u²) for users with n_u ratings, at most 10,000 × ratings; 16 bytes an item
  ///   for each thread, and 8 for each similarity that is kept.
  static func rows(
    byUser: CompressedRows, byItem: CompressedRows, shrinkage: Float, kept: Int, threads: Int
  ) -> CompressedRows {
    let items = byItem.count
    let length = max((items + rangeCount - 1) / rangeCount, 1)
    let parts = Parallel.map((items + length - 1) / length, threads: threads) { number in
      let range = number * length..<min((number + 1) * length, items)
      return rows(range, byUser: byUser, byItem: byItem, shrinkage: shrinkage, kept: kept)
    }
    return CompressedRows(joining: parts)
  }

  private static func rows(
    _ range: Range<Int>, byUser: CompressedRows, byItem: CompressedRows, shrinkage: Float, kept: Int
  ) -> CompressedRows {
    var starts = [0]
    var columns: [UInt32] = []
    var values: [Float] = []
    var sums = [CoRating](repeating: CoRating(), count: byItem.count)
    var met: [UInt32] = []
    var order: [UInt64] = []
    for item in range {
      collect(item, byUser: byUser, byItem: byItem, into: &sums, &met)
      order.removeAll(keepingCapacity: true)
      for other in met {
        let found = sums[Int(other)]
        sums[Int(other)] = CoRating()
        guard Int(other) != item, found.product > 0 else { continue }
        let similarity =
          found.product / (found.ownSquares * found.otherSquares).squareRoot()
          * (found.raters / (found.raters + shrinkage))
        guard similarity > 0, similarity.isFinite else { continue }
        // Bits of positive floats are in the order of their values.
        order.append(UInt64(similarity.bitPattern) << 32 | UInt64(~other))
      }
      met.removeAll(keepingCapacity: true)
      Self.sortGreatest(&order, first: kept)
      for packed in order.prefix(kept) {
        columns.append(~UInt32(truncatingIfNeeded: packed))
        values.append(Float(bitPattern: UInt32(packed >> 32)))
      }
      starts.append(columns.count)
    }
    return CompressedRows(starts: starts, columns: columns, values: values)
  }

  /// Sums up what an item has in common with all others.
  private static func collect(
    _ item: Int, byUser: CompressedRows, byItem: CompressedRows, into sums: inout [CoRating],
    _ met: inout [UInt32]
  ) {
    var sums = sums.mutableSpan
    let (raters, own) = (byItem.columns.span, byItem.values.span)
    let (others, residuals) = (byUser.columns.span, byUser.values.span)
    let starts = byUser.starts.span
    for place in byItem.places(of: item) {
      let user = Int(raters[place])
      let rated = starts[user]..<starts[user + 1]
      guard rated.count <= mostRatingsOfRater else { continue }
      let residual = own[place]
      let square = residual * residual
      for entry in rated {
        let other = Int(others[entry])
        let value = residuals[entry]
        if sums[other].raters == 0 { met.append(others[entry]) }
        sums[other].raters += 1
        sums[other].product += residual * value
        sums[other].ownSquares += square
        sums[other].otherSquares += value * value
      }
    }
  }

  /// Puts the greatest first, in falling order; the rest is in no order.
  private static func sortGreatest(_ values: inout [UInt64], first count: Int) {
    var (low, high) = (0, values.count)
    // Quickselect: afterwards no value behind `count` is above one before it.
    while high - low > 32, low < count, count < high {
      let pivot = median(values[low], values[(low + high) / 2], values[high - 1])
      var (left, right) = (low, high - 1)
      while left <= right {
        while values[left] > pivot { left += 1 }
        while values[right] < pivot { right -= 1 }
        if left <= right {
          values.swapAt(left, right)
          left += 1
          right -= 1
        }
      }
      if count <= right + 1 { high = right + 1 } else if count > left { low = left } else { break }
    }
    if count < high, high < values.count { values.removeLast(values.count - high) }
    values.sort(by: >)
  }

  private static func median(_ a: UInt64, _ b: UInt64, _ c: UInt64) -> UInt64 {
    max(min(a, b), min(max(a, b), c))
  }
}
