import Kernels
import Ratings
import Testing

@testable import Recommenders

struct DropoutTests {
  @Test(arguments: [0.05, 0.5, 0.9])
  func dropsItsShareAndScalesTheRest(rate: Double) {
    var gates = EmbeddingTable(rows: 40, dimension: 1001)
    Dropout(input: rate, hidden: 0, seed: 3).gates(layer: 0, epoch: 1, position: 0)
      .draw(&gates, rows: 0..<40)
    let values = gates.values(columns: 0..<1001)
    #expect(values.allSatisfy { $0 == 0 || $0 == Float(1 / (1 - rate)) })
    let kept = values.count(where: { $0 != 0 })
    #expect(abs(Double(kept) / 40_040 - (1 - rate)) < 0.01)
  }

  @Test func ratesJustBelowOneAndZeroAreInRange() {
    var gates = EmbeddingTable(rows: 1, dimension: 9)
    Dropout(input: 1.0.nextDown, hidden: 0, seed: 3).gates(layer: 0, epoch: 1, position: 0)
      .draw(&gates, rows: 0..<1)
    #expect(gates.values(columns: 0..<9).allSatisfy { $0 == 0 })
    Dropout(input: 0, hidden: 0, seed: 3).gates(layer: 0, epoch: 1, position: 0)
      .draw(&gates, rows: 0..<1)
    #expect(gates.values(columns: 0..<9).allSatisfy { $0 == 1 })
  }

  @Test(arguments: [0, 2])
  func aGateDependsOnSeedEpochPositionLayerAndUnitAlone(layer: Int) {
    let (position, epoch) = (4_294_967_290, UInt32(5))
    let generator = CounterBasedGenerator(seed: 11, stream: .dropout)
    var gates = EmbeddingTable(rows: 9, dimension: 150)
    let dropout = Dropout(input: 0.5, hidden: 0.5, seed: 11)
      .gates(layer: layer, epoch: epoch, position: position)
    dropout.draw(&gates, rows: 4..<9)
    dropout.draw(&gates, rows: 0..<4)
    for row in 0..<9 {
      for unit in 0..<150 {
        let words = generator.words(
          epoch: epoch, position: UInt64(position + row),
          unit: UInt32(layer) << 24 | UInt32(unit / 4))
        let word = [words.0, words.1, words.2, words.3][unit % 4]
        #expect(gates[row, unit] == (word < 1 << 31 ? 0 : 2))
      }
    }
  }
}
