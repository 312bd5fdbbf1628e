import Kernels
import Testing

struct PanelScoresTests {
  @Test(arguments: [1, 31, 32, 33, 100], [1, 2, 16, 52])
  func scoresAreSumsInAscendingOrder(rows: Int, dimension: Int) {
    let values = ScalarReference.numbers(rows * dimension, seed: 1)
    let user = ScalarReference.numbers(2 * dimension, seed: 2)
    let panels = PanelTable(EmbeddingTable(rows: rows, dimension: dimension, values: values))
    var scores = EmbeddingTable(rows: 1, dimension: panels.paddedRows)
    panels.scores(
      of: EmbeddingTable(rows: 2, dimension: dimension, values: user), row: 1, into: &scores)
    for row in 0..<rows {
      let expected = ScalarReference.panelScore(
        Array(user[dimension...]), Array(values[row * dimension..<(row + 1) * dimension]))
      #expect(scores[0, row].bitPattern == expected.bitPattern)
    }
  }
}
