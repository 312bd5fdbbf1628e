import Kernels
import Ratings

/// `neural` in training.
struct NeuralTraining: ModelInTraining {
  private let configuration: ModelConfiguration
  private let loss: RatingLoss
  private let dropout: Dropout
  private var users: TrainableTable
  private var items: TrainableTable
  private var kernels: [TrainableTable]
  private var biases: [TrainableTable]
  private var features: FeatureTables
  /// Takes a batch through the layers, a section of it at a time.
  private var pass: NetworkPass
  private let sectionSize: Int
  /// The most ratings of a section: what they hold between the layers stays in a cache.
  private static let largestSection = 1024

  init(
    _ configuration: ModelConfiguration, users: EmbeddingTable, items: EmbeddingTable,
    layers: [DenseLayer], features: FeatureTables = FeatureTables(), l2: Float,
    penalizesWholeTables: Bool, dropout: Dropout, batchSize: Int
  ) {
    self.configuration = configuration
    loss = RatingLoss(configuration)
    self.dropout = dropout
    self.features = features
    func trainable(_ table: EmbeddingTable) -> TrainableTable {
      let penalty = penalizesWholeTables ? l2 : 0
      return TrainableTable(
        table, capacity: batchSize, l2: Array(repeating: penalty, count: table.dimension))
    }
    self.users = trainable(users)
    self.items = trainable(items)
    kernels = layers.map {
      TrainableTable(
        $0.kernel, capacity: $0.kernel.rows,
        l2: Array(repeating: 0, count: $0.kernel.dimension))
    }
    biases = layers.map {
      TrainableTable($0.bias, capacity: 1, l2: Array(repeating: 0, count: $0.bias.dimension))
    }
    sectionSize = Swift.min(batchSize, Self.largestSection)
    pass = NetworkPass(
      widths: layers.map(\.kernel.rows) + [1], capacity: sectionSize)
  }

  /// Draws starting weights; the biases of the layers begin at zero.
  init(
    _ configuration: ModelConfiguration, options: ModelOptions,
    encodings: FeatureTables.Encodings = FeatureTables.Encodings(), seed: UInt32, l2: Float,
    penalizesWholeTables: Bool, batchSize: Int
  ) {
    let initializer = Initializer(seed: seed)
    let network = configuration.network
    func embedding(rows: Int, factors: Int, unit: UInt32) -> EmbeddingTable {
      EmbeddingTable(
        rows: rows, dimension: factors,
        values: initializer.heNormal(count: rows * factors, fanIn: rows, unit: unit))
    }
    let widths = [network.inputs] + configuration.hidden + [1]
    let layers = (0..<widths.count - 1).map { layer in
      let (inputs, outputs) = (widths[layer], widths[layer + 1])
      let kernel = initializer.heNormal(
        count: inputs * outputs, fanIn: inputs, unit: 4 + UInt32(layer))
      return DenseLayer(
        kernel: EmbeddingTable(rows: inputs, dimension: outputs, values: kernel),
        bias: EmbeddingTable(rows: 1, dimension: outputs))
    }
    self.init(
      configuration,
      users: embedding(rows: configuration.users, factors: network.userFactors, unit: 0),
      items: embedding(rows: configuration.items, factors: network.itemFactors, unit: 1),
      layers: layers,
      features: FeatureTables(
        encodings, seed: seed, l2: penalizesWholeTables ? l2 : 0, batchSize: batchSize),
      l2: l2,
      penalizesWholeTables: penalizesWholeTables,
      dropout: Dropout(
        input: options.inputDropout, hidden: options.hiddenDropout, seed: seed),
      batchSize: batchSize)
  }

