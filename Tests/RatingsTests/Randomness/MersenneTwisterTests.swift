import Testing

@testable import Ratings

@Suite struct MersenneTwisterTests {
  @Test func seed42GivesNumPysFirstWords() {
    var generator = MersenneTwister(seed: 42)
    let words = (0..<10).map { _ in generator.nextWord() }
    #expect(
      words == [
        1_608_637_542, 3_421_126_067, 4_083_286_876, 787_846_414, 3_143_890_026,
        3_348_747_335, 2_571_218_620, 2_563_451_924, 670_094_950, 1_914_837_113,
      ])
  }

  @Test func theDefaultSeedGivesTheTenThousandthWordOfTheStandard() {
    // C++ [rand.predef] names this word for mt19937, whose default seed is 5489.
    var generator = MersenneTwister(seed: 5489)
    for _ in 0..<9_999 { _ = generator.nextWord() }
    #expect(generator.nextWord() == 4_123_659_995)
  }

  @Test func permutationIsNumPysForTheSizeOfTheShippedDataset() {
    var generator = MersenneTwister(seed: 42)
    let permutation = generator.permutation(of: 100_836)
    #expect(
      permutation.prefix(20) == [
        67_037, 42_175, 93_850, 6_187, 12_229, 7_433, 53_802, 65_098, 68_041, 11_854,
        87_810, 60_512, 57_994, 46_319, 61_839, 47_446, 40_203, 19_310, 86_670, 11_134,
      ])
    #expect(permutation.suffix(5) == [6_265, 54_886, 76_820, 860, 15_795])
    #expect(permutation.sorted() == Array(0..<100_836))
  }

  /// Counts around powers of two, where the mask of the words changes.
  @Test(arguments: [1, 2, 3, 63, 64, 65, 1_000])
  func partnersAreThoseOfThePermutation(count: Int) {
    for end in [1, count / 2, count - 1, count] where end >= 1 {
      var generator = MersenneTwister(seed: 7)
      let partners = generator.partners(ofPositionsBelow: count, downThrough: end)
      #expect(partners.count == count - end)
      var other = MersenneTwister(seed: 7)
      for (position, partner) in zip((end..<count).reversed(), partners) {
        let mask = UInt32.max >> UInt32(UInt32(position).leadingZeroBitCount)
        var word = other.nextWord() & mask
        while word > position { word = other.nextWord() & mask }
        #expect(partner == word)
      }
      #expect(generator.nextWord() == other.nextWord())
    }
  }

  @Test(arguments: [0, 1])
  func tinyPermutationsDrawNothing(count: Int) {
    var generator = MersenneTwister(seed: 1)
    #expect(generator.permutation(of: count) == Array(0..<Int32(count)))
    var untouched = MersenneTwister(seed: 1)
    #expect(generator.nextWord() == untouched.nextWord())
  }
}
