import Kernels
import Testing

struct AdamStepTests {
  private static let dimensions = [
    1, 7, 8, 9, 16, 17, 24, 48, 49, 52, 56, 57, 64, 66, 113, 128, 130,
  ]

  @Test(arguments: dimensions)
  func movesEveryRowAsThePlainFormula(dimension: Int) {
    var twin = Twin(rows: 7, dimension: dimension)
    var table = twin.table()
    let gradients = ScalarReference.numbers(2 * dimension, seed: 4)
    for number in 62...66 {
      let expected = twin.step(
        number, rows: Array(0..<7), gradients: rows(of: gradients, 0, 6),
        cleans: number % AdamStep.cleaningInterval == 0)
      let penalty = AdamStep(number: number, learningRate: Twin.learningRate).moveAll(
        &table, touched: [0, 6],
        gradients: EmbeddingTable(rows: 2, dimension: dimension, values: gradients))
      twin.expectEqual(table)
      #expect(abs(Double(penalty) - expected) <= 1e-5 * expected)
    }
  }

  @Test(arguments: [1, 2, 5], [9, 52, 60])
  func aTeamMovesEveryRowToTheSameBits(threads: Int, dimension: Int) {
    let rows = 3 * AdamStep.rangeRows + 5
    let weights = EmbeddingTable(
      rows: rows, dimension: dimension,
      values: ScalarReference.numbers(rows * dimension, seed: 8))
    let penalty = (0..<dimension).map { $0 == 1 ? 0 : Float(1e-3) }
    var alone = AdamTable(weights, penalty: penalty)
    var together = alone
    let gradients = EmbeddingTable(
      rows: 4, dimension: dimension,
      values: ScalarReference.numbers(4 * dimension, seed: 9))
    let touched = [0, AdamStep.rangeRows - 1, AdamStep.rangeRows, rows - 1].map { UInt32($0) }
    let team = WorkTeam(threads: threads)
    for number in 63...65 {
      let step = AdamStep(number: number, learningRate: 0.01)
      #expect(alone.penaltySum() == together.penaltySum())
      let expected = alone.penaltySum()
      let whole = step.moveAll(&alone, touched: touched, gradients: gradients)
      let inRanges = step.moveAll(&together, touched: touched, gradients: gradients, team: team)
      #expect(whole == expected)
      #expect(abs(inRanges - whole) <= 1e-5 * whole)
      #expect(together.weights == alone.weights)
      #expect(together.momentum == alone.momentum)
      #expect(together.velocity == alone.velocity)
    }
  }

  @Test(arguments: dimensions)
  func movesOnlyTouchedRows(dimension: Int) {
    var twin = Twin(rows: 4, dimension: dimension)
    var table = twin.table()
    let gradients = ScalarReference.numbers(2 * dimension, seed: 6)
    for number in 1...3 {
      _ = twin.step(number, rows: [1, 2], gradients: rows(of: gradients, 1, 2), cleans: true)
      AdamStep(number: number, learningRate: Twin.learningRate).moveTouched(
        &table, touched: [1, 2],
        gradients: EmbeddingTable(rows: 2, dimension: dimension, values: gradients))
      twin.expectEqual(table)
    }
  }

  @Test func momentsThatFadeBecomeZero() {
    var table = AdamTable(
      EmbeddingTable(rows: 1, dimension: 4, values: [1, 1, 1, 1]), penalty: [0, 0, 0, 0])
    func move(_ number: Int, _ gradient: Float) {
      _ = AdamStep(number: number, learningRate: 0.1).moveAll(
        &table, touched: [0],
        gradients: EmbeddingTable(rows: 1, dimension: 4, values: [gradient, -gradient, 0, 1]))
    }
    move(1, 1e-20)
    #expect(table.momentum[0, 0] > 0 && table.momentum[0, 1] < 0)
    for number in 2...1024 { move(number, 0) }
    #expect(table.momentum[0, 0] == 0 && table.momentum[0, 1] == 0)
    #expect(table.velocity[0, 0] == 0)
    #expect(table.velocity[0, 3] > 0.1)
  }

  private func rows(of gradients: [Float], _ first: Int, _ second: Int) -> [Int: [Float]] {
    let dimension = gradients.count / 2
    return [first: Array(gradients[..<dimension]), second: Array(gradients[dimension...])]
  }
}

/// A table of Adam in plain arrays.
private struct Twin {
  static let learningRate: Float = 0.01
  let dimension: Int
  let penalty: [Float]
  var weights: [[Float]]
  var momentum: [[Float]]
  var velocity: [[Float]]

  init(rows: Int, dimension: Int) {
    self.dimension = dimension
    penalty = (0..<dimension).map { $0 == 1 ? 0 : 1e-3 }
    weights = (0..<rows).map { ScalarReference.numbers(dimension, seed: UInt64($0 + 1)) }
    momentum = weights.map { $0.map { _ in 0 } }
    velocity = momentum
  }

  func table() -> AdamTable {
    AdamTable(
      EmbeddingTable(
        rows: weights.count, dimension: dimension, values: weights.flatMap { $0 }),
      penalty: penalty)
  }

  /// Moves some rows and returns the penalty they had.
  mutating func step(
    _ number: Int, rows: [Int], gradients: [Int: [Float]], cleans: Bool
  ) -> Double {
    var sum = 0.0
    for row in rows {
      var gradient: [Float] = []
      for lane in 0..<dimension {
        let weight = weights[row][lane]
        sum += Double(penalty[lane]) * Double(weight) * Double(weight)
        let decay = 2 * penalty[lane] * weight
        gradient.append(gradients[row].map { $0[lane] + decay } ?? decay)
      }
      ScalarReference.adam(
        weights: &weights[row], momentum: &momentum[row], velocity: &velocity[row],
        gradient: gradient, rate: Self.rate(number), cleans: cleans)
    }
    return sum
  }

  func expectEqual(_ table: AdamTable) {
    #expect(table.weights.values(columns: 0..<dimension) == weights.flatMap { $0 })
    #expect(table.momentum.values(columns: 0..<dimension) == momentum.flatMap { $0 })
    #expect(table.velocity.values(columns: 0..<dimension) == velocity.flatMap { $0 })
  }

  /// The learning rate with both bias corrections.
  private static func rate(_ number: Int) -> Float {
    var (momentumPower, velocityPower) = (1.0, 1.0)
    for _ in 0..<number {
      momentumPower *= 0.9
      velocityPower *= 0.999
    }
    return learningRate * Float((1 - velocityPower).squareRoot() / (1 - momentumPower))
  }
}
