internal import Kernels

/// What ``FMSampler`` samples from: ratings and the features of each, which all chains share.
struct FMSamplerData: Sendable {
  /// The ratings, in the order of the first block's rows, so that those of a row lie side by side.
  let targets: [Float]
  /// The features, their ratings in the same order.
  let blocks: [RelationalBlock]
  /// How many factors the features of each block's groups have.
  let shares: [[FactorShare]]

  /// Puts ratings in order and plans how features are drawn.
  init(blocks: [FeatureBlock], targets: [Float]) {
    let order = Self.order(blocks.first?.rowOfRating ?? [], rows: blocks.first?.rowCount ?? 0)
    self.targets = order.map { targets[Int($0)] }
    self.blocks = blocks.map { block in
      RelationalBlock(
        rowOfRating: order.map { block.rowOfRating[Int($0)] }, starts: block.starts,
        indices: block.indices, values: block.values, groups: block.groups.map(\.count))
    }
    shares = blocks.map { $0.groups.map(\.share) }
  }

  /// The ratings by their row, those of a row in their order.
  private static func order(_ rows: [UInt32], rows count: Int) -> [UInt32] {
    var next = [Int](repeating: 0, count: count + 1)
    for row in rows { next[Int(row) + 1] += 1 }
    for row in 0..<count { next[row + 1] += next[row] }
    var order = [UInt32](repeating: 0, count: rows.count)
    for (rating, row) in rows.enumerated() {
      order[next[Int(row)]] = UInt32(rating)
      next[Int(row)] += 1
    }
    return order
  }
}
