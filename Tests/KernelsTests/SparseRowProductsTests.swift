import Kernels
import Testing

struct SparseRowProductsTests {
  @Test func theProductsAreThoseOfPlainSums() {
    let starts = [0, 2, 2, 5]
    let columns: [UInt32] = [0, 3, 1, 2, 3]
    let weights: [Float] = [0.5, -2, 1, 0.25, 3]
    let dense = EmbeddingTable(rows: 2, dimension: 4, values: [1, 2, 3, 4, 0.1, 0.7, -5, 1e-3])
    let products = SparseRowProducts(
      starts: starts, columns: columns, weights: weights, columnCount: 4)
    let rows: [UInt32] = [2, 0, 1, 2]
    for row in 0..<2 {
      let expected = rows.map { sparse in
        (starts[Int(sparse)]..<starts[Int(sparse) + 1]).reduce(0.0) {
          $0 + Double(dense[row, Int(columns[$1])]) * Double(weights[$1])
        }
      }
      #expect(products.dots(of: rows, with: dense, row: row) == expected)
    }
    #expect(products.dots(of: [], with: dense, row: 0) == [])
  }

  @Test func rowsWithoutEntriesGiveZero() {
    let products = SparseRowProducts(starts: [0, 0], columns: [], weights: [], columnCount: 1)
    let dense = EmbeddingTable(rows: 1, dimension: 1, values: [3])
    #expect(products.dots(of: [0, 0], with: dense, row: 0) == [0, 0])
  }
}
