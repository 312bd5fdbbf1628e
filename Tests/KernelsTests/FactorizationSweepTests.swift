import Foundation
import Testing

@testable import Kernels

/// A small set of ratings with three blocks: rows that share features and have many ratings, rows
/// of one feature, and a row for each rating.
struct SweepFixture {
  let count: Int
  let blocks: [RelationalBlock]
  let targets: [Float]
  let sweep: FactorizationSweep
  var weights: [EmbeddingTable]

  init(rank: Int, threads: Int = 1, deviation: Float = 0.4, userCount: Int = 5) {
    let count = 18 * userCount
    self.count = count
    let users = (0..<count).map { UInt32($0 * 7 % userCount) }
    let items = (0..<count).map { UInt32($0 * 5 % 11) }
    // A user's own feature, then those of the 11 items that it rated in part.
    var (starts, indices, values) = ([0], [UInt32](), [Float]())
    for user in 0..<userCount {
      indices.append(UInt32(user))
      values.append(1)
      for item in 0..<11 where (user + item) % 3 != 0 {
        indices.append(UInt32(userCount + item))
        values.append(0.3 + 0.05 * Float(user % 5))
      }
      starts.append(indices.count)
    }
    blocks = [
      RelationalBlock(
        rowOfRating: users, starts: starts, indices: indices, values: values,
        groups: [userCount, 11]),
      RelationalBlock(
        rowOfRating: items, starts: Array(0...11), indices: (0..<11).map { UInt32($0) },
        values: Array(repeating: 1, count: 11), groups: [11]),
      RelationalBlock(
        rowOfRating: (0..<count).map { UInt32($0) }, starts: (0...count).map { 2 * $0 },
        indices: (0..<count).flatMap { [UInt32(0), UInt32(1 + $0 % 4)] },
        values: (0..<count).flatMap { [Float($0 % 13) / 13 - 0.4, Float(1)] }, groups: [1, 4]),
    ]
    targets = (0..<count).map { Float($0 * 31 % 10) / 2 }
    sweep = FactorizationSweep(blocks: blocks, count: count, rank: rank, threads: threads)
    weights = blocks.enumerated().map { [sweep] number, block in
      var table = sweep.normals(
        features: block.featureCount,
        place: DrawPlace(seed: 3, stream: 5, epoch: 0, unit: 0, position: UInt64(number) << 40))
      table.withMutableValues { values in
        for index in values.indices { values[index] *= deviation }
      }
      return table
    }
  }

  /// Draws all blocks once, with the same prior everywhere.
  mutating func draw(epoch: UInt32, prior: WeightPrior, isLinear: Bool = true) {
    for number in blocks.indices {
      sweep.draw(
        block: number, weights: &weights[number],
        priors: blocks[number].groups.map { _ in prior }, noisePrecision: 2, isLinear: isLinear,
        place: DrawPlace(
          seed: 1, stream: 5, epoch: epoch, unit: 1 << 16, position: UInt64(number) << 40))
    }
  }

  /// `factors` of the features are not zero; all are if it is `nil`.
  func prior(precision: Float, factors: Int? = nil) -> WeightPrior {
    WeightPrior(
      means: Array(repeating: 0, count: sweep.stride),
      precisions: Array(repeating: precision, count: sweep.stride), factors: factors ?? sweep.rank)
  }
}

@Suite struct FactorizationSweepTests {
  @Test func blocksAreDrawnInBothWays() {
    let blocks = SweepFixture(rank: 2).blocks
    #expect(blocks.map(\.usesRecords) == [true, false, false])
    // What users rated overlaps; items and the quarters of the last block do not. Two threads are
    // worth it for many users.
    #expect(blocks[0].plans[1].shared.isEmpty && blocks[0].plans[1].lists.count == 1)
    let many = SweepFixture(rank: 2, userCount: 200).blocks[0]
    #expect(many.usesRecords && many.plans[1].shared.order.count == 11)
    #expect(blocks[1].plans[0].shared.isEmpty && blocks[1].plans[0].lists.count > 4)
    #expect(blocks[2].plans[0].shared.order == [0])
  }

