import Kernels
import Ratings
import Testing

@testable import Recommenders

/// The gradients of every parameter against differences of the loss.
struct GradientTests {
  private static let ratings = RatingColumns(
    users: [0, 1, 2, 0, 1].map { UserIndex($0) }, items: [0, 1, 1, 2, 0].map { ItemIndex($0) },
    values: [1, 4.5, 3, 2.5, 5])

  @Test(arguments: [ModelType.dot, .biasedDot, .logisticDot, .neural])
  func stepsFollowTheSlopeOfTheLoss(type: ModelType) throws {
    let configuration = ModelConfiguration(
      type: type, users: 3, items: 3, factors: 3, hidden: type == .neural ? [5, 4] : [],
      link: type == .dot ? .identity : .sigmoid, cold: .asTrained,
      scale: RatingScale(minimum: 0.5, maximum: 5), trainMean: 3)
    var state: any ModelInTraining
    if type == .neural {
      state = Self.network(configuration)
    } else {
      state = FactorTraining(
        configuration, seed: 4, l2: 0, penalizesWholeTables: false, batchSize: 5)
    }
    let counts = TrainingCounts(Self.ratings, users: 3, items: 3)
    let before = state.model(counts).tensors
    var training = TrainingOptions()
    (training.optimizer, training.learningRate, training.l2) = (.sgd, 1, 0)
    var optimizer = Optimizer(
      ResolvedTraining(training, model: ModelOptions(), ratings: 5, watchesHeldOut: false))
    optimizer.beginStep()
    let batch = Batch(
      ratings: Self.ratings, rows: [0, 1, 2, 3, 4], epoch: 1, firstPosition: 0)
    _ = state.train(batch, optimizer: optimizer, team: WorkTeam(threads: 1))
    let after = state.model(counts).tensors

    let halving: Double = type == .logisticDot ? 1 : 0.5
    var (compared, kinks) = (0, 0)
    for (index, tensor) in before.enumerated() {
      for place in tensor.values.indices {
        let step = Double(tensor.values[place]) - Double(after[index].values[place])
        let slopes = try [Float(1.0 / 256), 1.0 / 1024].map {
          try slope(of: before, index, place, $0, configuration, counts) * halving
        }
        compared += 1
        // A difference across a kink of the rectifier is not the derivative at the point; it
        // depends on its width.
        guard abs(slopes[0] - slopes[1]) < 2e-3 * max(1, abs(slopes[1])) else {
          kinks += 1
          continue
        }
        #expect(
          abs(step - slopes[1]) < 4e-3 * max(1, abs(slopes[1])), "\(tensor.name)[\(place)]")
      }
    }
    #expect(kinks <= (type == .neural ? compared / 10 : 0), "\(kinks) of \(compared)")
  }

  /// A network whose biases are not zero: a unit whose inputs are all cut off would otherwise stand
  /// exactly on the kink of the rectifier.
  private static func network(_ configuration: ModelConfiguration) -> NeuralTraining {
    let initializer = Initializer(seed: 4)
    func table(_ rows: Int, _ dimension: Int, unit: UInt32) -> EmbeddingTable {
      EmbeddingTable(
        rows: rows, dimension: dimension,
        values: initializer.heNormal(count: rows * dimension, fanIn: 4, unit: unit))
    }
    let widths = [6, 5, 4, 1]
    return NeuralTraining(
      configuration, users: table(3, 3, unit: 0), items: table(3, 3, unit: 1),
      layers: (0..<3).map {
        DenseLayer(
          kernel: table(widths[$0], widths[$0 + 1], unit: 4 + UInt32($0)),
          bias: table(1, widths[$0 + 1], unit: 8 + UInt32($0)))
      },
      l2: 0, penalizesWholeTables: false, dropout: Dropout(input: 0, hidden: 0, seed: 4),
      batchSize: 5)
  }

  /// The derivative of the mean loss by one parameter, from a difference to both sides.
  private func slope(
    of tensors: [NamedTensor], _ index: Int, _ place: Int, _ width: Float,
    _ configuration: ModelConfiguration,
    _ counts: TrainingCounts
  ) throws -> Double {
    let losses = try [width, -width].map { change in
      var changed = tensors
      var values = tensors[index].values
      values[place] += change
      changed[index] = NamedTensor(
        name: tensors[index].name, shape: tensors[index].shape, values: values)
      let model = try ModelRestoration.model(
        configuration, tensors: changed, trainingCounts: counts)
      let loss = RatingLoss(configuration)
      var sum = 0.0
      for row in 0..<5 {
        let key = model.rankingKey(of: Self.ratings.items[row], by: Self.ratings.users[row])
        sum += loss(key: key, rating: Self.ratings.values[row]).value
      }
      return sum / 5
    }
    return (losses[0] - losses[1]) / (2 * Double(width))
  }
}
