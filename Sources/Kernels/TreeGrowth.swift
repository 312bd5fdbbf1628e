/// How regression trees are grown.
public struct TreeOptions: Equatable, Sendable {
  /// The number of trees.
  public var trees = 800
  /// The share of what a tree found that is added to the sum.
  public var learningRate = 0.05
  /// The most leaves of a tree; 16 at most.
  public var leaves = 15
  /// The fewest rows of a leaf.
  public var leastRows = 80
  /// What is added to the number of a leaf's rows when their mean is taken.
  public var damping = 20.0

  /// Creates the default options.
  public init() {}
}

extension TreeEnsemble {
  /// Fits trees to targets by gradient boosting with squared loss.
  ///
  /// Each tree is grown on what the sum of those before leaves of the targets. The leaf that is split
  /// next is the one whose split lowers the loss most (best first). A leaf may be split between two of 64
  /// bins of a feature, one border of each feature being drawn at random for each leaf: what is found by
  /// chance in the best of many borders is not learnt. A leaf's value is the mean of its residuals,
  /// shrunk by ``TreeOptions/damping``, times the learning rate. Sums are of integers, and borders are
  /// drawn by tree, leaf and feature: the trees do not depend on the number of threads.
  ///
  /// Friedman, *Greedy Function Approximation: A Gradient Boosting Machine*, 2001; bins, leaves best
  /// first and siblings by subtraction as in Ke et al., *LightGBM*, 2017; random borders as in Geurts,
  /// Ernst and Wehenkel, *Extremely Randomized Trees*, 2006.
  ///
  /// - Parameters:
  ///   - targets: The target of each row. Those beyond −100 and 100 count as these, and one that is
  ///     no number as 0.
  ///   - rows: The features, row by row, all finite.
  ///   - width: The number of features.
  ///   - options: How trees are grown.
  ///   - seed: The seed of the borders.
  ///   - threads: The number of threads; it has no influence on the trees.
  /// - Complexity: O(trees × rows × features × log leaves).
  public init(
    fitting targets: [Float], to rows: [Float], width: Int, options: TreeOptions, seed: UInt32,
    threads: Int
  ) {
    precondition(rows.count == targets.count * width, "a row of features is missing")
    precondition(options.leaves <= Self.mostLeaves, "too many leaves")
    let bins = FeatureBins(rows, width: width, threads: threads)
    var growth = TreeGrowth(
      bins: bins, numbers: bins.numbers(rows, threads: threads), targets: targets,
      options: options, seed: seed, threads: threads)
    var (nodes, roots): ([Node], [Int]) = ([], [])
    for number in 0..<options.trees {
      roots.append(nodes.count)
      nodes += growth.tree(number, from: nodes.count)
    }
    guard let trees = TreeEnsemble(nodes: nodes, roots: roots, width: width) else {
      preconditionFailure("trees have as many leaves and bounds as they may")
    }
    self = trees
  }
}

/// Trees while they are grown. Residuals are integers in units of ``TreeEnsemble/unit``.
private struct TreeGrowth {
  /// The greatest target; a twentieth of what 32 bits hold, since residuals may grow before they fall.
  private static let limit: Float = 100

  private let bins: FeatureBins
  private let width: Int
  /// The bins of all rows, row by row.
  private let numbers: [UInt8]
  private let options: TreeOptions
  private let seed: UInt32
  private let threads: Int
  private var residuals: [Int32]
  /// The numbers of the rows, those of a leaf side by side and ascending.
  private var order: [UInt32]

  /// A leaf that may be split.
  private struct Leaf {
    var place: Int
    var rows: Range<Int>
    var sums: BinSums
    var split: Split?
    var value: Int32
  }

  /// The best way to part a leaf's rows.
  private struct Split {
    var gain: Double
    var feature: Int
    /// The last bin of the left part.
    var bin: Int
  }

  init(
    bins: FeatureBins, numbers: [UInt8], targets: [Float], options: TreeOptions, seed: UInt32,
    threads: Int
  ) {
    self.seed = seed
    self.bins = bins
    self.numbers = numbers
    self.options = options
    self.threads = threads
    width = bins.bounds.count
    residuals = targets.map { target in
      let bounded = min(max(target.isNaN ? 0 : target, -Self.limit), Self.limit)
      return Int32((bounded / TreeEnsemble.unit).rounded())
    }
    order = []
  }

  /// Grows a tree, whose nodes stand from `first` on, and takes what it found from the residuals.
  mutating func tree(_ number: Int, from first: Int) -> [TreeEnsemble.Node] {
    order = (0..<UInt32(residuals.count)).map { $0 }
    var nodes = [TreeEnsemble.Node.leaf(0)]
    var leaves = [
      leaf(0, of: number, rows: 0..<order.count, sums: sums(of: 0..<order.count))
    ]
    while leaves.count < options.leaves {
      var best: Int?
      for (number, leaf) in leaves.enumerated() {
        guard let split = leaf.split else { continue }
        if split.gain > best.flatMap({ leaves[$0].split?.gain }) ?? 0 { best = number }
      }
      guard let best, let split = leaves[best].split else { break }
      let parent = leaves[best]
      let middle = part(parent.rows, by: split)
      let (left, right) = (parent.rows.lowerBound..<middle, middle..<parent.rows.upperBound)
      let place = nodes.count
      nodes[parent.place] = .question(
        feature: split.feature, bound: bins.bounds[split.feature][split.bin],
        child: first + place)
      nodes += [.leaf(0), .leaf(0)]
      // The sums of the larger part are those of both less those of the smaller one.
      let isLeftSmaller = left.count < right.count
      let smaller = sums(of: isLeftSmaller ? left : right)
      let larger = parent.sums.subtracting(smaller)
      leaves[best] = leaf(
        place, of: number, rows: left, sums: isLeftSmaller ? smaller : larger)
      leaves.append(
        leaf(place + 1, of: number, rows: right, sums: isLeftSmaller ? larger : smaller))
    }
    for leaf in leaves {
      nodes[leaf.place] = .leaf(leaf.value)
      for row in order[leaf.rows] { residuals[Int(row)] -= leaf.value }
    }
    return nodes
  }

