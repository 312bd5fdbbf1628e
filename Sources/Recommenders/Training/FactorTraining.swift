import Kernels
import Ratings
import Synchronization

/// `dot`, `biased-dot` or `logistic-dot` in training.
struct FactorTraining: ModelInTraining {
  private let configuration: ModelConfiguration
  private let loss: RatingLoss
  private var users: TrainableTable
  private var items: TrainableTable
  /// The penalty's share of the gradient of one rating, by lane, before the division by the batch.
  private let userDecay: [Float]
  private let itemDecay: [Float]
  private var keys: [Float] = []
  private var slopes: [Float] = []

  /// Starts from given weights. `penalizesWholeTables` says whether the penalty acts at every step on
  /// every row, or with the ratings of a batch on theirs.
  init(
    _ configuration: ModelConfiguration, users: EmbeddingTable, items: EmbeddingTable, l2: Float,
    penalizesWholeTables: Bool, batchSize: Int
  ) {
    self.configuration = configuration
    loss = RatingLoss(configuration)
    let factors = configuration.factors
    let penalty = [Float](repeating: l2, count: factors)
    if configuration.type.hasBiases {
      // As in the tutorial: the biases of `logistic-dot` are not penalised.
      let bias: Float = configuration.type == .logisticDot ? 0 : l2
      userDecay = penalty + [bias, 0]
      itemDecay = penalty + [0, bias]
    } else {
      userDecay = penalty
      itemDecay = penalty
    }
    let hasBias = configuration.type.hasBiases
    let none = [Float](repeating: 0, count: userDecay.count)
    self.users = TrainableTable(
      users, capacity: batchSize, l2: penalizesWholeTables ? userDecay : none,
      constantLane: hasBias ? factors + 1 : nil)
    self.items = TrainableTable(
      items, capacity: batchSize, l2: penalizesWholeTables ? itemDecay : none,
      constantLane: hasBias ? factors : nil)
  }

  /// Draws starting weights.
  init(
    _ configuration: ModelConfiguration, seed: UInt32, l2: Float, penalizesWholeTables: Bool,
    batchSize: Int
  ) {
    let initializer = Initializer(seed: seed)
    let factors = configuration.factors
    func table(rows: Int, unit: UInt32, lanes: (Float) -> (Float, Float)) -> EmbeddingTable {
      let values = initializer.heNormal(count: rows * factors, fanIn: rows, unit: unit)
      let bias: [Float]? =
        switch configuration.type {
        case .dot: nil
        case .logisticDot: initializer.uniform(count: rows, unit: unit + 2)
        default:
          initializer.heNormal(count: rows, fanIn: rows, unit: unit + 2)
        }
      return FactorModel.table(factors: values, count: factors, rows: rows, bias, lanes: lanes)
    }
    self.init(
      configuration,
      users: table(rows: configuration.users, unit: 0) { ($0, 1) },
      items: table(rows: configuration.items, unit: 1) { (1, $0) },
      l2: l2, penalizesWholeTables: penalizesWholeTables, batchSize: batchSize)
  }

  mutating func train(_ batch: Batch, optimizer: Optimizer, team: WorkTeam) -> Double {
    guard optimizer.penalizesWholeTables, team.threads > 1 else {
      let loss = addGradients(of: batch, optimizer)
      let penalty = Double(users.endBatch(optimizer)) + Double(items.endBatch(optimizer))
      return loss + penalty
    }
    let (loss, penalty) = addGradientsAndSumPenalty(of: batch, optimizer, team)
    _ = users.endBatch(optimizer, team: team)
    _ = items.endBatch(optimizer, team: team)
    return loss + penalty
  }

  /// Computes the gradients of a batch while other threads sum the penalty.
  ///
  /// The order of that sum is the one of a single thread, which cannot be divided.
  private mutating func addGradientsAndSumPenalty(
    of batch: Batch, _ optimizer: Optimizer, _ team: WorkTeam
  ) -> (loss: Double, penalty: Double) {
    let tables = [items.parameters, users.parameters]
    let sums = Mutex([Double](repeating: 0, count: tables.count))
    let loss = team.forEach(tables.count) { number in
      let sum = Double(tables[number].penaltySum())
      sums.withLock { $0[number] = sum }
    } meanwhile: {
      addGradients(of: batch, optimizer)
    }
    return (loss, sums.withLock { $0[1] + $0[0] })
  }

  /// Computes the gradients of a batch and returns its mean loss without the penalty.
  private mutating func addGradients(of batch: Batch, _ optimizer: Optimizer) -> Double {
    let count = batch.rows.count
    let (userRows, itemRows) = (batch.userRows, batch.itemRows)
    users.beginBatch(userRows)
    items.beginBatch(itemRows)
    keys = Array(repeating: 0, count: count)
    users.weights.dots(userRows, items.weights, itemRows, into: &keys)

    let isLazy = !optimizer.penalizesWholeTables
    let share = 1 / Float(count)
    let slopeShare = isLazy ? share * loss.halving : share
    var sum = 0.0
    slopes.removeAll(keepingCapacity: true)
    for (element, row) in batch.rows.enumerated() {
      let (value, slope) = loss(key: keys[element], rating: batch.ratings.values[Int(row)])
      sum += value
      slopes.append(slope * slopeShare)
    }
    users.addGradients(slopes, times: items.weights, rows: itemRows)
    items.addGradients(slopes, times: users.weights, rows: userRows)
    if isLazy {
      users.addPenaltyGradients(decayTable(userDecay, share), rows: userRows)
      items.addPenaltyGradients(decayTable(itemDecay, share), rows: itemRows)
    }
    return sum / Double(count)
  }

  var tables: [TrainableTable] {
    get { [users, items] }
    set { (users, items) = (newValue[0], newValue[1]) }
  }

  func penaltyValue() -> Double { users.penaltyValue() + items.penaltyValue() }

  func model(_ counts: TrainingCounts) -> any RatingPredictor {
    FactorModel(configuration, users: users.weights, items: items.weights, trainingCounts: counts)
  }

  private func decayTable(_ decay: [Float], _ share: Float) -> EmbeddingTable {
    EmbeddingTable(rows: 1, dimension: decay.count, values: decay.map { $0 * share })
  }
}
