import Kernels
import Ratings

/// Some rows of a training set, to be learned from in one step.
struct Batch {
  let ratings: RatingColumns
  /// The row numbers, in the order in which sums are taken.
  let rows: ArraySlice<Int32>
  let epoch: UInt32
  /// The place of the first row in the epoch.
  let firstPosition: Int

  /// The users of the rows.
  var userRows: [UInt32] { rows.map { ratings.users[Int($0)].rawValue } }
  /// The items of the rows.
  var itemRows: [UInt32] { rows.map { ratings.items[Int($0)].rawValue } }
}

/// A model whose parameters are still moving.
protocol ModelInTraining: Sendable {
  /// Takes one step and returns the mean loss of the batch before it.
  ///
  /// The result does not depend on the number of threads of the team.
  mutating func train(_ batch: Batch, optimizer: Optimizer, team: WorkTeam) -> Double
  /// The L2 penalty of all tables.
  func penaltyValue() -> Double
  /// Everything that moves, in an order of the model's own.
  var tables: [TrainableTable] { get set }
  /// The model with the parameters as they are.
  func model(_ counts: TrainingCounts) -> any RatingPredictor
}

/// Visits the rows of an epoch in a seeded order, in batches of which the last may be short.
struct MinibatchSchedule {
  private let options: TrainingOptions
  private let count: Int
  private let threads: Int
  private let generator: CounterBasedGenerator

  init(_ options: TrainingOptions, count: Int, threads: Int = 1) {
    self.options = options
    self.count = count
    self.threads = threads
    generator = CounterBasedGenerator(seed: options.seed, stream: .shuffle)
  }

  /// The number of steps of an epoch.
  var batches: Int { (count + options.batchSize - 1) / options.batchSize }

  /// Trains one epoch and returns the mean of the batches' losses, weighted by their rows.
  func run(
    epoch: Int, on ratings: RatingSubset, state: inout any ModelInTraining,
    optimizer: inout Optimizer
  ) throws(TrainingError) -> Double {
    var order =
      options.shuffle
      ? generator.permutation(of: count, epoch: UInt32(epoch)) : Array(0..<Int32(count))
    if let rows = ratings.rows {
      for place in order.indices { order[place] = rows[Int(order[place])] }
    }
    let team = WorkTeam(threads: threads)
    var sum = 0.0
    for start in stride(from: 0, to: count, by: options.batchSize) {
      if Task.isCancelled { throw .cancelled }
      let end = min(start + options.batchSize, count)
      optimizer.beginStep()
      let batch = Batch(
        ratings: ratings.columns, rows: order[start..<end], epoch: UInt32(epoch),
        firstPosition: start)
      let loss = state.train(batch, optimizer: optimizer, team: team)
      sum += loss * Double(end - start)
    }
    return sum / Double(count)
  }
}
