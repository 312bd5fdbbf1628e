import Kernels
import Ratings

/// `dot`, `biased-dot` or `logistic-dot` in training.
struct FactorTraining: ModelInTraining {
  private let configuration: ModelConfiguration
  private let loss: RatingLoss
  private var users: TrainableTable
  private var items: TrainableTable
  /// The penalty's share of the gradient of one rating, by lane, before the division by the batch.
  private let userDecay: [Float]
  private let itemDecay: [Float]

  init(
    _ configuration: ModelConfiguration, users: EmbeddingTable, items: EmbeddingTable, l2: Float,
    batchSize: Int
  ) {
    self.configuration = configuration
    loss = RatingLoss(configuration)
    let factors = configuration.factors
    let penalty = [Float](repeating: l2, count: factors)
    if FactorModel.hasBias(configuration.type) {
      // As in the tutorial: the biases of `logistic-dot` are not penalised.
      let bias: Float = configuration.type == .logisticDot ? 0 : l2
      userDecay = penalty + [bias, 0]
      itemDecay = penalty + [0, bias]
      self.users = TrainableTable(
        users, capacity: batchSize, l2: userDecay, constantLane: factors + 1)
      self.items = TrainableTable(
        items, capacity: batchSize, l2: itemDecay, constantLane: factors)
    } else {
      userDecay = penalty
      itemDecay = penalty
      self.users = TrainableTable(users, capacity: batchSize, l2: userDecay)
      self.items = TrainableTable(items, capacity: batchSize, l2: itemDecay)
    }
  }

  /// Draws starting weights.
  init(_ configuration: ModelConfiguration, seed: UInt32, l2: Float, batchSize: Int) {
    let initializer = Initializer(seed: seed)
    let factors = configuration.factors
    func table(rows: Int, unit: UInt32, lanes: (Float) -> (Float, Float)) -> EmbeddingTable {
      let values = initializer.heNormal(count: rows * factors, fanIn: rows, unit: unit)
      let bias: [Float]? =
        switch configuration.type {
        case .dot: nil
        case .logisticDot: initializer.uniform(count: rows, unit: unit + 2)
        case .bias, .biasedDot, .neural:
          initializer.heNormal(count: rows, fanIn: rows, unit: unit + 2)
        }
      return FactorModel.table(factors: values, count: factors, rows: rows, bias, lanes: lanes)
    }
    self.init(
      configuration,
      users: table(rows: configuration.users, unit: 0) { ($0, 1) },
      items: table(rows: configuration.items, unit: 1) { (1, $0) },
      l2: l2, batchSize: batchSize)
  }

  mutating func train(_ batch: Batch, optimizer: Optimizer) -> Double {
    let ratings = batch.ratings
    let rows = batch.rows
    users.begin(rows.lazy.map { ratings.users[Int($0)].rawValue })
    items.begin(rows.lazy.map { ratings.items[Int($0)].rawValue })
    let share = 1 / Float(rows.count)
    let isLazy = !optimizer.penalizesWholeTables
    let slopeShare = isLazy ? share * loss.halving : share
    let userPenalty = isLazy ? decayTable(userDecay, share) : nil
    let itemPenalty = isLazy ? decayTable(itemDecay, share) : nil
    var sum = 0.0
    for row in rows {
      let user = ratings.users[Int(row)].position
      let item = ratings.items[Int(row)].position
      let key = users.weights.dot(user, items.weights, item)
      let (value, slope) = loss(key: key, rating: ratings.values[Int(row)])
      sum += value
      users.addGradient(slope * slopeShare, times: items.weights, row: item, to: user)
      items.addGradient(slope * slopeShare, times: users.weights, row: user, to: item)
      if let userPenalty, let itemPenalty {
        users.addPenaltyGradient(userPenalty, to: user)
        items.addPenaltyGradient(itemPenalty, to: item)
      }
    }
    let penalty = Double(users.end(optimizer)) + Double(items.end(optimizer))
    return sum / Double(rows.count) + penalty
  }

  func penaltyValue() -> Double { users.penaltyValue() + items.penaltyValue() }

  func model(_ counts: TrainingCounts) -> any RatingPredictor {
    FactorModel(configuration, users: users.weights, items: items.weights, trainingCounts: counts)
  }

  private func decayTable(_ decay: [Float], _ share: Float) -> EmbeddingTable {
    EmbeddingTable(rows: 1, dimension: decay.count, values: decay.map { $0 * share })
  }
}