  @Test func everyFeatureIsPlannedOnce() {
    for block in [5, 200].flatMap({ SweepFixture(rank: 2, userCount: $0).blocks }) {
      for (group, plan) in zip(block.groups, block.plans) {
        let planned = (plan.shared.order + plan.lists.flatMap(\.order)).map { Int($0) }.sorted()
        #expect(planned == Array(group))
      }
    }
  }

  @Test func featuresOfABatchShareNoRow() {
    // Feature n has rows n + 1, 2 n + 2, 3 n + 3, …
    let rows: [[UInt32]] = (0..<200).map { feature in
      (1...40).map { UInt32($0 * (feature + 1) % 97) }
    }
    let batches = DrawList.batches(
      of: (0..<200).map { UInt32($0) }, rowCount: 97, rows: { rows[$0][..<($0 % 7)] })
    let list = DrawList(batches)
    #expect(list.batches == batches)
    #expect(list.order.sorted() == (0..<200).map { UInt32($0) })
    for batch in batches {
      let used = batch.flatMap { Set(rows[Int($0)][..<(Int($0) % 7)]) }
      #expect(Set(used).count == used.count)
      #expect((1...16).contains(batch.count))
    }
    #expect(batches.count < 60)
  }

  @Test func windowsOfBatchesFollowEachOther() {
    // All share a row, so that each is a batch, and there are more than a window has.
    let batches = DrawList.batches(of: Array(0..<5000), rowCount: 1, rows: { _ in [0] })
    #expect(batches == (0..<5000).map { [$0] })
  }

  /// A draw hands its changes on to the residuals; made from scratch they must come out the same.
  @Test(arguments: [1, 3, 8, 9, 16, 20, 40], [5, 100])
  func residualsFollowTheDraws(rank: Int, userCount: Int) {
    var fixture = SweepFixture(rank: rank, userCount: userCount)
    fixture.sweep.computeResiduals(
      targets: fixture.targets, weights: fixture.weights, intercept: 1)
    fixture.draw(epoch: 1, prior: fixture.prior(precision: 3))
    let followed = fixture.sweep.residualValues
    fixture.sweep.computeResiduals(
      targets: fixture.targets, weights: fixture.weights, intercept: 1)
    for (one, other) in zip(followed, fixture.sweep.residualValues) {
      #expect(abs(one - other) < 2e-3)
    }
  }

