import Kernels
import Ratings

/// The loops that sample.
enum SamplingLoops {
  static let entries = [LoopEntry(name: "gibbs-iteration", make: gibbs)]

  /// Iterations of a factorization machine of rank 8 over as many ratings, users and items as the
  /// shipped dataset trains on: users with what they rated, items with who rated them and a genre,
  /// and the day of each rating.
  private static func gibbs(_ size: LoopSize) -> Loop {
    let (rank, iterations) = (8, size.pick(full: 10, tiny: 1))
    let (users, items) = size == .full ? (610, 9724) : (20, 200)
    let count = size.pick(full: 90_752, tiny: 640)
    let generator = RatingsGenerator(
      shape: DatasetShape(ratings: count, users: users, items: items), seed: 1)
    let ratings = generator.ratings(ofUsers: 0..<users)
    let userOfRating = ratings.counts.enumerated().flatMap { user, count in
      Array(repeating: UInt32(user), count: Int(count))
    }
    let itemOfRating = ratings.items.map { UInt32($0) }
    let days = Dictionary(
      uniqueKeysWithValues: Set(ratings.timestamps.map { $0 / 86_400 }).sorted().enumerated().map {
        ($1, UInt32($0))
      })
    let blocks = [
      block(of: userOfRating, rows: users, with: itemOfRating, features: items),
      block(of: itemOfRating, rows: items, with: userOfRating, features: users, genres: 20),
      RelationalBlock(
        rowOfRating: ratings.timestamps.compactMap { days[$0 / 86_400] },
        starts: Array(0...days.count), indices: (0..<days.count).map { UInt32($0) },
        values: Array(repeating: 1, count: days.count), groups: [days.count]),
    ]
    let targets = ratings.halfStars.map { Float($0) / 2 }
    var sweeps: [Int: FactorizationSweep] = [:]
    return Loop(name: "gibbs-iteration", unit: "iterations", count: iterations, ownThreads: nil) {
      threads in
      let sweep =
        sweeps[threads]
        ?? FactorizationSweep(blocks: blocks, count: count, rank: rank, threads: threads)
      sweeps[threads] = sweep
      var weights = blocks.map {
        EmbeddingTable(rows: $0.featureCount, dimension: sweep.linearLane + 1)
      }
      let prior = WeightPrior(
        means: Array(repeating: 0, count: sweep.stride),
        precisions: Array(repeating: 20, count: sweep.stride), factors: rank)
      for iteration in 1...iterations {
        sweep.computeResiduals(targets: targets, weights: weights, intercept: 3.5)
        for (number, block) in blocks.enumerated() {
          sweep.draw(
            block: number, weights: &weights[number],
            priors: Array(repeating: prior, count: block.groups.count), noisePrecision: 1.5,
            isLinear: true,
            place: DrawPlace(
              seed: 1, stream: 2, epoch: UInt32(iteration), unit: UInt32(number) << 16, position: 0)
          )
        }
      }
    }
  }

  /// Rows with an id, with all that was rated together with them, and with one of some genres.
  private static func block(
    of rowOfRating: [UInt32], rows: Int, with others: [UInt32], features: Int, genres: Int = 0
  ) -> RelationalBlock {
    var seen = [[UInt32]](repeating: [], count: rows)
    for (row, other) in zip(rowOfRating, others) { seen[Int(row)].append(UInt32(rows) + other) }
    var (starts, indices, values) = ([0], [UInt32](), [Float]())
    for row in 0..<rows {
      indices += [UInt32(row)] + seen[row].sorted()
      values += [1] + seen[row].map { _ in 1 / Float(seen[row].count).squareRoot() }
      if genres > 0 {
        indices.append(UInt32(rows + features + row % genres))
        values.append(1)
      }
      starts.append(indices.count)
    }
    return RelationalBlock(
      rowOfRating: rowOfRating, starts: starts, indices: indices, values: values,
      groups: [rows, features] + (genres > 0 ? [genres] : []))
  }
}
