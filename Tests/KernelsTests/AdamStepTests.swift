import Kernels
import Testing

struct AdamStepTests {
  private static let dimensions = [1, 7, 8, 9, 16, 17, 24, 25, 50, 52, 64, 66]

  @Test(arguments: dimensions)
  func movesEveryRowAsThePlainFormula(dimension: Int) {
    let rows = 7
    let touched: [UInt32] = [0, 3, 6]
    let l2 = (0..<dimension).map { $0 == 1 ? 0 : Float(1e-3) }
    var (weights, momentum, velocity) = (
      ScalarReference.numbers(rows * dimension, seed: 1),
      ScalarReference.numbers(rows * dimension, seed: 2),
      ScalarReference.numbers(rows * dimension, seed: 3).map { abs($0) }
    )
    let gradients = ScalarReference.numbers(touched.count * dimension, seed: 4)
    var tables = (
      EmbeddingTable(rows: rows, dimension: dimension, values: weights),
      EmbeddingTable(rows: rows, dimension: dimension, values: momentum),
      EmbeddingTable(rows: rows, dimension: dimension, values: velocity)
    )
    for number in 1...3 {
      let penalty = AdamStep(number: number, learningRate: 0.01).moveAll(
        &tables.0, momentum: &tables.1, velocity: &tables.2, touched: touched,
        gradients: EmbeddingTable(rows: 3, dimension: dimension, values: gradients),
        doubledPenalty: EmbeddingTable(
          rows: 1, dimension: dimension, values: l2.map { 2 * $0 }))
      var expectedPenalty = 0.0
      for at in weights.indices {
        let (row, lane) = (at / dimension, at % dimension)
        expectedPenalty += Double(l2[lane]) * Double(weights[at]) * Double(weights[at])
        let decay = 2 * l2[lane] * weights[at]
        let slot = touched.firstIndex(of: UInt32(row))
        let gradient = slot.map { gradients[$0 * dimension + lane] + decay } ?? decay
        ScalarReference.adam(
          weight: &weights[at], momentum: &momentum[at], velocity: &velocity[at],
          gradient: gradient, rate: rate(number))
      }
      #expect(tables.0.values(columns: 0..<dimension) == weights)
      #expect(tables.1.values(columns: 0..<dimension) == momentum)
      #expect(tables.2.values(columns: 0..<dimension) == velocity)
      #expect(abs(Double(penalty) - expectedPenalty) <= 1e-5 * expectedPenalty)
    }
  }

  @Test(arguments: dimensions)
  func movesOnlyTouchedRowsWhenLazy(dimension: Int) {
    var weights = ScalarReference.numbers(4 * dimension, seed: 5)
    let gradients = ScalarReference.numbers(2 * dimension, seed: 6)
    var tables = (
      EmbeddingTable(rows: 4, dimension: dimension, values: weights),
      EmbeddingTable(rows: 4, dimension: dimension), EmbeddingTable(rows: 4, dimension: dimension)
    )
    AdamStep(number: 1, learningRate: 0.01).moveTouched(
      &tables.0, momentum: &tables.1, velocity: &tables.2, touched: [1, 2],
      gradients: EmbeddingTable(rows: 2, dimension: dimension, values: gradients))
    for at in gradients.indices {
      var (momentum, velocity): (Float, Float) = (0, 0)
      ScalarReference.adam(
        weight: &weights[dimension + at], momentum: &momentum, velocity: &velocity,
        gradient: gradients[at], rate: rate(1))
    }
    #expect(tables.0.values(columns: 0..<dimension) == weights)
  }

  @Test func tinyMomentsBecomeZero() {
    var weights = EmbeddingTable(rows: 1, dimension: 4, values: [1, 1, 1, 1])
    var momentum = EmbeddingTable(rows: 1, dimension: 4, values: [1e-30, -1e-30, 2e-30, -1e-38])
    var velocity = EmbeddingTable(rows: 1, dimension: 4, values: [1e-31, 1e-20, 0, 1e-38])
    _ = AdamStep(number: 3 * AdamStep.cleaningInterval, learningRate: 0.1).moveAll(
      &weights, momentum: &momentum, velocity: &velocity, touched: [],
      gradients: EmbeddingTable(rows: 1, dimension: 4),
      doubledPenalty: EmbeddingTable(rows: 1, dimension: 4))
    #expect(momentum.values(columns: 0..<4)[0] == 0)
    #expect(momentum.values(columns: 0..<4)[1] == 0)
    #expect(momentum.values(columns: 0..<4)[2] > 0)
    #expect(velocity.values(columns: 0..<4)[0] == 0)
    #expect(velocity.values(columns: 0..<4)[1] > 0)
  }

  /// The learning rate 0.01 with both bias corrections, by plain powers.
  private func rate(_ number: Int) -> Float {
    var (momentumPower, velocityPower) = (1.0, 1.0)
    for _ in 0..<number {
      momentumPower *= AdamStep.momentumDecay
      velocityPower *= AdamStep.velocityDecay
    }
    return 0.01 * Float((1 - velocityPower).squareRoot() / (1 - momentumPower))
  }
}
