import Kernels
import Ratings

/// Adds up what a sample of a sampler's parameters says of each user and each item.
struct SampleFolding: Sendable {
  private let userBlock: FoldedBlock
  private let itemBlock: FoldedBlock
  private let encoding: FeatureEncoding

  init(_ encoding: FeatureEncoding) {
    self.encoding = encoding
    userBlock = FoldedBlock(
      encoding.userRows, implicit: encoding.userCount..<encoding.userCount + encoding.itemCount,
      counts: encoding.counts.users, isImplicit: encoding.hasImplicit, dropsUnseen: true)
    itemBlock = FoldedBlock(
      encoding.itemRows, implicit: encoding.itemCount..<encoding.itemCount + encoding.userCount,
      counts: encoding.counts.items, isImplicit: encoding.hasImplicit, dropsUnseen: false)
  }

  /// Writes a sampler's present parameters into a lane of the kept samples.
  func fold(_ sampler: FMSampler, into store: inout SampleStore, lane: Int) {
    let parameters = sampler.parameters
    let lanes = store.lanes
    func write(_ table: EmbeddingTable, _ rows: Range<Int>, _ target: inout EmbeddingTable) {
      SampleStore.write(table, rows: rows, to: &target, lane: lane, lanes: lanes)
    }
    write(userBlock.folded(parameters[0]), 0..<encoding.userCount, &store.users)
    write(itemBlock.folded(parameters[1]), 0..<encoding.itemCount, &store.items)
    let (users, items) = (encoding.userCount, encoding.itemCount)
    if var raters = store.raters, var rated = store.rated {
      (store.raters, store.rated) = (nil, nil)
      write(parameters[0], users..<users + items, &rated)
      write(parameters[1], items..<items + users, &raters)
      (store.raters, store.rated) = (raters, rated)
    }
    var next = 2
    func writeBlock(_ target: inout EmbeddingTable?) {
      guard var table = target else { return }
      target = nil
      write(parameters[next], 0..<parameters[next].rows, &table)
      target = table
      next += 1
    }
    writeBlock(&store.cross)
    writeBlock(&store.days)
    writeBlock(&store.neighbours)
    store.globals[0, lane] = sampler.intercept
    store.globals[1, lane] = Float(1 / sampler.noisePrecision)
    for (place, cut) in sampler.cutpoints.enumerated() {
      store.globals[2 + place, lane] = Float(cut)
    }
  }
}

/// The rows of a block with the shares that they have once a pair's own entry has joined them.
private struct FoldedBlock: Sendable {
  private let rows: Int
  private let rowOfEntry: [UInt32]
  private let features: [UInt32]
  private let values: [Float]
  private let squaredValues: [Float]

  /// Prepares a block. `implicit` are the features of the implicit sets, whose values fall from 1/√n to
  /// 1/√(n + 1); where `dropsUnseen`, rows that training never saw go without a feature of their own.
  init(
    _ block: SparseRows, implicit: Range<Int>, counts: [Int32], isImplicit: Bool, dropsUnseen: Bool
  ) {
    var rowOfEntry: [UInt32] = []
    rowOfEntry.reserveCapacity(block.indices.count)
    var values = block.values
    for row in 0..<block.count {
      let count = Float(counts[row])
      let share = (count / (count + 1)).squareRoot()
      for place in block.places(of: row) {
        rowOfEntry.append(UInt32(row))
        let feature = Int(block.indices[place])
        if isImplicit, implicit.contains(feature) { values[place] *= share }
        if dropsUnseen, feature == row, counts[row] == 0 { values[place] = 0 }
      }
    }
    rows = block.count
    self.rowOfEntry = rowOfEntry
    features = block.indices
    self.values = values
    squaredValues = values.map { $0 * $0 }
  }

  /// The rows' linear terms less half the squares, and their factors.
  func folded(_ parameters: EmbeddingTable) -> EmbeddingTable {
    var sums = EmbeddingTable(rows: rows, dimension: parameters.dimension)
    sums.add(values, times: parameters, rows: features, to: rowOfEntry)
    var squares = EmbeddingTable(rows: rows, dimension: parameters.dimension)
    var squared = parameters
    squared.withMutableValues { values in
      for place in values.indices { values[place] *= values[place] }
    }
    squares.add(squaredValues, times: squared, rows: features, to: rowOfEntry)
    let (stride, dimension) = (sums.stride, sums.dimension)
    sums.withMutableValues { sums in
      squares.withValues { squares in
        for row in 0..<rows {
          var sum: Float = 0
          for lane in 1..<dimension { sum += squares[row * stride + lane] }
          sums[row * stride] -= 0.5 * sum
        }
      }
    }
    return sums
  }
}
