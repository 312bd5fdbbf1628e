import Testing

@testable import Kernels

/// Regressions against the normal equations in `Double`.
struct RowRegressionTests {
  /// Members of a few rows, one of them empty, one with more than a panel holds.
  private static let counts = [3, 0, 300, 1, 40]
  private static let others = 30

  private static func lists(values: [Float]) -> RowLists {
    let rows = counts.enumerated().flatMap { Array(repeating: UInt32($0), count: $1) }
    return RowLists(rows: counts.count, otherRows: others, count: rows.count) { position in
      (rows[position], UInt32(position * 7 % others), values[position])
    }
  }

  private static var memberCount: Int { counts.reduce(0, +) }

  @Test(arguments: [1, 2, 15, 16, 17, 31, 33, 48, 51, 64, 80])
  func ratingsAreSolvedAsByTheNormalEquations(dimension: Int) {
    let values = ScalarReference.numbers(Self.memberCount, seed: 1)
    let lists = Self.lists(values: values)
    let features = EmbeddingTable(
      rows: Self.others, dimension: dimension,
      values: ScalarReference.numbers(Self.others * dimension, seed: 2))
    let centers = EmbeddingTable(
      rows: lists.rows, dimension: dimension,
      values: ScalarReference.numbers(lists.rows * dimension, seed: 3))
    let regression = RowRegression(
      members: .ratings(mean: 0.25), penalty: (0..<dimension).map { 1 + Float($0 % 3) },
      scaledPenalty: (0..<dimension).map { Float($0 % 2) * 0.1 })
    let scales: [Float] = [1, 2, 30, 4, 5]
    var found = EmbeddingTable(rows: lists.rows, dimension: dimension)
    let loss = regression.solve(
      &found, from: lists, features: features, scales: scales, centers: centers, threads: 1)
    var expectedLoss = 0.0
    for row in 0..<lists.rows {
      var system = NormalEquations(dimension: dimension)
      for lane in 0..<dimension {
        let penalty = regression.penalty[lane] + scales[row] * regression.scaledPenalty[lane]
        system.addPenalty(Double(penalty), lane: lane, center: Double(centers[row, lane]))
      }
      var members: [(x: [Double], t: Double)] = []
      for place in lists.starts[row]..<lists.starts[row + 1] {
        let other = Int(lists.others[place])
        var x = (0..<dimension).map { Double(features[other, $0]) }
        let target = Double(lists.values[place]) - 0.25 - x[dimension - 1]
        x[dimension - 1] = 1
        members.append((x, target))
        system.add(x, target: target, weight: 1)
      }
      let solution = system.solution()
      for lane in 0..<dimension {
        let expected = members.isEmpty ? 0 : solution[lane]
        #expect(abs(Double(found[row, lane]) - expected) < 2e-4, "row \(row), lane \(lane)")
      }
      for (x, t) in members {
        let error = t - zip(x, solution).reduce(0) { $0 + $1.0 * $1.1 }
        expectedLoss += error * error
      }
    }
    #expect(abs(loss - expectedLoss) < 1e-3 * max(expectedLoss, 1))
  }

  @Test(arguments: [1, 8, 20, 64])
  func confidencesCountEveryRowOfTheOtherSide(dimension: Int) {
    let values = ScalarReference.numbers(Self.memberCount, seed: 4).map { abs($0) }
    let lists = Self.lists(values: values)
    let features = EmbeddingTable(
      rows: Self.others, dimension: dimension,
      values: ScalarReference.numbers(Self.others * dimension, seed: 5))
    let regression = RowRegression(
      members: .confidences(background: 0.3), penalty: Array(repeating: 0.5, count: dimension),
      scaledPenalty: Array(repeating: 0, count: dimension))
    var found = EmbeddingTable(rows: lists.rows, dimension: dimension)
    _ = regression.solve(
      &found, from: lists, features: features, scales: Array(repeating: 0, count: lists.rows),
      threads: 1)
    for row in 0..<lists.rows where lists.count(of: row) > 0 {
      var system = NormalEquations(dimension: dimension)
      for lane in 0..<dimension { system.addPenalty(0.5, lane: lane, center: 0) }
      let rows = (0..<Self.others).map { other in
        (0..<dimension).map { Double(features[other, $0]) }
      }
      for x in rows { system.add(x, target: 0, weight: Double(Float(0.3))) }
      for place in lists.starts[row]..<lists.starts[row + 1] {
        let x = rows[Int(lists.others[place])]
        system.add(x, target: 1, weight: Double(lists.values[place]))
      }
      let solution = system.solution()
      for lane in 0..<dimension {
        #expect(abs(Double(found[row, lane]) - solution[lane]) < 2e-4, "row \(row), lane \(lane)")
      }
    }
  }

