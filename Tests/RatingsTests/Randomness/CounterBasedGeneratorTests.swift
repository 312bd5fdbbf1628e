import Testing

@testable import Ratings

@Suite struct CounterBasedGeneratorTests {
  typealias Words = CounterBasedGenerator.Words

  /// The known answers that the authors of Philox publish.
  @Test func philoxGivesThePublishedAnswers() {
    let zero = CounterBasedGenerator.philox(counter: (0, 0, 0, 0), key: (0, 0))
    #expect(zero == (0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))

    let ones = CounterBasedGenerator.philox(
      counter: (.max, .max, .max, .max), key: (.max, .max))
    #expect(ones == (0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))

    let pi = CounterBasedGenerator.philox(
      counter: (0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
      key: (0xa409_3822, 0x299f_31d0))
    #expect(pi == (0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test func wordsComeFromSeedStreamEpochPositionAndUnit() {
    let generator = CounterBasedGenerator(seed: 7, stream: .dropout)
    let words = generator.words(epoch: 3, position: 0x0000_0002_0000_0001, unit: 9)
    let expected = CounterBasedGenerator.philox(counter: (3, 1, 2, 9), key: (7, 2))
    #expect(words == expected)
  }

  @Test func sequenceWalksThePositions() {
    let generator = CounterBasedGenerator(seed: 7, stream: .shuffle)
    var sequence = generator.sequence(epoch: 1, unit: 5)
    let drawn = (0..<8).map { _ in sequence.nextWord() }
    let first = generator.words(epoch: 1, position: 0, unit: 5)
    let second = generator.words(epoch: 1, position: 1, unit: 5)
    #expect(
      drawn == [
        first.0, first.1, first.2, first.3, second.0, second.1, second.2, second.3,
      ])
  }

  @Test func nextPutsTheFirstWordAbove() {
    let generator = CounterBasedGenerator(seed: 7, stream: .shuffle)
    var sequence = generator.sequence(epoch: 0)
    let words = generator.words(epoch: 0, position: 0, unit: 0)
    #expect(sequence.next() == UInt64(words.0) << 32 | UInt64(words.1))
  }

  @Test func permutationIsAPermutationAndDependsOnSeedStreamAndEpoch() {
    let generator = CounterBasedGenerator(seed: 7, stream: .shuffle)
    let first = generator.permutation(of: 1_000, epoch: 0)
    #expect(first.sorted() == Array(0..<1_000))
    #expect(first == generator.permutation(of: 1_000, epoch: 0))
    #expect(first != generator.permutation(of: 1_000, epoch: 1))
    #expect(
      first
        != CounterBasedGenerator(seed: 8, stream: .shuffle).permutation(of: 1_000, epoch: 0))
    #expect(
      first != CounterBasedGenerator(seed: 7, stream: .grid).permutation(of: 1_000, epoch: 0))
  }

  @Test func everyOrderOfThreeIsAboutAsFrequent() {
    let generator = CounterBasedGenerator(seed: 1, stream: .shuffle)
    var counts: [[Int32]: Int] = [:]
    for epoch in 0..<6_000 {
      counts[generator.permutation(of: 3, epoch: UInt32(epoch)), default: 0] += 1
    }
    #expect(counts.count == 6)
    // Five standard deviations of a binomial with mean 1,000.
    #expect(counts.values.allSatisfy { abs($0 - 1_000) < 145 })
  }

  @Test func unitNumbersReachZeroAndNeverOne() {
    #expect(CounterBasedGenerator.unitFloat(0) == 0)
    #expect(CounterBasedGenerator.unitFloat(.max) == 1 - 0x1p-24)
    #expect(CounterBasedGenerator.unitFloat(1 << 31) == 0.5)
    #expect(CounterBasedGenerator.unitDouble(0, 0) == 0)
    #expect(CounterBasedGenerator.unitDouble(.max, .max) == 1 - 0x1p-53)
    #expect(CounterBasedGenerator.unitDouble(1 << 31, 0) == 0.5)
  }

  @Test func streamNumbersNeverChange() {
    #expect(RandomStream.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 6, 16])
    #expect(RandomStream.initialization.rawValue == 0)
    #expect(RandomStream.bootstrap.rawValue == 4)
  }
}
