import Kernels
import Ratings

@testable import Recommenders

/// A factorization machine with one sample's parameters, computed feature by feature.
struct PlainMachine {
  private let encoding: FeatureEncoding
  private let standardization: UserStandardization
  private let intercept: Double
  private let noise: Float
  private let scale: RatingScale
  private let blocks: [EmbeddingTable]
  private let factors: Int

  /// Takes the state of a sampler: its globals and hyperparameters, then the blocks' parameters.
  init?(
    _ inputs: TrainingInputs, options: BayesianFMOptions, parameters: [EmbeddingTable],
    factors: Int
  ) {
    let counts = TrainingCounts(inputs.ratings, users: inputs.users, items: inputs.items)
    encoding = FeatureEncoding(inputs, names: options.features, counts: counts)
    standardization = UserStandardization(inputs.ratings, users: inputs.users)
    guard parameters.count >= 7 else { return nil }
    intercept = Double(parameters[0][0, 0])
    noise = 1 / parameters[0][0, 1]
    scale = inputs.scale
    blocks = Array(parameters[2...6])
    self.factors = factors
  }

  func rating(_ row: Rating) -> Double {
    let (user, item) = (row.user.position, row.item.position)
    var features: [(block: Int, feature: Int, value: Float)] = []
    func add(_ block: Int, _ rows: SparseRows, _ row: Int, own: Int, others: Int, count: Int32) {
      for place in rows.places(of: row) {
        let feature = Int(rows.indices[place])
        guard feature >= others, feature < own else {
          features.append((block, feature, rows.values[place]))
          continue
        }
        features.append((block, feature, 1 / Float(count + 1).squareRoot()))
      }
    }
    let (users, items) = (encoding.userCount, encoding.itemCount)
    let counts = encoding.counts
    add(
      0, encoding.userRows, user, own: users + items, others: users, count: counts.users[user])
    features.append((0, users + item, 1 / Float(counts.users[user] + 1).squareRoot()))
    add(
      1, encoding.itemRows, item, own: items + users, others: items, count: counts.items[item])
    features.append((1, items + user, 1 / Float(counts.items[item] + 1).squareRoot()))
    if let cross = encoding.cross {
      cross.forEach(user: user, kind: Int(cross.kindOfItem[item])) { features.append((2, $0, $1)) }
    }
    if let time = row.timestamp, let neighbours = encoding.neighbours {
      if let day = encoding.days?.feature(of: time) { features.append((3, day, 1)) }
      let means = neighbours.history.means(before: time, of: user)
      NeighbourFeatures.forEach(means, bounds: neighbours.bounds) { features.append((4, $0, $1)) }
    }
    var score = intercept
    for feature in features {
      score += Double(blocks[feature.block][feature.feature, 0]) * Double(feature.value)
    }
    for factor in 1...factors {
      var (sum, squares) = (0.0, 0.0)
      for feature in features {
        let product =
          Double(blocks[feature.block][feature.feature, factor]) * Double(feature.value)
        sum += product
        squares += product * product
      }
      score += (sum * sum - squares) / 2
    }
    let spread = standardization.spreads[user]
    let expected = ExpectedRating(scale: scale, deviation: spread * noise.squareRoot())
    return Double(
      expected(around: standardization.means[user] + spread * Float(score)))
  }
}