  @Test(arguments: [2, 5])
  func bitsDoNotDependOnTheNumberOfThreads(threads: Int) {
    let (rows, others, count, dimension) = (900, 50, 90_000, 18)
    let values = ScalarReference.numbers(count, seed: 6)
    let lists = RowLists(rows: rows, otherRows: others, count: count) { position in
      (UInt32(position * 31 % rows), UInt32(position * 17 % others), values[position])
    }
    #expect(lists.pieces.count > 2)
    let features = EmbeddingTable(
      rows: others, dimension: dimension,
      values: ScalarReference.numbers(others * dimension, seed: 7))
    func solved(_ threads: Int) -> (EmbeddingTable, Double, EmbeddingTable) {
      let regression = RowRegression(
        members: .ratings(mean: 0), penalty: Array(repeating: 1, count: dimension),
        scaledPenalty: Array(repeating: 0, count: dimension))
      var found = EmbeddingTable(rows: rows, dimension: dimension)
      let loss = regression.solve(
        &found, from: lists, features: features, scales: Array(repeating: 0, count: rows),
        threads: threads)
      var sums = EmbeddingTable(rows: rows, dimension: dimension)
      sums.setSums(
        of: features, by: lists, scales: Array(repeating: 0.5, count: rows), threads: threads)
      return (found, loss, sums)
    }
    let (one, more) = (solved(1), solved(threads))
    #expect(one.0 == more.0)
    #expect(one.1 == more.1)
    #expect(one.2 == more.2)
  }

  @Test func sumsAreThoseOfTheMembersRows() {
    let lists = Self.lists(values: Array(repeating: 0, count: Self.memberCount))
    let sources = EmbeddingTable(
      rows: Self.others, dimension: 5, values: ScalarReference.numbers(Self.others * 5, seed: 8))
    var sums = EmbeddingTable(rows: lists.rows, dimension: 5)
    sums.setSums(of: sources, by: lists, scales: [1, 2, 3, 4, 5], threads: 1)
    for row in 0..<lists.rows {
      for lane in 0..<5 {
        var sum: Float = 0
        for place in lists.starts[row]..<lists.starts[row + 1] {
          sum += sources[Int(lists.others[place]), lane]
        }
        #expect(sums[row, lane] == sum * Float(row + 1))
      }
    }
  }
}

/// A weighted ridge regression by Gaussian elimination in `Double`.
private struct NormalEquations {
  private var matrix: [[Double]]
  private var right: [Double]

  init(dimension: Int) {
    matrix = Array(repeating: Array(repeating: 0, count: dimension), count: dimension)
    right = Array(repeating: 0, count: dimension)
  }

  mutating func addPenalty(_ penalty: Double, lane: Int, center: Double) {
    matrix[lane][lane] += penalty
    right[lane] += penalty * center
  }

  mutating func add(_ x: [Double], target: Double, weight: Double) {
    for row in x.indices {
      for column in x.indices { matrix[row][column] += weight * x[row] * x[column] }
      right[row] += weight * target * x[row]
    }
  }

  func solution() -> [Double] {
    var (matrix, right) = (matrix, right)
    for pivot in right.indices {
      for row in right.indices where row > pivot {
        let factor = matrix[row][pivot] / matrix[pivot][pivot]
        for column in pivot..<right.count { matrix[row][column] -= factor * matrix[pivot][column] }
        right[row] -= factor * right[pivot]
      }
    }
    for row in right.indices.reversed() {
      for column in row + 1..<max(right.count, row + 1) {
        right[row] -= matrix[row][column] * right[column]
      }
      right[row] /= matrix[row][row]
    }
    return right
  }
}
