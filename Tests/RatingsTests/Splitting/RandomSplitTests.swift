import Testing

@testable import Ratings

@Suite struct RandomSplitTests {
  @Test func theShippedDatasetIsSplitAsByScikitLearn() {
    let rows = RandomSplit.heldOutRows(count: 100_836, testFraction: 0.1, seed: 42)
    #expect(rows.count == 10_084)
    #expect(
      rows.prefix(10) == [
        67_037, 42_175, 93_850, 6_187, 12_229, 7_433, 53_802, 65_098, 68_041, 11_854,
      ])
  }

  @Test(
    arguments: [1, 2, 3, 10, 63, 64, 65, 127, 128, 129, 1000, 4097, 100_836],
    [0, 0.001, 0.1, 0.25, 0.5, 0.9, 0.9999])
  func theAscendingRowsAreThoseOfThePermutation(count: Int, fraction: Double) {
    for seed: UInt32 in [0, 42, .max] {
      let ordered = RandomSplit.heldOutRows(count: count, testFraction: fraction, seed: seed)
      let ascending = RandomSplit.ascendingHeldOutRows(
        count: count, testFraction: fraction, seed: seed)
      #expect(ascending == ordered.sorted())
    }
  }

  /// 0.07 · 100 is a little above 7 in double precision, and scikit-learn rounds that up.
  @Test(arguments: [(0.1, 10, 1), (0.1, 11, 2), (0.1, 100_836, 10_084), (0.07, 100, 8), (0, 9, 0)])
  func theCountIsTheCeilingInDoublePrecision(fraction: Double, count: Int, expected: Int) {
    #expect(DatasetSplit.rowCount(fraction: fraction, of: count) == expected)
  }
}
