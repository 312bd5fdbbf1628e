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
      var options = ModelOptions()
      (options.inputDropout, options.hiddenDropout) = (0, 0)
      state = NeuralTraining(
        configuration, options: options, seed: 4, l2: 0, penalizesWholeTables: false, batchSize: 5)
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
    _ = state.train(batch, optimizer: optimizer)
    let after = state.model(counts).tensors

    let halving: Double = type == .logisticDot ? 1 : 0.5
    for (index, tensor) in before.enumerated() {
      for place in tensor.values.indices {
        let step = Double(tensor.values[place]) - Double(after[index].values[place])
        let slope = try slope(of: before, index, place, configuration, counts) * halving
        #expect(abs(step - slope) < 2e-3 * max(1, abs(slope)), "\(tensor.name)[\(place)]")
      }
    }
  }

  /// The derivative of the mean loss by one parameter, from a difference to both sides.
  private func slope(
    of tensors: [NamedTensor], _ index: Int, _ place: Int, _ configuration: ModelConfiguration,
    _ counts: TrainingCounts
  ) throws -> Double {
    let width: Float = 1.0 / 1024
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
