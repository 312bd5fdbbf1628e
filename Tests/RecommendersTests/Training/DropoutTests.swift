import Testing

@testable import Recommenders

struct DropoutTests {
  @Test(arguments: [0.05, 0.5, 0.9])
  func dropsItsShareAndScalesTheRest(rate: Double) {
    let dropout = Dropout(input: rate, hidden: 0, seed: 3)
    var gates = [Float](repeating: 7, count: 1001)
    var kept = 0
    for position in 0..<40 {
      dropout.draw(&gates, rate: rate, epoch: 1, position: position, layer: 0)
      #expect(gates.allSatisfy { $0 == 0 || $0 == Float(1 / (1 - rate)) })
      kept += gates.count(where: { $0 != 0 })
    }
    #expect(abs(Double(kept) / 40_040 - (1 - rate)) < 0.01)
  }

  @Test func ratesJustBelowOneAndZeroAreInRange() {
    let dropout = Dropout(input: 0, hidden: 0, seed: 3)
    var gates = [Float](repeating: 7, count: 9)
    dropout.draw(&gates, rate: 1.0.nextDown, epoch: 1, position: 0, layer: 0)
    #expect(gates.allSatisfy { $0 == 0 })
    dropout.draw(&gates, rate: 0, epoch: 1, position: 0, layer: 0)
    #expect(gates.allSatisfy { $0 == 1 })
  }
}
