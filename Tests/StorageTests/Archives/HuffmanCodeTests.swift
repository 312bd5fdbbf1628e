import Testing

@testable import Storage

@Suite struct HuffmanCodeTests {
  /// The sum of 2^-length over all codes in units of 2^-15, which is 2^15 for a code that is whole.
  private func fullness(_ code: HuffmanCode) -> Int {
    code.lengths.reduce(0) { $0 + ($1 == 0 ? 0 : 1 << (15 - $1)) }
  }

  @Test func frequentSymbolsHaveShortCodes() {
    let code = HuffmanCode(frequencies: [5, 0, 9, 12, 13, 16, 45])
    #expect(code.lengths == [4, 0, 4, 3, 3, 3, 1])
    // Canonical: 0, 100, 101, 110, 1110, 1111, each written from its last digit here.
    #expect(code.bits == [0b0111, 0, 0b1111, 0b001, 0b101, 0b011, 0b0])
  }

  @Test func twoSymbolsHaveABitEach() {
    let code = HuffmanCode(frequencies: [0, 1, 0, 1000])
    #expect(code.lengths == [0, 1, 0, 1])
    #expect(code.bits == [0, 0, 0, 1])
  }

  @Test(arguments: [16, 17, 20, 25, 40])
  func noCodeIsLongerThanFifteenBits(count: Int) {
    // Fibonacci's numbers make the deepest trees.
    var frequencies = [1, 1]
    while frequencies.count < count {
      frequencies.append(frequencies[frequencies.count - 1] + frequencies[frequencies.count - 2])
    }
    let code = HuffmanCode(frequencies: frequencies)
    #expect(code.lengths.max() == 15)
    #expect(fullness(code) == 1 << 15)
    #expect(zip(code.lengths, code.lengths.dropFirst()).allSatisfy { $0 >= $1 })
  }

  @Test func noCodeBeginsWithAnother() {
    let code = HuffmanCode(frequencies: (0..<286).map { ($0 * $0) % 97 })
    #expect(fullness(code) == 1 << 15)
    for (symbol, length) in code.lengths.enumerated() where length > 0 {
      let begins = code.lengths.indices.filter { other in
        code.lengths[other] >= length
          && code.bits[other] & (1 << UInt64(length) - 1) == code.bits[symbol]
      }
      #expect(begins == [symbol])
    }
  }
}
