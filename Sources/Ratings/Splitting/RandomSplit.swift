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
}
