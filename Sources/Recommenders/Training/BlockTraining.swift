import Kernels
import Ratings

/// `dot`, `biased-dot` or `logistic-dot` learning from a grid of blocks.
///
/// Users and items are dealt by seeded permutations to the rows of the tables, so that blocks of equal
/// length have about as many ratings. The rows are as in ``FactorModel``, but that the two lanes of the
/// biases are within one vector.
struct BlockTraining: EpochTraining {
  private let configuration: ModelConfiguration
  private let counts: TrainingCounts
  private let validation: RatingSubset
  private let threads: Int
  private let descent: BlockDescent
  private let loss: RatingLoss
  private let strata: CounterBasedGenerator
  private let grid: BlockGrid
  private let userRows: [UInt32]
  private let itemRows: [UInt32]
  private var users: BlockTable
  private var items: BlockTable
  private var earlierSteps = 0

  init(
    _ configuration: ModelConfiguration, options: TrainingOptions, resolved: ResolvedTraining,
    counts: TrainingCounts, ratings: RatingSubset, validation: RatingSubset, threads: Int
  ) {
    self.configuration = configuration
    self.counts = counts
    self.validation = validation
    self.threads = threads
    loss = RatingLoss(configuration)
    let rule = Self.rule(resolved.optimizer)
    descent = BlockDescent(rule: rule, loss: Self.blockLoss(configuration))
    let generator = CounterBasedGenerator(seed: options.seed, stream: .grid)
    strata = generator
    let userRows = Self.rows(configuration.users, generator, unit: 0)
    let itemRows = Self.rows(configuration.items, generator, unit: 1)
    self.userRows = userRows
    self.itemRows = itemRows
    grid = BlockGrid(
      userBlocks: options.grid.userBlocks, itemBlocks: options.grid.itemBlocks,
      users: configuration.users, items: configuration.items, count: ratings.count,
      threads: threads
    ) { range, block in
      let columns = ratings.columns
      block.append(addingCapacity: range.count) { block in
        for position in range {
          let row = ratings.row(at: position)
          block.append(
            BlockRating(
              user: userRows[columns.users[row].position],
              item: itemRows[columns.items[row].position], value: columns.values[row]))
        }
      }
    }
    let lanes = BlockLanes(configuration)
    let initializer = Initializer(seed: options.seed)
    func table(
      rows: [UInt32], unit: UInt32, counts: [Int32], bias: Int?, constant: Int?
    ) -> BlockTable {
      let factors = initializer.heNormal(
        count: rows.count * configuration.factors, fanIn: rows.count, unit: unit,
        threads: threads)
      var table = EmbeddingTable(rows: rows.count, dimension: lanes.count)
      let stride = table.stride
      table.withMutableValues { values in
        for (position, row) in rows.enumerated() {
          let start = Int(row) * stride
          if configuration.cold == .asTrained || counts[position] > 0 {
            for factor in 0..<configuration.factors {
              values[start + factor] = factors[position * configuration.factors + factor]
            }
          }
          if let constant { values[start + constant] = 1 }
        }
      }
      return BlockTable(
        table, rule: rule,
        penalty: lanes.penalty(Float(resolved.l2), bias: bias, configuration.type),
        constantLane: constant)
    }
    users = table(
      rows: userRows, unit: 0, counts: counts.users, bias: lanes.userBias,
      constant: lanes.itemBias)
    items = table(
      rows: itemRows, unit: 1, counts: counts.items, bias: lanes.itemBias,
      constant: lanes.userBias)
  }

  var weights: [EmbeddingTable] {
    get { [users.weights, items.weights] }
    set {
      users.restore(weights: newValue[0], memory: users.memory)
      items.restore(weights: newValue[1], memory: items.memory)
    }
  }

  var memory: [EmbeddingTable] {
    get { users.memory + items.memory }
    set {
      let count = users.memory.count
      users.restore(weights: users.weights, memory: Array(newValue[..<count]))
      items.restore(weights: items.weights, memory: Array(newValue[count...]))
    }
  }

  mutating func skip(epochs: Int) { earlierSteps += epochs * grid.count }

  mutating func trainEpoch(
    _ number: Int, learningRate: Float
  ) throws(TrainingError) -> Double {
    if Task.isCancelled { throw .cancelled }
    let first = strata.words(epoch: UInt32(number), position: 0, unit: 2).0
    let sum = descent.learn(
      from: grid, users: &users, items: &items, learningRate: learningRate,
      firstStratum: Int(first) % grid.userBlocks, earlierSteps: earlierSteps, threads: threads)
    earlierSteps += grid.count
    return sum / Double(grid.count)
  }