  @Test(arguments: [3, 16])
  func lanesOfPaddingStayZero(rank: Int) {
    var fixture = SweepFixture(rank: rank)
    fixture.sweep.computeResiduals(
      targets: fixture.targets, weights: fixture.weights, intercept: 0)
    fixture.draw(epoch: 1, prior: fixture.prior(precision: 3), isLinear: false)
    for table in fixture.weights {
      for lane in rank..<table.stride where lane != fixture.sweep.linearLane {
        table.withValues { values in
          for row in 0..<table.rows { #expect(values[row * table.stride + lane] == 0) }
        }
      }
    }
  }

  /// Where no feature has the last factors, all is drawn as in a model without them. Both have rows of
  /// one length, so that their linear weights have the same normal numbers.
  @Test(arguments: [(8, 1), (8, 3), (16, 9), (12, 11), (32, 17)])
  func factorsThatAGroupLacksStayZero(rank: Int, factors: Int) {
    var fixture = SweepFixture(rank: rank)
    for number in fixture.weights.indices {
      let table = fixture.weights[number]
      for row in 0..<table.rows {
        for lane in factors..<rank { fixture.weights[number][row, lane] = 0 }
      }
    }
    var narrow = SweepFixture(rank: factors)
    for epoch in 1...2 {
      for number in narrow.weights.indices where epoch == 1 {
        for row in 0..<narrow.weights[number].rows {
          for lane in 0..<factors {
            narrow.weights[number][row, lane] = fixture.weights[number][row, lane]
          }
          narrow.weights[number][row, narrow.sweep.linearLane] =
            fixture.weights[number][row, fixture.sweep.linearLane]
        }
      }
      for sweep in [fixture.sweep, narrow.sweep] {
        sweep.computeResiduals(
          targets: fixture.targets,
          weights: sweep === fixture.sweep ? fixture.weights : narrow.weights, intercept: 1)
      }
      fixture.draw(epoch: UInt32(epoch), prior: fixture.prior(precision: 3, factors: factors))
      narrow.draw(epoch: UInt32(epoch), prior: narrow.prior(precision: 3))
    }
    for (wide, table) in zip(fixture.weights, narrow.weights) {
      for row in 0..<wide.rows {
        for lane in factors..<rank { #expect(wide[row, lane] == 0) }
        for lane in 0..<factors { #expect(abs(wide[row, lane] - table[row, lane]) < 1e-3) }
      }
    }
  }

  /// Batches of each size, for which the kernels have ways of their own, against the plain formula:
  /// with P = α Σ h hᵀ + Λ = L D Lᵀ the change is P⁻¹ (α Σ h e + Λ (μ − v)) + L⁻ᵀ D^−½ z.
  @Test(arguments: [1, 2, 3, 4, 5, 8, 9, 16], [2, 4, 5, 8, 11])
  func drawsAreThoseOfThePlainFormula(batch: Int, rank: Int) {
    // As many lists as there are at most, each of one batch; a feature has a row of three ratings.
    let features = 64 * batch
    let block = RelationalBlock(
      rowOfRating: (0..<3 * features).map { UInt32($0 / 3) }, starts: Array(0...features),
      indices: (0..<features).map { UInt32($0) },
      values: (0..<features).map { 0.5 + Float($0 % 7) / 8 }, groups: [features])
    #expect(block.plans[0].lists.map { $0.batches.map(\.count) }.allSatisfy { $0 == [batch] })
    let count = 3 * features
    // What the features are multiplied with: a row for each rating.
    let others = RelationalBlock(
      rowOfRating: (0..<count).map { UInt32($0) }, starts: Array(0...count),
      indices: (0..<count).map { UInt32($0 % 50) }, values: Array(repeating: 1, count: count),
      groups: [50])
    let sweep = FactorizationSweep(blocks: [block, others], count: count, rank: rank, threads: 1)
    func table(_ rows: Int, epoch: UInt32) -> EmbeddingTable {
      sweep.normals(
        features: rows, place: DrawPlace(seed: 2, stream: 5, epoch: epoch, unit: 0, position: 0))
    }
    var weights = [table(features, epoch: 1), table(50, epoch: 2)]
    let before = weights[0]
    let targets = (0..<count).map { Float($0 * 31 % 10) / 2 }
    sweep.computeResiduals(targets: targets, weights: weights, intercept: 1)
    let sums = (0..<features).map { sweep.gathered(block: 0, feature: $0, weights: weights[0]) }
    let lanes = Array(0..<rank) + [sweep.linearLane]
    var prior = WeightPrior(
      means: Array(repeating: 0, count: sweep.stride),
      precisions: Array(repeating: 1, count: sweep.stride), factors: rank)
    for (place, lane) in lanes.enumerated() {
      prior.means[lane] = 0.1 * Float(place)
      prior.precisions[lane] = 2 + Float(place % 3)
    }
    let place = DrawPlace(seed: 4, stream: 5, epoch: 1, unit: 0, position: 0)
    let normals = sweep.normals(features: features, place: place)
    sweep.draw(
      block: 0, weights: &weights[0], priors: [prior], noisePrecision: 1.5, isLinear: true,
      place: place)
    for feature in 0..<features {
      let change = Self.change(
        squares: sums[feature].squares.map { 1.5 * Double($0) },
        precisions: lanes.map { Double(prior.precisions[$0]) },
        shift: lanes.enumerated().map { place, lane in
          1.5 * Double(sums[feature].products[place])
            + Double(prior.precisions[lane] * (prior.means[lane] - before[feature, lane]))
        }, normals: lanes.map { Double(normals[feature, $0]) })
      for (expected, lane) in zip(change, lanes) {
        #expect(
          abs(Double(weights[0][feature, lane] - before[feature, lane]) - expected) < 2e-4,
          "feature \(feature), lane \(lane)")
      }
    }
  }

  /// P⁻¹ shift + L⁻ᵀ D^−½ z with P = squares + the diagonal of precisions = L D Lᵀ.
  private static func change(
    squares: [Double], precisions: [Double], shift: [Double], normals: [Double]
  ) -> [Double] {
    let n = precisions.count
    var lower = [Double](repeating: 0, count: n * n)
    var diagonal = [Double](repeating: 0, count: n)
    for j in 0..<n {
      for i in j..<n {
        var rest = squares[i * n + j] + (i == j ? precisions[j] : 0)
        for m in 0..<j { rest -= lower[i * n + m] * lower[j * n + m] * diagonal[m] }
        if i == j { diagonal[j] = rest }
        lower[i * n + j] = i == j ? 1 : rest / diagonal[j]
      }
    }
    var forward = shift
    for i in 0..<n {
      for m in 0..<i { forward[i] -= lower[i * n + m] * forward[m] }
    }
    var result = (0..<n).map {
      forward[$0] / diagonal[$0] + normals[$0] / diagonal[$0].squareRoot()
    }
    for i in (0..<n).reversed() {
      for m in i + 1..<n { result[i] -= lower[m * n + i] * result[m] }
    }
    return result
  }

  @Test(arguments: [8, 12, 32], [5, 200])
  func threadsDoNotChangeABit(rank: Int, userCount: Int) {
    let results = [1, 2, 5].map { threads in
      var fixture = SweepFixture(rank: rank, threads: threads, userCount: userCount)
      for epoch in 1...3 {
        fixture.sweep.computeResiduals(
          targets: fixture.targets, weights: fixture.weights, intercept: 2)
        fixture.draw(epoch: UInt32(epoch), prior: fixture.prior(precision: 4))
      }
      return fixture.weights
    }
    #expect(results[0] == results[1])
    #expect(results[0] == results[2])
  }

  /// With factors held at zero the model is a linear regression, whose posterior is known.
  @Test(arguments: [1, 9])
  func linearPosteriorHasTheClosedForm(rank: Int) {
    // y = w_a x_1 + w_b x_2: two features of one row each, in a block each.
    let count = 40
    var xs: [(Float, Float)] = []
    var targets: [Float] = []
    for number in 0..<count {
      let first = Float(number % 5) - 1.5
      let second = Float(number % 7) / 3 - 0.2
      let mean: Float = 0.8 * first - 0.5 * second
      xs.append((first, second))
      targets.append(mean + Float(number % 3) * 0.2)
    }
    let rows = (0..<count).map { UInt32($0) }
    let blocks = [xs.map(\.0), xs.map(\.1)].map { values in
      RelationalBlock(
        rowOfRating: rows, starts: Array(0...count),
        indices: Array(repeating: 0, count: count), values: values, groups: [1])
    }
    let sweep = FactorizationSweep(blocks: blocks, count: count, rank: rank, threads: 1)
    var prior = WeightPrior(
      means: Array(repeating: 0, count: sweep.stride),
      precisions: Array(repeating: 1e12, count: sweep.stride), factors: rank)
    prior.precisions[sweep.linearLane] = 2
    prior.means[sweep.linearLane] = 0.3
    var weights = blocks.map { _ in EmbeddingTable(rows: 1, dimension: sweep.linearLane + 1) }
    var (sum, square, product) = (SIMD2<Double>.zero, SIMD2<Double>.zero, 0.0)
    let iterations = 6000
    for iteration in 1...iterations {
      sweep.computeResiduals(targets: targets, weights: weights, intercept: 0)
      for number in blocks.indices {
        sweep.draw(
          block: number, weights: &weights[number], priors: [prior], noisePrecision: 1.5,
          isLinear: true,
          place: DrawPlace(
            seed: 9, stream: 5, epoch: UInt32(iteration), unit: 0, position: UInt64(number) << 40))
      }
      let w = SIMD2(
        Double(weights[0][0, sweep.linearLane]), Double(weights[1][0, sweep.linearLane]))
      sum += w
      square += w * w
      product += w.x * w.y
    }
    // P = 1.5 X'X + 2 I, mean P⁻¹ (1.5 X'y + 0.6).
    var (aa, ab, bb, ay, by) = (2.0, 0.0, 2.0, 0.6, 0.6)
    for (x, y) in zip(xs, targets) {
      aa += 1.5 * Double(x.0 * x.0)
      ab += 1.5 * Double(x.0 * x.1)
      bb += 1.5 * Double(x.1 * x.1)
      ay += 1.5 * Double(x.0 * y)
      by += 1.5 * Double(x.1 * y)
    }
    let determinant = aa * bb - ab * ab
    let mean = SIMD2<Double>(bb * ay - ab * by, aa * by - ab * ay) / determinant
    let variance = SIMD2<Double>(bb, aa) / determinant
    let n = Double(iterations)
    let sampled = sum / n
    let spread = square / n - sampled * sampled
    let covariance = product / n - sampled.x * sampled.y
    #expect(abs(sampled.x - mean.x) < 5 * (variance.x / n * 3).squareRoot())
    #expect(abs(sampled.y - mean.y) < 5 * (variance.y / n * 3).squareRoot())
    #expect(abs(spread.x / variance.x - 1) < 0.12)
    #expect(abs(spread.y / variance.y - 1) < 0.12)
    #expect(abs(covariance + ab / determinant) < 0.12 * (variance.x * variance.y).squareRoot())
  }

  @Test func normalNumbersHaveTheirMomentsAndDoNotRepeat() {
    let sweep = SweepFixture(rank: 6).sweep
    let table = sweep.normals(
      features: 5000, place: DrawPlace(seed: 1, stream: 5, epoch: 2, unit: 0, position: 0))
    var seen = Set<Float>()
    for lane in [0, 1, 2, 3, 4, 5, 8] {
      var (sum, squares, fourths) = (0.0, 0.0, 0.0)
      for row in 0..<5000 {
        let value = Double(table[row, lane])
        sum += value
        squares += value * value
        fourths += value * value * value * value
        seen.insert(table[row, lane])
      }
      #expect(abs(sum / 5000) < 0.06)
      #expect(abs(squares / 5000 - 1) < 0.08)
      #expect(abs(fourths / 5000 - 3) < 0.6)
    }
    #expect(seen.count > 34_000)
  }

  /// The kernel against the same formula with the C library's functions.
  @Test func normalNumbersAreThoseOfBoxAndMuller() {
    let sweep = SweepFixture(rank: 4).sweep
    let table = sweep.normals(
      features: 40, place: DrawPlace(seed: 7, stream: 5, epoch: 3, unit: 0, position: 11))
    let offsets = (0..<40).map { UInt32($0) }
    var (first, second) = ([UInt32](repeating: 0, count: 40), [UInt32](repeating: 0, count: 40))
    RandomPairs(seed: 7, stream: 5, unit: 0, firstPosition: 11).draw(
      epoch: 3, offsets: offsets, first: &first, second: &second)
    for row in 0..<40 {
      let uniform = (Double(first[row] >> 8) + 1) / 16_777_216
      let turns = Double(second[row] >> 8) / 16_777_216
      let radius = (-2 * log(uniform)).squareRoot()
      #expect(abs(Double(table[row, 0]) - radius * cos(2 * .pi * turns)) < 2e-5)
      #expect(abs(Double(table[row, 1]) - radius * sin(2 * .pi * turns)) < 2e-5)
    }
  }

  @Test func groupSumsAreThoseOfTheirFeatures() {
    let fixture = SweepFixture(rank: 3)
    let means = [Float](repeating: 0.25, count: fixture.sweep.stride)
    let (sums, squares) = FactorizationSweep.sums(
      of: fixture.weights[0], features: 5..<16, means: means)
    for lane in 0..<3 {
      let values = (5..<16).map { Double(fixture.weights[0][$0, lane]) }
      #expect(abs(sums[lane] - values.reduce(0, +)) < 1e-5)
      #expect(abs(squares[lane] - values.reduce(0) { $0 + ($1 - 0.25) * ($1 - 0.25) }) < 1e-5)
    }
  }
}
