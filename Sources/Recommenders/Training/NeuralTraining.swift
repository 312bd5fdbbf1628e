import Kernels
import Ratings

/// `neural` in training: forward and backward through the layers, one rating at a time.
struct NeuralTraining: ModelInTraining {
  private let configuration: ModelConfiguration
  private let loss: RatingLoss
  private let dropout: Dropout
  private var users: TrainableTable
  private var items: TrainableTable
  private var kernels: [TrainableTable]
  private var biases: [TrainableTable]
  /// The values that go into each layer, after activation and dropout; the last row is the key.
  private var values: [EmbeddingTable]
  /// The derivatives of the loss by what comes out of each layer.
  private var slopes: [EmbeddingTable]
  /// What each layer's inputs were multiplied by: 0 where dropped or cut off by the rectifier.
  private var gates: [[Float]]

  init(
    _ configuration: ModelConfiguration, users: EmbeddingTable, items: EmbeddingTable,
    layers: [DenseLayer], l2: Float, penalizesWholeTables: Bool, dropout: Dropout, batchSize: Int
  ) {
    self.configuration = configuration
    loss = RatingLoss(configuration)
    self.dropout = dropout
    let penalty = [Float](
      repeating: penalizesWholeTables ? l2 : 0, count: configuration.factors)
    self.users = TrainableTable(users, capacity: batchSize, l2: penalty)
    self.items = TrainableTable(items, capacity: batchSize, l2: penalty)
    kernels = layers.map {
      TrainableTable(
        $0.kernel, capacity: $0.kernel.rows,
        l2: Array(repeating: 0, count: $0.kernel.dimension))
    }
    biases = layers.map {
      TrainableTable($0.bias, capacity: 1, l2: Array(repeating: 0, count: $0.bias.dimension))
    }
    values = layers.map { EmbeddingTable(rows: 1, dimension: $0.kernel.rows) }
    slopes = layers.map { EmbeddingTable(rows: 1, dimension: $0.kernel.dimension) }
    gates = layers.map { Array(repeating: 1, count: $0.kernel.rows) }
  }

  /// Draws starting weights; the biases of the layers begin at zero.
  init(
    _ configuration: ModelConfiguration, options: ModelOptions, seed: UInt32, l2: Float,
    penalizesWholeTables: Bool, batchSize: Int
  ) {
    let initializer = Initializer(seed: seed)
    let factors = configuration.factors
    func embedding(rows: Int, unit: UInt32) -> EmbeddingTable {
      EmbeddingTable(
        rows: rows, dimension: factors,
        values: initializer.heNormal(count: rows * factors, fanIn: rows, unit: unit))
    }
    let widths = [2 * factors] + configuration.hidden + [1]
    let layers = (0..<widths.count - 1).map { layer in
      let (inputs, outputs) = (widths[layer], widths[layer + 1])
      let kernel = initializer.heNormal(
        count: inputs * outputs, fanIn: inputs, unit: 4 + UInt32(layer))
      return DenseLayer(
        kernel: EmbeddingTable(rows: inputs, dimension: outputs, values: kernel),
        bias: EmbeddingTable(rows: 1, dimension: outputs))
    }
    self.init(
      configuration, users: embedding(rows: configuration.users, unit: 0),
      items: embedding(rows: configuration.items, unit: 1), layers: layers, l2: l2,
      penalizesWholeTables: penalizesWholeTables,
      dropout: Dropout(
        input: options.inputDropout, hidden: options.hiddenDropout, seed: seed),
      batchSize: batchSize)
  }

  mutating func train(_ batch: Batch, optimizer: Optimizer) -> Double {
    let ratings = batch.ratings
    users.beginBatch(batch.userRows)
    items.beginBatch(batch.itemRows)
    for layer in kernels.indices {
      kernels[layer].beginBatch(0..<UInt32(kernels[layer].weights.rows))
      biases[layer].beginBatch(CollectionOfOne(0))
    }
    let isLazy = !optimizer.penalizesWholeTables
    let share = (isLazy ? loss.halving : 1) / Float(batch.rows.count)
    var sum = 0.0
    for (offset, row) in batch.rows.enumerated() {
      let user = ratings.users[Int(row)].position
      let item = ratings.items[Int(row)].position
      let key = forward(user, item, epoch: batch.epoch, position: batch.firstPosition + offset)
      let (value, slope) = loss(key: key, rating: ratings.values[Int(row)])
      sum += value
      backward(slope * share, element: offset)
      if isLazy {
        let decay = optimizer.l2 / Float(batch.rows.count)
        users.addGradient(decay, times: users.weights, row: user, element: offset)
        items.addGradient(decay, times: items.weights, row: item, element: offset)
      }
    }
    var penalty = Double(users.endBatch(optimizer)) + Double(items.endBatch(optimizer))
    for layer in kernels.indices {
      penalty +=
        Double(kernels[layer].endBatch(optimizer)) + Double(biases[layer].endBatch(optimizer))
    }
    return sum / Double(batch.rows.count) + penalty
  }