  func validate() -> (loss: Double, rmse: Double)? {
    guard validation.count > 0 else { return nil }
    let chunkLength = 1 << 14
    let parts = Parallel.map(
      (validation.count + chunkLength - 1) / chunkLength, threads: threads
    ) { chunk in
      sums(of: chunk * chunkLength..<min((chunk + 1) * chunkLength, validation.count))
    }
    var (loss, squares) = (0.0, 0.0)
    for part in parts {
      loss += part.loss
      squares += part.squares
    }
    let count = Double(validation.count)
    return (loss / count, (squares / count).squareRoot())
  }

  private func sums(of range: Range<Int>) -> (loss: Double, squares: Double) {
    let columns = validation.columns
    let rows = range.map { validation.row(at: $0) }
    var keys = [Float](repeating: 0, count: rows.count)
    users.weights.dots(
      rows.map { userRows[columns.users[$0].position] }, items.weights,
      rows.map { itemRows[columns.items[$0].position] }, into: &keys)
    let fallsBack = configuration.type == .dot && configuration.cold == .knownTerms
    var (sum, squares) = (0.0, 0.0)
    for (position, row) in rows.enumerated() {
      let isCold = fallsBack && counts.isCold(columns.items[row], columns.users[row])
      let key = isCold ? configuration.meanKey : keys[position]
      let rating = columns.values[row]
      sum += loss(key: key, rating: rating).value
      let error = Double(configuration.rating(ofKey: key)) - Double(rating)
      squares += error * error
    }
    return (sum, squares)
  }

  func model() -> any RatingPredictor {
    FactorModel(
      configuration,
      users: BlockLanes(configuration).natural(users.weights, rows: userRows),
      items: BlockLanes(configuration).natural(items.weights, rows: itemRows),
      trainingCounts: counts)
  }

  /// The row of each user or item.
  private static func rows(
    _ count: Int, _ generator: CounterBasedGenerator, unit: UInt32
  ) -> [UInt32] {
    generator.permutation(of: count, epoch: unit).map { UInt32($0) }
  }

  private static func rule(_ optimizer: OptimizerType) -> BlockRule {
    switch optimizer {
    case .sgd: .descent
    case .adagrad: .adagrad
    case .lazyAdam: .adam
    case .adam, .auto: preconditionFailure("this optimizer moves more than a block")
    }
  }

  private static func blockLoss(_ configuration: ModelConfiguration) -> BlockLoss {
    let (minimum, range) = (configuration.scale.minimum, configuration.range)
    if configuration.type == .logisticDot {
      // On a scale of one point every rating lies in its middle.
      return range > 0
        ? .crossEntropy(minimum: minimum, range: range)
        : .crossEntropy(minimum: minimum - 0.5, range: 1)
    }
    return configuration.link == .sigmoid
      ? .squaredLogisticError(minimum: minimum, range: range)
      : .squaredError(offset: configuration.offset)
  }
}

/// Where factors and biases are in a row that blocks learn from.
struct BlockLanes {
  /// The number of lanes.
  let count: Int
  /// The lane of the user's bias, in which items have 1; `nil` without biases.
  let userBias: Int?
  /// The lane of the item's bias, in which users have 1; `nil` without biases.
  let itemBias: Int?
  private let factors: Int

  init(_ configuration: ModelConfiguration) {
    factors = configuration.factors
    guard configuration.type.hasBiases else {
      (count, userBias, itemBias) = (factors, nil, nil)
      return
    }
    // The first lanes after the factors that are in the last vector, both of them.
    let first = max(factors, (factors + 2 + 15) / 16 * 16 - 16)
    (count, userBias, itemBias) = (first + 2, first, first + 1)
  }

  /// The penalty of each lane; as in the tutorial, the biases of `logistic-dot` have none.
  func penalty(_ l2: Float, bias: Int?, _ type: ModelType) -> [Float] {
    (0..<count).map { lane in
      guard userBias != nil, lane >= count - 2 else { return l2 }
      return lane == bias && type != .logisticDot ? l2 : 0
    }
  }

  /// The table as ``FactorModel`` has it.
  func natural(_ table: EmbeddingTable, rows: [UInt32]) -> EmbeddingTable {
    let lanes = Array(0..<factors) + [userBias, itemBias].compactMap { $0 }
    var natural = EmbeddingTable(rows: rows.count, dimension: lanes.count)
    let (stride, sourceStride) = (natural.stride, table.stride)
    natural.withMutableValues { target in
      table.withValues { source in
        for (position, row) in rows.enumerated() {
          for (place, lane) in lanes.enumerated() {
            target[position * stride + place] = source[Int(row) * sourceStride + lane]
          }
        }
      }
    }
    return natural
  }
}
