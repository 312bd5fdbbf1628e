/// The `random` split: the rows that scikit-learn's
/// `train_test_split(test_size: testFraction, random_state: seed)` holds out.
public enum RandomSplit {
  /// Returns the held-out rows in scikit-learn's order: the first ⌈`testFraction` · `count`⌉ of the
  /// seeded permutation of the row numbers.
  public static func heldOutRows(count: Int, testFraction: Double, seed: UInt32) -> [Int32] {
    var generator = MersenneTwister(seed: seed)
    let heldOut = DatasetSplit.rowCount(fraction: testFraction, of: count)
    return Array(generator.permutation(of: count).prefix(heldOut))
  }

  /// Returns the same rows in ascending order, without making the permutation.
  ///
  /// The marks of the first places of the shuffled order are carried back through the shuffle, from
  /// its last change of places to its first. A bit for each row stays in the processor's cache, where
  /// the row numbers would not, and the changes within the first places do not matter.
  static func ascendingHeldOutRows(count: Int, testFraction: Double, seed: UInt32) -> [Int32] {
    let heldOut = DatasetSplit.rowCount(fraction: testFraction, of: count)
    guard heldOut > 0 else { return [] }
    var generator = MersenneTwister(seed: seed)
    let partners = generator.partners(ofPositionsBelow: count, downThrough: heldOut)
    var marks = [UInt64](repeating: 0, count: count / 64 + 1)
    for place in 0..<heldOut { marks[place / 64] |= 1 << UInt64(place % 64) }
    for (place, partner) in zip(heldOut..<count, partners.reversed()) {
      let word = marks[Int(partner / 64)]
      let mark: UInt64 = 1 << UInt64(partner % 64)
      // No place from this one on has a mark yet.
      if word & mark != 0 {
        marks[Int(partner / 64)] = word & ~mark
        marks[place / 64] |= 1 << UInt64(place % 64)
      }
    }
    var rows: [Int32] = []
    rows.reserveCapacity(heldOut)
    for (number, word) in marks.enumerated() {
      for place in Bits(word) { rows.append(Int32(64 * number + place)) }
    }
    return rows
  }
}
