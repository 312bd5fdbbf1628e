import Kernels
import Testing

struct EmbeddingTableTests {
  @Test(arguments: [1, 16, 17, 50, 64, 65])
  func padsRowsWithZeros(dimension: Int) {
    let table = EmbeddingTable(
      rows: 3, dimension: dimension, values: Array(repeating: 1, count: 3 * dimension))
    #expect(table.stride % 16 == 0 && table.stride >= dimension && table.stride < dimension + 16)
    table.withValues { span in
      #expect(span.count == 3 * table.stride)
      for index in 0..<span.count {
        #expect(span[index] == (index % table.stride < dimension ? 1 : 0))
      }
    }
  }

  @Test func givesBackTheValuesOfSomeColumns() {
    let table = EmbeddingTable(rows: 2, dimension: 3, values: [1, 2, 3, 4, 5, 6])
    #expect(table.values(columns: 1..<3) == [2, 3, 5, 6])
    #expect(table.values(columns: 0..<0).isEmpty)
  }

  @Test func copiesAreIndependent() {
    let original = EmbeddingTable(rows: 2, dimension: 2, values: [1, 2, 3, 4])
    var copy = original
    copy[1, 0] = 9
    #expect(original[1, 0] == 3 && copy[1, 0] == 9)
    #expect(original != copy)
    copy[1, 0] = 3
    #expect(original == copy)
  }

  @Test func mayHaveNoRows() {
    let table = EmbeddingTable(rows: 0, dimension: 4)
    #expect(table.values(columns: 0..<4).isEmpty)
  }
}
