import Foundation
import Kernels
import Ratings
import Testing

@testable import Recommenders

/// Traces of Keras 3.15 on TensorFlow 2.21: starting weights, batches in row order without dropout,
/// the loss of each epoch, the final weights.
struct KerasParityTests {
  @Test(arguments: [ModelType.dot, .biasedDot, .neural, .logisticDot])
  func followsKerasOverAllSteps(type: ModelType) throws {
    let trace = try KerasTrace.load()
    let model = try #require(trace.models[type.rawValue])
    var state = try model.start(type, trace)
    var options = TrainingOptions()
    options.batchSize = trace.batchSize
    options.learningRate = trace.adam.learningRate
    options.optimizer = .adam
    options.shuffle = false
    let resolved = ResolvedTraining(
      options, model: ModelOptions(), ratings: 50, watchesHeldOut: false)
    var optimizer = Optimizer(resolved)
    let ratings = trace.ratings
    let counts = TrainingCounts(ratings, users: trace.users, items: trace.items)
    let schedule = MinibatchSchedule(options, count: ratings.count)

    expectClose(predictions(state.model(counts), ratings), model.predictionBefore)
    for (index, expected) in model.epochLoss.enumerated() {
      let loss = try schedule.run(
        epoch: index + 1, on: RatingSubset(ratings), state: &state, optimizer: &optimizer)
      #expect(abs(loss - expected) <= 1e-5 * abs(expected), "epoch \(index + 1)")
    }
    let trained = state.model(counts)
    expectClose(predictions(trained, ratings), model.predictionAfter)
    for tensor in trained.tensors {
      let name = KerasTrace.names[tensor.name] ?? tensor.name
      let expected = try #require(model.final[name], "\(name)").values
      #expect(tensor.values.count == expected.count)
      for (actual, expected) in zip(tensor.values, expected) {
        #expect(
          abs(Double(actual) - expected) <= 5e-6 + 1e-4 * abs(expected), "\(tensor.name)")
      }
    }
  }

  /// Keras' `logistic-dot` predicts the place on the scale, not the rating.
  private func predictions(_ model: any RatingPredictor, _ ratings: RatingColumns) -> [Double] {
    (0..<ratings.count).map { row in
      let rating = model.predictedRating(of: ratings.items[row], by: ratings.users[row])
      let configuration = model.configuration
      return configuration.type == .logisticDot
        ? Double((rating - configuration.scale.minimum) / configuration.range) : Double(rating)
    }
  }

  private func expectClose(_ actual: [Double], _ expected: [Double]) {
    #expect(actual.count == expected.count)
    for (actual, expected) in zip(actual, expected) {
      #expect(abs(actual - expected) <= 1e-5 + 1e-4 * abs(expected))
    }
  }
}

private struct KerasTrace: Decodable {
  struct Adam: Decodable {
    let learningRate: Double
    enum CodingKeys: String, CodingKey { case learningRate = "learning_rate" }
  }

  /// A tensor of one or two dimensions, flattened.
  struct Tensor: Decodable {
    let values: [Double]
    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let rows = try? container.decode([[Double]].self) {
        values = rows.flatMap { $0 }
      } else {
        values = try container.decode([Double].self)
      }
    }
    var floats: [Float] { values.map { Float($0) } }
  }

  struct Model: Decodable {
    let initial: [String: Tensor]
    let final: [String: Tensor]
    let epochLoss: [Double]
    let predictionBefore: [Double]
    let predictionAfter: [Double]
    enum CodingKeys: String, CodingKey {
      case initial, final
      case epochLoss = "epoch_loss"
      case predictionBefore = "prediction_before"
      case predictionAfter = "prediction_after"
    }

    func start(_ type: ModelType, _ trace: KerasTrace) throws -> any ModelInTraining {
      let (users, items, factors) = (trace.users, trace.items, trace.factors)
      let hidden = type == .neural ? [3] : []
      let configuration = ModelConfiguration(
        type: type, users: users, items: items, factors: factors, hidden: hidden,
        link: type == .dot ? .identity : .sigmoid, cold: .asTrained,
        scale: RatingScale(minimum: trace.minimum, maximum: trace.maximum), trainMean: 0)
      func values(_ name: String) throws -> [Float] { try #require(initial[name]).floats }
      if type == .neural {
        let layers = [
          DenseLayer(
            kernel: EmbeddingTable(
              rows: 2 * factors, dimension: 3, values: try values("hidden_kernel")),
            bias: EmbeddingTable(rows: 1, dimension: 3, values: try values("hidden_bias"))),
          DenseLayer(
            kernel: EmbeddingTable(rows: 3, dimension: 1, values: try values("output_kernel")),
            bias: EmbeddingTable(rows: 1, dimension: 1, values: try values("output_bias"))),
        ]
        return NeuralTraining(
          configuration,
          users: EmbeddingTable(
            rows: users, dimension: factors, values: try values("user_factors")),
          items: EmbeddingTable(
            rows: items, dimension: factors, values: try values("item_factors")),
          layers: layers, l2: trace.l2, penalizesWholeTables: true,
          dropout: Dropout(input: 0, hidden: 0, seed: 0),
          batchSize: trace.batchSize)
      }
      let userBias = initial["user_bias"]?.floats
      let itemBias = initial["item_bias"]?.floats
      return FactorTraining(
        configuration,
        users: FactorModel.table(
          factors: try values("user_factors"), count: factors, rows: users, userBias
        ) { ($0, 1) },
        items: FactorModel.table(
          factors: try values("item_factors"), count: factors, rows: items, itemBias
        ) { (1, $0) },
        l2: trace.l2, penalizesWholeTables: true, batchSize: trace.batchSize)
    }
  }

  /// What the trace calls the tensors of a bundle.
  static let names = [
    "dense_1_kernel": "hidden_kernel", "dense_1_bias": "hidden_bias",
    "dense_2_kernel": "output_kernel", "dense_2_bias": "output_bias",
  ]

  let users: Int
  let items: Int
  let factors: Int
  let batchSize: Int
  let minimum: Float
  let maximum: Float
  let l2: Float
  let adam: Adam
  let user: [Int]
  let item: [Int]
  let rating: [Float]
  let models: [String: Model]

  enum CodingKeys: String, CodingKey {
    case users, items, factors, l2, adam, user, item, rating, models
    case batchSize = "batch_size"
    case minimum = "min_rating"
    case maximum = "max_rating"
  }

  var ratings: RatingColumns {
    RatingColumns(
      users: user.map { UserIndex($0) }, items: item.map { ItemIndex($0) }, values: rating)
  }

  static func load() throws -> KerasTrace {
    let url = try #require(
      Bundle.module.url(
        forResource: "keras_parity", withExtension: "json", subdirectory: "Fixtures"))
    return try JSONDecoder().decode(KerasTrace.self, from: Data(contentsOf: url))
  }
}
