internal import CKernels

/// Features in the order in which they are drawn, in batches of up to sixteen. Those of a batch share
/// no row, so that they do not depend on each other and the processor solves them side by side.
struct DrawList: Sendable {
  private let features: StableArray<UInt32>
  private let ends: StableArray<UInt32>

  /// The most features of a batch.
  private static let batchSize = 16
  /// The most words of bits, each for 64 batches and a row: 64 MiB.
  private static let largestWindow = 1 << 23

  /// Takes batches over.
  init(_ batches: [[UInt32]]) {
    features = StableArray(batches.flatMap { $0 }, filler: 0)
    var end: UInt32 = 0
    ends = StableArray(
      batches.map { batch in
        end += UInt32(batch.count)
        return end
      }, filler: 0)
  }

  /// Whether there is no feature.
  var isEmpty: Bool { features.count == 0 }

  /// The features in their order.
  var order: [UInt32] { (0..<features.count).map { features[$0] } }

  /// The features of each batch.
  var batches: [[UInt32]] {
    var first = 0
    return (0..<ends.count).map { batch in
      defer { first = Int(ends[batch]) }
      return (first..<Int(ends[batch])).map { features[$0] }
    }
  }

  /// Calls `body` with the list as the kernels take it.
  func withList(_ body: (UnsafePointer<rk_fm_list>) -> Void) {
    // Safety: the arrays live as long as this list.
    let list = unsafe rk_fm_list(features: features.start, ends: ends.start, batches: ends.count)
    unsafe withUnsafePointer(to: list) { unsafe body($0) }
  }

  /// Divides features of which no two share a row.
  static func batches(apart features: [UInt32]) -> [[UInt32]] {
    stride(from: 0, to: features.count, by: batchSize).map {
      Array(features[$0..<min($0 + batchSize, features.count)])
    }
  }

  /// Divides features, those of many rows first: each goes to the first batch that has room and none
  /// of its rows.
  static func batches(
    of features: [UInt32], rowCount: Int, rows: (Int) -> ArraySlice<UInt32>
  ) -> [[UInt32]] {
    let sorted = features.sorted {
      let (one, other) = (rows(Int($0)).count, rows(Int($1)).count)
      return one != other ? one > other : $0 < $1
    }
    // A bit for each batch of a window; if none of them takes a feature, a new window begins. Of many
    // rows the windows are small, or their bits would take more memory than the ratings.
    let words = min((features.count + 63) / 64, max(1, min(32, largestWindow / max(rowCount, 1))))
    var (closed, open) = ([[UInt32]](), [[UInt32]]())
    var full = [UInt64](repeating: 0, count: words)
    var used = [UInt64](repeating: 0, count: words * rowCount)
    for feature in sorted {
      var taken = full
      for row in rows(Int(feature)) {
        for word in 0..<words { taken[word] |= used[Int(row) * words + word] }
      }
      var word = taken.firstIndex { $0 != .max }
      if word == nil {
        closed += open
        open = []
        full = [UInt64](repeating: 0, count: words)
        used = [UInt64](repeating: 0, count: words * rowCount)
        taken = full
        word = 0
      }
      let place = word ?? 0
      let bit = (~taken[place]).trailingZeroBitCount
      let batch = place * 64 + bit
      if batch == open.count { open.append([]) }
      open[batch].append(feature)
      if open[batch].count == batchSize { full[place] |= 1 << UInt64(bit) }
      for row in rows(Int(feature)) { used[Int(row) * words + place] |= 1 << UInt64(bit) }
    }
    return closed + open
  }
}
