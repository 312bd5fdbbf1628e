import Kernels
import Ratings
import Testing

@testable import Recommenders

/// The steps of every parameter of a network with features against differences of its loss.
struct FeatureGradientTests {
  private static let ratings = RatingColumns(
    users: [0, 1, 2, 0, 1, 2].map { UserIndex($0) },
    items: [0, 1, 1, 2, 0, 3].map { ItemIndex($0) }, values: [1, 4.5, 3, 2.5, 5, 3.5],
    timestamps: [951_782_400, 951_868_800, 1_234_567_890, 1_234_567_890, 951_999_999, 0])
  private static let details = [
    ItemDetails(genres: ["Drama"]), ItemDetails(genres: ["Comedy", "Drama", "War"]), ItemDetails(),
    ItemDetails(genres: ["War", "Comedy"]),
  ]
  private static let counts = TrainingCounts(ratings, users: 3, items: 4)

  @Test(arguments: [[.genres, .date], [.genres], [.date], []] as [[ModelFeature]])
  func stepsFollowTheSlopeOfTheLoss(features: [ModelFeature]) {
    let (start, configuration) = Self.network(features)
    var state = start
    var training = TrainingOptions()
    (training.optimizer, training.learningRate, training.l2) = (.sgd, 1, 0)
    var optimizer = Optimizer(
      ResolvedTraining(training, model: ModelOptions(), ratings: 6, watchesHeldOut: false))
    optimizer.beginStep()
    _ = state.train(
      Batch(ratings: Self.ratings, rows: [0, 1, 2, 3, 4, 5], epoch: 1, firstPosition: 0),
      optimizer: optimizer, team: WorkTeam(threads: 1))

    var (compared, moved, kinks) = (0, 0, 0)
    for table in start.tables.indices {
      let weights = start.tables[table].weights
      for row in 0..<weights.rows {
        for lane in 0..<weights.dimension {
          let step = Double(weights[row, lane]) - Double(state.tables[table].weights[row, lane])
          // SGD takes half of the squared error.
          let slopes = [Float(1.0 / 256), 1.0 / 1024].map {
            Self.slope(start, table, row, lane, $0, configuration) / 2
          }
          compared += 1
          guard abs(slopes[0] - slopes[1]) < 2e-3 * max(1, abs(slopes[1])) else {
            kinks += 1
            continue
          }
          moved += step == 0 ? 0 : 1
          #expect(
            abs(step - slopes[1]) < 4e-3 * max(1, abs(slopes[1])), "\(table): [\(row), \(lane)]")
        }
      }
    }
    #expect(kinks <= compared / 10, "\(kinks) of \(compared)")
    #expect(moved > 60 + 40 * features.count)
  }

  /// A network whose weights are so great that every one of them matters.
  private static func network(
    _ features: [ModelFeature]
  ) -> (NeuralTraining, ModelConfiguration) {
    var options = ModelOptions()
    (options.type, options.userFactors, options.itemFactors) = (.neural, 3, 2)
    (options.hidden, options.features) = ([5, 4], features)
    (options.inputDropout, options.hiddenDropout) = (0, 0)
    let encodings = FeatureTables.Encodings(
      options, ratings: RatingSubset(ratings), users: 3, items: 4, details: details)
    let configuration = ModelConfiguration(
      type: .neural, users: 3, items: 4, factors: 50, hidden: [5, 4], link: .sigmoid,
      cold: .knownTerms, scale: RatingScale(minimum: 0.5, maximum: 5), trainMean: 3,
      details: ModelDetails(options, encodings))
    var state = NeuralTraining(
      configuration, options: options, encodings: encodings, seed: 4, l2: 0,
      penalizesWholeTables: false, batchSize: 6)
    let initializer = Initializer(seed: 4)
    var tables = state.tables
    for table in tables.indices {
      let (rows, dimension) = (tables[table].weights.rows, tables[table].weights.dimension)
      tables[table].weights = EmbeddingTable(
        rows: rows, dimension: dimension,
        values: initializer.heNormal(count: rows * dimension, fanIn: 8, unit: UInt32(table)))
    }
    state.tables = tables
    return (state, configuration)
  }

  /// The derivative of the mean loss by one parameter, from a difference to both sides.
  private static func slope(
    _ state: NeuralTraining, _ table: Int, _ row: Int, _ lane: Int, _ width: Float,
    _ configuration: ModelConfiguration
  ) -> Double {
    let losses = [width, -width].map { change in
      var changed = state
      var tables = changed.tables
      var weights = tables[table].weights
      weights[row, lane] += change
      tables[table].weights = weights
      changed.tables = tables
      let predictions = changed.model(counts).predictions(of: ratings, threads: 1).ratings
      return zip(predictions, ratings.values).reduce(0.0) { sum, pair in
        let error = Double(pair.0) - Double(pair.1)
        return sum + error * error
      } / Double(ratings.count)
    }
    return (losses[0] - losses[1]) / (2 * Double(width))
  }
}
