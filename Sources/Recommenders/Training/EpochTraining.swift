import Kernels
import Ratings

/// A model in training that learns from all of its ratings epoch by epoch.
///
/// What one epoch hands to the next is ``weights``, ``memory`` and the number of epochs; all else is
/// made from the ratings and the seed.
protocol EpochTraining: Sendable {
  /// Learns from every rating once and returns the mean loss before each step.
  mutating func trainEpoch(_ number: Int, learningRate: Float) throws(TrainingError) -> Double
  /// The mean loss and the RMSE of the validation rows; `nil` if there are none.
  func validate() -> (loss: Double, rmse: Double)?
  /// The model with the parameters as they are.
  func model() -> any RatingPredictor
  /// The tables of weights, in an order of the model's own.
  var weights: [EmbeddingTable] { get set }
  /// What the optimizer remembers of the weights.
  var memory: [EmbeddingTable] { get set }
  /// Counts the steps of epochs that were trained elsewhere.
  mutating func skip(epochs: Int)
}

extension EpochTraining {
  /// Nothing, for models whose epochs start from the weights alone.
  var memory: [EmbeddingTable] {
    get { [] }
    set { precondition(newValue.isEmpty, "there is no memory") }
  }

  /// Nothing to count, for models whose epochs do not depend on their number.
  mutating func skip(epochs: Int) {}

  /// Goes on where another process stopped; returns `false`, and changes nothing, if its tables have
  /// other shapes.
  mutating func resume(from progress: TrainingProgress) -> Bool {
    guard Self.shapes(progress.weights) == Self.shapes(weights),
      Self.shapes(progress.memory) == Self.shapes(memory),
      progress.bestWeights.map({ Self.shapes($0) == Self.shapes(weights) }) ?? true
    else { return false }
    weights = progress.weights
    memory = progress.memory
    skip(epochs: progress.history.count)
    return true
  }

  private static func shapes(_ tables: [EmbeddingTable]) -> [[Int]] {
    tables.map { [$0.rows, $0.dimension] }
  }
}

/// A model that learns from batches, in a new order each epoch.
struct MinibatchTraining: EpochTraining {
  private let ratings: RatingSubset
  private let validation: RatingSubset
  private let configuration: ModelConfiguration
  private let counts: TrainingCounts
  private let schedule: MinibatchSchedule
  private var state: any ModelInTraining
  private var optimizer: Optimizer

  init(
    _ state: any ModelInTraining, _ configuration: ModelConfiguration, counts: TrainingCounts,
    options: TrainingOptions, resolved: ResolvedTraining, ratings: RatingSubset,
    validation: RatingSubset, threads: Int
  ) {
    self.state = state
    self.configuration = configuration
    self.counts = counts
    self.ratings = ratings
    self.validation = validation
    schedule = MinibatchSchedule(options, count: ratings.count, threads: threads)
    optimizer = Optimizer(resolved)
  }

  var weights: [EmbeddingTable] {
    get { state.tables.map(\.weights) }
    set {
      var tables = state.tables
      for (place, weights) in newValue.enumerated() { tables[place].weights = weights }
      state.tables = tables
    }
  }

  var memory: [EmbeddingTable] {
    get { state.tables.flatMap(\.memory) }
    set {
      var tables = state.tables
      var first = 0
      for place in tables.indices {
        let count = tables[place].memory.count
        tables[place].memory = Array(newValue[first..<first + count])
        first += count
      }
      state.tables = tables
    }
  }

  mutating func skip(epochs: Int) {
    optimizer.skip(steps: epochs * schedule.batches)
  }

  mutating func trainEpoch(
    _ number: Int, learningRate: Float
  ) throws(TrainingError) -> Double {
    optimizer.learningRate = learningRate
    return try schedule.run(epoch: number, on: ratings, state: &state, optimizer: &optimizer)
  }

  func validate() -> (loss: Double, rmse: Double)? {
    guard validation.count > 0 else { return nil }
    let model = state.model(counts)
    let network = model as? NeuralModel
    let loss = RatingLoss(configuration)
    var (sum, squares) = (0.0, 0.0)
    for position in 0..<validation.count {
      let row = validation.row(at: position)
      let columns = validation.columns
      let (item, user) = (columns.items[row], columns.users[row])
      let key =
        network?.key(of: item, by: user, at: columns[row].timestamp)
        ?? model.rankingKey(of: item, by: user)
      let rating = columns.values[row]
      sum += loss(key: key, rating: rating).value
      let error = Double(configuration.rating(ofKey: key)) - Double(rating)
      squares += error * error
    }
    let count = Double(validation.count)
    let penalty = optimizer.penalizesWholeTables ? state.penaltyValue() : 0
    return (sum / count + penalty, (squares / count).squareRoot())
  }

  func model() -> any RatingPredictor { state.model(counts) }
}
