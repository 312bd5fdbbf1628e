import Kernels
import Testing

@Suite struct RandomPairsTests {
  /// The known answer of Philox4x32-10 for a counter and key of zeros, and of the digits of π.
  @Test func wordsAreThoseOfThePaper() {
    var (first, second): ([UInt32], [UInt32]) = ([0], [0])
    RandomPairs(seed: 0, stream: 0, unit: 0, firstPosition: 0)
      .draw(epoch: 0, offsets: [0], first: &first, second: &second)
    #expect(first == [0x6627_E8D5] && second == [0xE169_C58D])
    RandomPairs(
      seed: 0xA409_3822, stream: 0x299F_31D0, unit: 0x0370_7344,
      firstPosition: 0x1319_8A2E_85A3_08D3
    ).draw(epoch: 0x243F_6A88, offsets: [0], first: &first, second: &second)
    #expect(first == [0xD16C_FE09] && second == [0x94FD_CCEB])
  }

  /// Around the position at which the lower word wraps around, and at counts that fill no vector.
  @Test(arguments: [1, 7, 16, 17, 40])
  func offsetsAreAddedToThePosition(count: Int) {
    let start = 0x3_FFFF_FFF0
    let offsets = (0..<count).map { UInt32($0 * 3 % count) }
    var first = [UInt32](repeating: 0, count: count)
    var second = first
    RandomPairs(seed: 4, stream: 5, unit: 6, firstPosition: start)
      .draw(epoch: 7, offsets: offsets, first: &first, second: &second)
    for (number, offset) in offsets.enumerated() {
      var (x, y): ([UInt32], [UInt32]) = ([0], [0])
      RandomPairs(seed: 4, stream: 5, unit: 6, firstPosition: start + Int(offset))
        .draw(epoch: 7, offsets: [0], first: &x, second: &y)
      #expect(first[number] == x[0] && second[number] == y[0])
    }
  }
}
