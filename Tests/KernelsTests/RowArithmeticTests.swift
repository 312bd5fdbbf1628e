import Kernels
import Testing

struct RowArithmeticTests {
  @Test(arguments: 1...70)
  func dotHasTheContractsOrder(dimension: Int) {
    let a = ScalarReference.numbers(2 * dimension, seed: 1)
    let b = ScalarReference.numbers(3 * dimension, seed: 2)
    let left = EmbeddingTable(rows: 2, dimension: dimension, values: a)
    let right = EmbeddingTable(rows: 3, dimension: dimension, values: b)
    let padding = [Float](repeating: 0, count: left.stride - dimension)
    let expected = ScalarReference.dot(
      Array(a[dimension...]) + padding, Array(b[(2 * dimension)...]) + padding)
    #expect(left.dot(1, right, 2).bitPattern == expected.bitPattern)
  }

  @Test(arguments: [1, 15, 16, 17, 52, 64])
  func addScaledChangesOneRowOnly(dimension: Int) {
    let a = ScalarReference.numbers(3 * dimension, seed: 3)
    let b = ScalarReference.numbers(dimension, seed: 4)
    var target = EmbeddingTable(rows: 3, dimension: dimension, values: a)
    let before = target
    target.add(0.3, times: EmbeddingTable(rows: 1, dimension: dimension, values: b), row: 0, to: 1)
    for lane in 0..<dimension {
      #expect(target[0, lane] == a[lane])
      #expect(target[1, lane] == a[dimension + lane] + b[lane] * 0.3)
      #expect(target[2, lane] == a[2 * dimension + lane])
      #expect(before[1, lane] == a[dimension + lane], "a copy does not change with its original")
    }
  }

  @Test func manyPairsAreAsOneAfterTheOther() {
    let left = EmbeddingTable(rows: 5, dimension: 20, values: ScalarReference.numbers(100, seed: 7))
    let right = EmbeddingTable(rows: 4, dimension: 20, values: ScalarReference.numbers(80, seed: 8))
    let (rows, otherRows): ([UInt32], [UInt32]) = ([4, 0, 4, 2], [3, 3, 0, 1])
    var dots = [Float](repeating: 0, count: 4)
    left.dots(rows, right, otherRows, into: &dots)
    var added = left
    added.add([0.5, -1, 2, 3], times: right, rows: otherRows, to: rows)
    var expected = left
    for (index, scale) in [Float(0.5), -1, 2, 3].enumerated() {
      let (row, otherRow) = (Int(rows[index]), Int(otherRows[index]))
      #expect(dots[index].bitPattern == left.dot(row, right, otherRow).bitPattern)
      expected.add(scale, times: right, row: otherRow, to: row)
    }
    #expect(added == expected)
  }

  @Test func addWeightedMultipliesLaneByLane() {
    let values = ScalarReference.numbers(20, seed: 5)
    let weights = ScalarReference.numbers(20, seed: 6)
    var target = EmbeddingTable(rows: 1, dimension: 20)
    target.add(
      weightedBy: EmbeddingTable(rows: 1, dimension: 20, values: weights),
      EmbeddingTable(rows: 1, dimension: 20, values: values), row: 0, to: 0)
    for lane in 0..<20 { #expect(target[0, lane] == values[lane] * weights[lane]) }
  }
}
