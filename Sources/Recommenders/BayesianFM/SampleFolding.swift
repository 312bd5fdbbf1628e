import Kernels
import Ratings

/// The parameters of a sampler after an iteration.
struct FMSample: Sendable {
  /// For each block: rows as `FactorizationSweep` has them.
  let weights: [EmbeddingTable]
  let intercept: Float
  let noisePrecision: Double
  let cutpoints: [Double]
}

/// Adds up what samples say of each user and each item.
struct SampleFolding: Sendable {
  private let userRows: WeightedRows
  private let itemRows: WeightedRows
  private let userCount: Int
  private let itemCount: Int

  init(_ encoding: FeatureEncoding) {
    (userCount, itemCount) = (encoding.userCount, encoding.itemCount)
    userRows = Self.folded(
      encoding.userRows, implicit: userCount..<userCount + itemCount,
      counts: encoding.counts.users, isImplicit: encoding.hasImplicit, dropsUnseen: true)
    itemRows = Self.folded(
      encoding.itemRows, implicit: itemCount..<itemCount + userCount,
      counts: encoding.counts.items, isImplicit: encoding.hasImplicit, dropsUnseen: false)
  }

  /// The rows of a block with the shares that they have once a pair's own entry has joined them.
  ///
  /// `implicit` are the features of the implicit sets, whose values fall from 1/√n to 1/√(n + 1); where
  /// `dropsUnseen`, rows that training never saw go without a feature of their own.
  private static func folded(
    _ block: SparseRows, implicit: Range<Int>, counts: [Int32], isImplicit: Bool, dropsUnseen: Bool
  ) -> WeightedRows {
    var values = block.values
    for row in 0..<block.count {
      let count = Float(counts[row])
      let share = (count / (count + 1)).squareRoot()
      for place in block.places(of: row) {
        let feature = Int(block.indices[place])
        if isImplicit, implicit.contains(feature) { values[place] *= share }
        if dropsUnseen, feature == row, counts[row] == 0 { values[place] = 0 }
      }
    }
    return WeightedRows(
      starts: block.starts, indices: block.indices, values: values,
      features: Int(block.indices.max() ?? 0) + 1)
  }

  /// Writes samples into consecutive lanes of the kept ones, at most sixteen.
  func write(_ samples: [FMSample], to store: inout SampleStore, lane: Int, threads: Int) {
    let writer = SampleWriter(
      rank: store.factors, lane: lane, of: store.lanes, threads: threads)
    func weights(_ block: Int) -> [EmbeddingTable] { samples.map { $0.weights[block] } }
    writer.write(sumsOf: userRows, weights(0), to: &store.users)
    writer.write(sumsOf: itemRows, weights(1), to: &store.items)
    func write(_ block: Int, _ features: Range<Int>?, _ target: inout EmbeddingTable?) {
      guard var table = target else { return }
      // No copy is made of a table that has one owner.
      target = nil
      writer.write(weights(block), features: features ?? 0..<table.rows, to: &table)
      target = table
    }
    write(0, userCount..<userCount + itemCount, &store.rated)
    write(1, itemCount..<itemCount + userCount, &store.raters)
    var next = 2
    func writeBlock(_ target: inout EmbeddingTable?) {
      guard target != nil else { return }
      write(next, nil, &target)
      next += 1
    }
    writeBlock(&store.cross)
    writeBlock(&store.days)
    writeBlock(&store.neighbours)
    for (place, sample) in samples.enumerated() {
      store.globals[0, lane + place] = sample.intercept
      store.globals[1, lane + place] = Float(1 / sample.noisePrecision)
      for (row, cut) in sample.cutpoints.enumerated() {
        store.globals[2 + row, lane + place] = Float(cut)
      }
    }
  }
}