  private func leaf(_ place: Int, of tree: Int, rows: Range<Int>, sums: BinSums) -> Leaf {
    let (sum, count) = sums.total
    let mean = options.learningRate * Double(sum) / (Double(count) + options.damping)
    let split = split(sums, sum: sum, count: count) { feature in
      Int(draw(tree: tree, place: place, feature: feature) % UInt64(bins.bounds[feature].count))
    }
    return Leaf(
      place: place, rows: rows, sums: sums, split: split, value: Int32(mean.rounded()))
  }

  /// A random number for a feature of a leaf (the mixing function of SplitMix64; Steele, Lea and Flood,
  /// *Fast Splittable Pseudorandom Number Generators*, 2014).
  private func draw(tree: Int, place: Int, feature: Int) -> UInt64 {
    var word = UInt64(seed) << 32 ^ UInt64(tree)
    for part in [UInt64(place), UInt64(feature)] {
      word = (word ^ part) &+ 0x9e37_79b9_7f4a_7c15
      word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
      word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
      word ^= word >> 31
    }
    return word
  }

  /// Of one split of each feature the one that lowers the loss most; the first of several.
  private func split(
    _ sums: BinSums, sum: Int64, count: Int64, lastBin: (_ feature: Int) -> Int
  ) -> Split? {
    func score(_ sum: Int64, _ count: Int64) -> Double {
      Double(sum) * Double(sum) / (Double(count) + options.damping)
    }
    let least = Int64(options.leastRows)
    guard count >= 2 * least else { return nil }
    let whole = score(sum, count)
    var best: Split?
    for feature in 0..<width where !bins.bounds[feature].isEmpty {
      let bin = lastBin(feature)
      let (leftSum, leftCount) = sums.total(feature, through: bin)
      guard leftCount >= least, count - leftCount >= least else { continue }
      let gain = score(leftSum, leftCount) + score(sum - leftSum, count - leftCount) - whole
      if gain > best?.gain ?? 0 { best = Split(gain: gain, feature: feature, bin: bin) }
    }
    return best
  }

  /// Puts the rows of the left part before those of the right one and returns where the latter begin.
  private mutating func part(_ rows: Range<Int>, by split: Split) -> Int {
    var right: [UInt32] = []
    var next = rows.lowerBound
    for place in rows {
      let row = order[place]
      if Int(numbers[Int(row) * width + split.feature]) <= split.bin {
        order[next] = row
        next += 1
      } else {
        right.append(row)
      }
    }
    order.replaceSubrange(next..<rows.upperBound, with: right)
    return next
  }

  private static let pieceLength = 1 << 13

  /// The sums over some rows by feature and bin.
  private func sums(of rows: Range<Int>) -> BinSums {
    let pieces = min(threads, (rows.count + Self.pieceLength - 1) / Self.pieceLength)
    guard pieces > 1 else { return BinSums(width, numbers, residuals, order[rows]) }
    let parts = Parallel.map(pieces, threads: threads) { piece in
      let first = rows.lowerBound + rows.count * piece / pieces
      let end = rows.lowerBound + rows.count * (piece + 1) / pieces
      return BinSums(width, numbers, residuals, order[first..<end])
    }
    return parts.dropFirst().reduce(parts[0]) { $0.adding($1) }
  }
}

/// The sums of residuals and the numbers of rows by feature and bin.
private struct BinSums: Sendable {
  /// For each feature and bin the sum and the number, side by side.
  private var values: [Int64]

  init(_ width: Int, _ numbers: [UInt8], _ residuals: [Int32], _ rows: ArraySlice<UInt32>) {
    values = [Int64](repeating: 0, count: width * FeatureBins.most * 2)
    unsafe values.withUnsafeMutableBufferPointer { values in
      unsafe numbers.withUnsafeBufferPointer { numbers in
        unsafe residuals.withUnsafeBufferPointer { residuals in
          for row in rows {
            let residual = unsafe Int64(residuals[Int(row)])
            let first = Int(row) &* width
            for feature in 0..<width {
              let bin = unsafe Int(numbers[first &+ feature])
              let place = (feature &* FeatureBins.most &+ bin) &* 2
              unsafe values[place] &+= residual
              unsafe values[place &+ 1] &+= 1
            }
          }
        }
      }
    }
  }

  /// Of the first bins of a feature.
  func total(_ feature: Int, through bin: Int) -> (sum: Int64, count: Int64) {
    let first = feature * FeatureBins.most * 2
    var (sum, count): (Int64, Int64) = (0, 0)
    for place in stride(from: first, through: first + 2 * bin, by: 2) {
      sum += values[place]
      count += values[place + 1]
    }
    return (sum, count)
  }

  /// Of all rows: the bins of any feature together.
  var total: (sum: Int64, count: Int64) { total(0, through: FeatureBins.most - 1) }

  func adding(_ other: BinSums) -> BinSums { merged(other, &+) }

  func subtracting(_ other: BinSums) -> BinSums { merged(other, &-) }

  private func merged(_ other: BinSums, _ operation: (Int64, Int64) -> Int64) -> BinSums {
    var sums = self
    for place in sums.values.indices {
      sums.values[place] = operation(values[place], other.values[place])
    }
    return sums
  }
}