  func penaltyValue() -> Double { users.penaltyValue() + items.penaltyValue() }

  func model(_ counts: TrainingCounts) -> any RatingPredictor {
    NeuralModel(
      configuration, users: users.weights, items: items.weights,
      layers: zip(kernels, biases).map { DenseLayer(kernel: $0.weights, bias: $1.weights) },
      trainingCounts: counts)
  }

  private mutating func forward(_ user: Int, _ item: Int, epoch: UInt32, position: Int) -> Float {
    let factors = configuration.factors
    for lane in 0..<factors {
      values[0][0, lane] = users.weights[user, lane]
      values[0][0, factors + lane] = items.weights[item, lane]
    }
    dropout.draw(
      &gates[0], rate: dropout.input, epoch: epoch, position: position, layer: 0)
    for layer in kernels.indices {
      if layer > 0 {
        dropout.draw(
          &gates[layer], rate: dropout.hidden, epoch: epoch, position: position, layer: layer)
        for unit in gates[layer].indices {
          let output = slopes[layer - 1][0, unit]
          if output <= 0 { gates[layer][unit] = 0 }
          values[layer][0, unit] = output
        }
      }
      // The outputs are gathered where their derivatives will stand.
      slopes[layer].clear(0..<1)
      for input in gates[layer].indices {
        let value = values[layer][0, input] * gates[layer][input]
        values[layer][0, input] = value
        if value != 0 {
          slopes[layer].add(value, times: kernels[layer].weights, row: input, to: 0)
        }
      }
      slopes[layer].add(1, times: biases[layer].weights, row: 0, to: 0)
    }
    return slopes[kernels.count - 1][0, 0]
  }

  private mutating func backward(_ slope: Float, element: Int) {
    slopes[kernels.count - 1][0, 0] = slope
    for layer in kernels.indices.reversed() {
      biases[layer].addGradient(1, times: slopes[layer], row: 0, element: 0)
      for input in gates[layer].indices {
        let value = values[layer][0, input]
        if value != 0 {
          kernels[layer].addGradient(value, times: slopes[layer], row: 0, element: input)
        }
        let gate = gates[layer][input]
        values[layer][0, input] =
          gate == 0 ? 0 : gate * slopes[layer].dot(0, kernels[layer].weights, input)
      }
      if layer > 0 {
        for unit in gates[layer].indices { slopes[layer - 1][0, unit] = values[layer][0, unit] }
      }
    }
    let factors = configuration.factors
    users.addGradient(values[0], lanes: 0..<factors, element: element)
    items.addGradient(values[0], lanes: factors..<2 * factors, element: element)
  }

}

/// Which inputs of a layer are dropped, as a pure function of (seed, epoch, position, layer).
///
/// What is kept is divided by the share that is kept, so that nothing changes outside training.
struct Dropout {
  let input: Double
  let hidden: Double
  private let generator: CounterBasedGenerator

  init(input: Double, hidden: Double, seed: UInt32) {
    self.input = input
    self.hidden = hidden
    generator = CounterBasedGenerator(seed: seed, stream: .dropout)
  }

  /// Sets each gate to 0 with probability `rate`, else to 1 / (1 − rate).
  func draw(_ gates: inout [Float], rate: Double, epoch: UInt32, position: Int, layer: Int) {
    guard rate > 0 else {
      for unit in gates.indices { gates[unit] = 1 }
      return
    }
    let kept = Float(1 / (1 - rate))
    let threshold = UInt32(min(rate * 4_294_967_296, 4_294_967_295))
    var unit = 0
    while unit < gates.count {
      let number = UInt32(layer) << 24 | UInt32(unit / 4)
      let (a, b, c, d) = generator.words(epoch: epoch, position: UInt64(position), unit: number)
      gates[unit] = a < threshold ? 0 : kept
      if unit + 1 < gates.count { gates[unit + 1] = b < threshold ? 0 : kept }
      if unit + 2 < gates.count { gates[unit + 2] = c < threshold ? 0 : kept }
      if unit + 3 < gates.count { gates[unit + 3] = d < threshold ? 0 : kept }
      unit += 4
    }
  }
}
