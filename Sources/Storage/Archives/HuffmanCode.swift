/// A prefix code for symbols of known frequencies, canonical and of at most 15 bits, as Deflate
/// (RFC 1951, section 3.2.2) has them.
struct HuffmanCode {
  private static let maximumLength = 15

  /// The bits of each symbol's code; 0 for symbols that do not occur.
  private(set) var lengths: [Int]
  /// The codes, with the bit that is to be written first as the lowest.
  private(set) var bits: [UInt64]

  /// Makes the code of symbols, of which two or more occur.
  init(frequencies: [Int]) {
    // Rare ones first; the order of equals is that of the symbols, so that it is the same always.
    let symbols = frequencies.indices.filter { frequencies[$0] > 0 }
      .sorted { (frequencies[$0], $0) < (frequencies[$1], $1) }
    precondition(symbols.count > 1, "a code needs two symbols")
    let counts = Self.lengthCounts(symbols.map { frequencies[$0] })
    lengths = [Int](repeating: 0, count: frequencies.count)
    var next = 0
    for length in counts.indices.reversed() {
      for symbol in symbols[next..<next + counts[length]] { lengths[symbol] = length }
      next += counts[length]
    }
    bits = Self.codes(lengths, counts: counts)
  }

  /// How many codes have each length, for ascending frequencies.
  private static func lengthCounts(_ frequencies: [Int]) -> [Int] {
    // Leaves, then the nodes above them in the order in which they are made, which is ascending:
    // the two lightest of those without a parent are the next of each of the two.
    var weights = frequencies
    let leaves = frequencies.count
    var parents = [Int](repeating: 0, count: 2 * leaves - 1)
    var (leaf, node) = (0, leaves)
    while weights.count < parents.count {
      var weight = 0
      for _ in 0..<2 {
        let takesLeaf = leaf < leaves && (node == weights.count || weights[leaf] <= weights[node])
        let child = takesLeaf ? leaf : node
        if takesLeaf { leaf += 1 } else { node += 1 }
        parents[child] = weights.count
        weight += weights[child]
      }
      weights.append(weight)
    }
    var depths = [Int](repeating: 0, count: parents.count)
    var counts = [Int](repeating: 0, count: maximumLength + 1)
    for place in (0..<parents.count - 1).reversed() {
      depths[place] = depths[parents[place]] + 1
      // What is deeper than allowed is taken up for now, which leaves too few codes for all.
      if place < leaves { counts[min(depths[place], maximumLength)] += 1 }
    }
    var excess = -(1 << maximumLength)
    for length in 1...maximumLength { excess += counts[length] << (maximumLength - length) }
    while excess > 0 {
      // The longest code that can still grow makes room for one of the greatest length beside it.
      guard let length = (1..<maximumLength).last(where: { counts[$0] > 0 }) else { break }
      counts[length] -= 1
      counts[length + 1] += 2
      counts[maximumLength] -= 1
      excess -= 1
    }
    return counts
  }

  /// Codes of one length ascend with the symbols, and shorter ones come first.
  private static func codes(_ lengths: [Int], counts: [Int]) -> [UInt64] {
    var next = [UInt64](repeating: 0, count: counts.count)
    for length in 2..<counts.count {
      next[length] = (next[length - 1] + UInt64(counts[length - 1])) << 1
    }
    return lengths.map { length in
      if length == 0 { return 0 }
      next[length] += 1
      return reversed(next[length] - 1, count: length)
    }
  }

  /// The lowest `count` bits in the opposite order.
  static func reversed(_ bits: UInt64, count: Int) -> UInt64 {
    (0..<count).reduce(0) { $0 << 1 | bits >> UInt64($1) & 1 }
  }
}
