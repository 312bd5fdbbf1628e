import Testing

@testable import Kernels

/// Predictions over samples against plain loops.
struct SampleScoresTests {
  struct Setting: CustomStringConvertible, Sendable {
    let factors: Int
    let samples: Int
    let hasSelves: Bool
    let isOrdered: Bool
    var description: String { "\(factors) × \(samples), \(hasSelves), \(isOrdered)" }
  }

  static let settings = [1, 3, 8].flatMap { factors in
    [1, 15, 16, 17, 48].flatMap { samples in
      [(false, false), (true, false), (true, true)].map {
        Setting(factors: factors, samples: samples, hasSelves: $0.0, isOrdered: $0.1)
      }
    }
  }

  @Test(arguments: settings)
  func predictionsAreThoseOfPlainLoops(setting: Setting) {
    let (factors, samples) = (setting.factors, setting.samples)
    let lanes = SampleRows.lanes(for: samples)
    var next: UInt32 = 1
    func table(_ rows: Int) -> EmbeddingTable {
      EmbeddingTable(
        rows: rows, dimension: (factors + 1) * lanes,
        values: (0..<rows * (factors + 1) * lanes).map { _ in
          next = next &* 1_664_525 &+ 1_013_904_223
          return Float(next >> 8) * 0x1p-24 - 0.5
        })
    }
    let (items, context, rated, raters) = (table(4), table(1), table(4), table(2))
    let shares: (items: [Float], users: [Float]) = ([0.5, 1, 0.25, 0.1], [0.3, 0.7])
    let ratings: [Float] = [1, 2, 4]
    var cuts = EmbeddingTable(rows: 2, dimension: lanes)
    for lane in 0..<lanes { (cuts[0, lane], cuts[1, lane]) = (-0.2, 0.1 + 0.01 * Float(lane)) }
    func rows(_ table: EmbeddingTable, _ isFolded: Bool) -> SampleRows {
      SampleRows(table, factors: factors, lanes: lanes, isFolded: isFolded)
    }
    let scores = SampleScores(
      items: rows(items, true),
      selves: setting.hasSelves
        ? .init(
          items: rows(rated, false), users: rows(raters, false), itemShares: shares.items,
          userShares: shares.users) : nil, samples: samples,
      levels: setting.isOrdered ? .init(ratings: ratings, cuts: cuts) : nil)
    let listed: [UInt32] = [2, 0, 3]
    let (means, variances) = scores.predict(
      context: context, user: 1, items: listed[...], withVariances: true)
    for (place, item) in listed.enumerated() {
      let values = (0..<samples).map { sample -> Double in
        func value(_ table: EmbeddingTable, _ row: Int, _ group: Int) -> Double {
          Double(table[row, group * lanes + sample])
        }
        let item = Int(item)
        let (a, b) = (
          setting.hasSelves ? Double(shares.users[1]) : 0,
          setting.hasSelves ? Double(shares.items[item]) : 0
        )
        var score = 0.0
        for group in 0...factors {
          let own = a * value(rated, item, group)
          let other = b * value(raters, 1, group)
          let sum = value(context, 0, group) + value(items, item, group) + own + other
          score += group == 0 ? sum : (sum * sum - own * own - other * other) / 2
        }
        guard setting.isOrdered else { return score }
        return zip(ratings, ratings.dropFirst()).enumerated().reduce(Double(ratings[0])) {
          $0 + Double($1.element.1 - $1.element.0)
            * Self.share(below: score - Double(cuts[$1.offset, sample]))
        }
      }
      let mean = values.reduce(0, +) / Double(samples)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(samples)
      #expect(abs(Double(means[place]) - mean) < 1e-5)
      #expect(abs(Double(variances[place]) - variance) < 1e-5)
    }
  }

  @Test func aFeatureIsAddedWithItsSquares() {
    let row = EmbeddingTable(
      rows: 2, dimension: 48, values: (0..<96).map { Float($0 % 7) * 0.25 })
    let rows = SampleRows(row, factors: 2, lanes: 16, isFolded: false)
    var target = EmbeddingTable(rows: 1, dimension: 48)
    rows.add(row: 1, times: 0.5, to: &target)
    for lane in 0..<16 {
      let (linear, first, second) = (row[1, lane], row[1, 16 + lane], row[1, 32 + lane])
      #expect(
        abs(target[0, lane] - (0.5 * linear - 0.125 * (first * first + second * second))) < 1e-6)
      #expect(target[0, 16 + lane] == 0.5 * first)
    }
  }

  /// The chance that a standard normal number is below x, by Simpson's rule from −10.
  private static func share(below x: Double) -> Double {
    let steps = 2_000
    let width = (x + 10) / Double(steps)
    var sum = 0.0
    for step in 0...steps {
      let at = -10 + Double(step) * width
      let weight = step == 0 || step == steps ? 1.0 : step % 2 == 1 ? 4 : 2
      sum += weight * Activations.exponential(-at * at / 2)
    }
    return sum * width / 3 * 0.3989422804014327
  }
}
