import Kernels
import Testing

@Suite struct BlockDescentTests {
  static let losses: [BlockLoss] = [
    .squaredError(offset: 3.5), .squaredLogisticError(minimum: 0.5, range: 4.5),
    .crossEntropy(minimum: 0.5, range: 4.5),
  ]

  @Test(arguments: [2, 9, 16, 17, 30, 48, 50, 52, 56, 57, 64, 66, 80, 131], losses)
  func descendsAsThePlainFormula(dimension: Int, loss: BlockLoss) {
    expectTwin(dimension: dimension, .descent, loss, learningRate: 0.02)
  }

  @Test(arguments: [9, 52, 66], losses)
  func adagradMovesAsThePlainFormula(dimension: Int, loss: BlockLoss) {
    expectTwin(dimension: dimension, .adagrad, loss, learningRate: 0.05)
  }

  @Test(arguments: [9, 52, 66], losses)
  func adamMovesAsThePlainFormula(dimension: Int, loss: BlockLoss) {
    expectTwin(dimension: dimension, .adam, loss, learningRate: 0.001)
  }

  @Test(arguments: [BlockRule.descent, .adagrad, .adam], [2, 5])
  func doesNotDependOnTheNumberOfThreads(rule: BlockRule, threads: Int) {
    let ratings = PlantedRatings(users: 200, items: 90, count: 20_000)
    let grid = ratings.grid(16, 8)
    let descent = BlockDescent(rule: rule, loss: .squaredError(offset: 3))
    func learned(_ threads: Int) -> (EmbeddingTable, EmbeddingTable, Double) {
      var users = Self.table(rows: 200, dimension: 20, seed: 1, rule: rule)
      var items = Self.table(rows: 90, dimension: 20, seed: 2, rule: rule)
      var sum = 0.0
      for epoch in 1...3 {
        sum += descent.learn(
          from: grid, users: &users, items: &items, learningRate: 0.01,
          firstStratum: epoch * 7, earlierSteps: epoch * ratings.ratings.count, threads: threads)
      }
      return (users.weights, items.weights, sum)
    }
    #expect(learned(1) == learned(threads))
  }

  @Test func lossesFallAndPlantedRatingsAreFound() {
    let count = 8_000
    let numbers = ScalarReference.numbers(2 * count, seed: 5)
    let factors = ScalarReference.numbers(300, seed: 6)
    let grid = BlockGrid(
      userBlocks: 8, itemBlocks: 4, users: 200, items: 100, count: count, threads: 2
    ) { range, ratings in
      for row in range {
        let user = Int(abs(numbers[2 * row]) * 199.9)
        let item = Int(abs(numbers[2 * row + 1]) * 99.9)
        ratings.append(
          BlockRating(
            user: UInt32(user), item: UInt32(item), value: 3 + factors[user] * factors[200 + item]))
      }
    }
    var users = Self.table(rows: 200, dimension: 4, seed: 1, rule: .descent)
    var items = Self.table(rows: 100, dimension: 4, seed: 2, rule: .descent)
    let descent = BlockDescent(rule: .descent, loss: .squaredError(offset: 3))
    let losses = (0..<30).map { epoch in
      descent.learn(
        from: grid, users: &users, items: &items, learningRate: 0.05, firstStratum: epoch,
        earlierSteps: 0, threads: 2) / Double(count)
    }
    #expect(losses[0] > 0.05)
    #expect(losses[29] < 1e-3)
  }

  /// Compares two epochs with the twin; a bias and a constant are in the last two lanes.
  private func expectTwin(
    dimension: Int, _ rule: BlockRule, _ loss: BlockLoss, learningRate: Float
  ) {
    let ratings = PlantedRatings(users: 23, items: 12, count: 700)
    let grid = ratings.grid(5, 3)
    // The lanes of the last vector may have penalties of their own.
    let last = (dimension + 15) / 16 * 16 - 16
    let (first, second) = (max(dimension - 2, last), max(dimension - 1, last))
    var penalty = [Float](repeating: 0.03, count: dimension)
    var itemPenalty = penalty
    (penalty[first], itemPenalty[second]) = (0.01, 0)
    func rows(_ count: Int, seed: UInt64, constant: Int) -> [[Float]] {
      (0..<count).map { row in
        var values = ScalarReference.numbers(dimension, seed: seed + UInt64(row)).map { $0 * 0.3 }
        values[constant] = 1
        return values
      }
    }
    var twin = BlockReference(
      rule: rule, loss: loss, learningRate: learningRate, userPenalty: penalty,
      itemPenalty: itemPenalty, userConstant: second, itemConstant: first,
      users: rows(23, seed: 100, constant: second), items: rows(12, seed: 200, constant: first))
    func table(_ rows: [[Float]], _ penalty: [Float], _ constant: Int) -> BlockTable {
      BlockTable(
        EmbeddingTable(rows: rows.count, dimension: dimension, values: rows.flatMap { $0 }),
        rule: rule, penalty: penalty, constantLane: constant)
    }
    var users = table(twin.users, penalty, second)
    var items = table(twin.items, itemPenalty, first)
    let descent = BlockDescent(rule: rule, loss: loss)
    for epoch in 0..<2 {
      let sum = descent.learn(
        from: grid, users: &users, items: &items, learningRate: learningRate,
        firstStratum: epoch + 1, earlierSteps: epoch * 700, threads: 2)
      let expected = twin.learn(
        from: grid, firstStratum: epoch + 1, earlierSteps: epoch * 700)
      #expect(sum == expected)
      #expect(users.weights.values(columns: 0..<dimension) == twin.users.flatMap { $0 })
      #expect(items.weights.values(columns: 0..<dimension) == twin.items.flatMap { $0 })
    }
  }

  private static func table(
    rows: Int, dimension: Int, seed: UInt64, rule: BlockRule
  ) -> BlockTable {
    let values = ScalarReference.numbers(rows * dimension, seed: seed).map { $0 * 0.3 }
    return BlockTable(
      EmbeddingTable(rows: rows, dimension: dimension, values: values), rule: rule,
      penalty: Array(repeating: 0.01, count: dimension), constantLane: nil)
  }
}
