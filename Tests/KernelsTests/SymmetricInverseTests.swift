import Testing

@testable import Kernels

struct SymmetricInverseTests {
  /// A positive definite matrix: all pairs of rows have something in common, the diagonal outweighs it.
  private static func value(_ row: Int, _ column: Int) -> Double {
    let (low, high) = (min(row, column), max(row, column))
    return row == column
      ? 6 + Double(row % 5) : Double((low * 7 + high * 3) % 11 - 5) / Double(8 + high)
  }

  private static func inverse(_ size: Int, threads: Int = 1) -> EmbeddingTable? {
    SymmetricInverse.inverse(size: size, threads: threads) { row, values in
      for column in 0...row { values[column] += value(row, column) }
    }
  }

  @Test(arguments: [1, 2, 16, 63, 64, 65, 130, 200])
  func matrixTimesItsInverseIsTheIdentity(size: Int) throws {
    let inverse = try #require(Self.inverse(size))
    #expect(inverse.rows == size)
    var worst = 0.0
    for row in 0..<size {
      for column in 0..<size {
        var sum = row == column ? -1.0 : 0
        for other in 0..<size { sum += Self.value(row, other) * Double(inverse[other, column]) }
        worst = max(worst, abs(sum))
      }
    }
    #expect(worst < 1e-5)
  }

  @Test func inverseIsSymmetric() throws {
    let inverse = try #require(Self.inverse(150))
    for row in 0..<150 {
      for column in 0..<row { #expect(inverse[row, column] == inverse[column, row]) }
    }
  }

  @Test(arguments: [2, 5])
  func threadsDoNotChangeABit(threads: Int) {
    #expect(Self.inverse(300, threads: threads) == Self.inverse(300))
  }

  @Test func matrixThatIsNotPositiveDefiniteHasNone() {
    let none = SymmetricInverse.inverse(size: 70, threads: 1) { row, values in
      values[row] = row == 66 ? -1 : 1
    }
    #expect(none == nil)
    let notNumbers = SymmetricInverse.inverse(size: 3, threads: 1) { row, values in
      values[row] = .nan
    }
    #expect(notNumbers == nil)
  }
}