  mutating func train(_ batch: Batch, optimizer: Optimizer, team: WorkTeam) -> Double {
    let count = batch.rows.count
    let (userRows, itemRows) = (batch.userRows, batch.itemRows)
    users.beginBatch(userRows)
    items.beginBatch(itemRows)
    features.beginBatch(batch, users: userRows, items: itemRows)
    for layer in kernels.indices {
      kernels[layer].beginBatch(0..<UInt32(kernels[layer].weights.rows))
      biases[layer].beginBatch(CollectionOfOne(0))
    }
    let isLazy = !optimizer.penalizesWholeTables
    let share = (isLazy ? loss.halving : 1) / Float(count)
    var sum = 0.0
    for start in stride(from: 0, to: count, by: sectionSize) {
      let section = start..<Swift.min(start + sectionSize, count)
      sum += learn(section, of: batch, userRows, itemRows, slopeShare: share, team)
    }
    let l2 = isLazy ? optimizer.l2 / Float(count) : nil
    if let l2 {
      users.addPenaltyGradients(Self.decay(l2, users), rows: userRows)
      items.addPenaltyGradients(Self.decay(l2, items), rows: itemRows)
    }
    var penalty =
      Double(users.endBatch(optimizer, team: team)) + Double(items.endBatch(optimizer, team: team))
    for layer in kernels.indices {
      penalty +=
        Double(kernels[layer].endBatch(optimizer, team: team))
        + Double(biases[layer].endBatch(optimizer, team: team))
    }
    penalty += features.endBatch(optimizer, l2: l2, team: team)
    return sum / Double(count) + penalty
  }

  /// The penalty's share of the gradient of one rating, by lane.
  private static func decay(_ l2: Float, _ table: TrainableTable) -> EmbeddingTable {
    let dimension = table.weights.dimension
    return EmbeddingTable(
      rows: 1, dimension: dimension, values: Array(repeating: l2, count: dimension))
  }

  /// Adds the gradients of some ratings of a batch and returns the sum of their losses.
  private mutating func learn(
    _ section: Range<Int>, of batch: Batch, _ userRows: [UInt32], _ itemRows: [UInt32],
    slopeShare: Float, _ team: WorkTeam
  ) -> Double {
    let first = batch.rows.startIndex + section.lowerBound
    let sum = pass.run(
      NetworkInputs(
        [
          NetworkInputs.Part(users.weights, userRows), NetworkInputs.Part(items.weights, itemRows),
        ] + features.parts, rows: section),
      layers: zip(kernels, biases).map { NetworkLayer(kernel: $0.weights, bias: $1.weights) },
      dropout: kernels.indices.map {
        dropout.gates(
          layer: $0, epoch: batch.epoch, position: batch.firstPosition + section.lowerBound)
      },
      team: team
    ) { [loss] row, key in
      let rating = batch.ratings.values[Int(batch.rows[first + row])]
      let (value, slope) = loss(key: key, rating: rating)
      return (value, slope * slopeShare)
    }
    for layer in kernels.indices {
      kernels[layer].withGradients { kernel, _ in
        biases[layer].withGradients { bias, _ in
          pass.addGradients(ofLayer: layer, kernel: &kernel, bias: &bias, team: team)
        }
      }
    }
    users.withGradients { gradients, places in
      pass.addInputGradients(to: &gradients, rows: places[section], from: 0)
    }
    items.withGradients { gradients, places in
      pass.addInputGradients(
        to: &gradients, rows: places[section], from: users.weights.dimension)
    }
    features.addGradients(
      of: pass, section, from: users.weights.dimension + items.weights.dimension)
    return sum
  }

  var tables: [TrainableTable] {
    get { [users, items] + kernels + biases + features.tables }
    set {
      (users, items) = (newValue[0], newValue[1])
      let layers = kernels.count
      kernels = Array(newValue[2..<2 + layers])
      biases = Array(newValue[(2 + layers)..<2 + 2 * layers])
      features.tables = Array(newValue[(2 + 2 * layers)...])
    }
  }

  func penaltyValue() -> Double {
    users.penaltyValue() + items.penaltyValue() + features.penaltyValue()
  }

  func model(_ counts: TrainingCounts) -> any RatingPredictor {
    NeuralModel(
      configuration, users: users.weights, items: items.weights,
      layers: zip(kernels, biases).map { DenseLayer(kernel: $0.weights, bias: $1.weights) },
      features: features.values(items: configuration.items), trainingCounts: counts)
  }
}

/// Which inputs of each layer are dropped.
struct Dropout {
  let input: Double
  let hidden: Double
  let seed: UInt32

  /// The gates of a layer's inputs for the rows from a position of an epoch on.
  func gates(layer: Int, epoch: UInt32, position: Int) -> DropoutGates {
    DropoutGates(
      rate: layer == 0 ? input : hidden, seed: seed, stream: RandomStream.dropout.rawValue,
      epoch: epoch, firstPosition: position, layer: layer)
  }
}
