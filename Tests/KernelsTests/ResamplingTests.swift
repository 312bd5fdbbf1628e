import Kernels
import Testing

struct ResamplingTests {
  @Test(arguments: [1, 2, 15, 63, 64, 65, 200])
  func drawsAreThoseOfThePlainGenerator(count: Int) {
    let rows = (0..<count).map { row in
      SIMD4(1, Double(row) / 3, Double(row * row) / 7, -Double(row))
    }
    let sums = Resampling(rows).sums(seed: 7, stream: 3, epoch: 11)
    var expected = SIMD4<Double>.zero
    for draw in 0..<count {
      let words = ScalarReference.philox([11, UInt32(draw / 4), 0, 0], key: (7, 3))
      expected += rows[Int((UInt64(words[draw % 4]) * UInt64(count)) >> 32)]
    }
    #expect(sums == expected)
    #expect(sums[0] == Double(count))
  }
}
