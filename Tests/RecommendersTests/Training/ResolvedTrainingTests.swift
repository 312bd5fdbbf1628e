import Testing

@testable import Recommenders

struct ResolvedTrainingTests {
  private func resolve(
    _ change: (inout TrainingOptions, inout ModelOptions) -> Void = { _, _ in },
    ratings: Int = 90_752, watchesHeldOut: Bool = false
  ) -> ResolvedTraining {
    var (training, model) = (TrainingOptions(), ModelOptions())
    change(&training, &model)
    return ResolvedTraining(
      training, model: model, ratings: ratings, watchesHeldOut: watchesHeldOut)
  }

  @Test func defaultsFollowTheSizeOfTheData() {
    let small = resolve()
    #expect(small.optimizer == .adam && small.learningRate == 0.001 && small.l2 == 1e-6)
    #expect(small.link == .sigmoid && small.refit == .train)
    let large = resolve(ratings: 1_000_000)
    #expect(large.optimizer == .sgd && large.schedule == .blocks && large.link == .identity)
    #expect(large.learningRate == 0.06 && large.learningRateDecay == 0.8 && large.l2 == 0.03)
    #expect(small.schedule == .minibatch && small.learningRateDecay == 1)
  }

  @Test func aModelThatCannotLearnFromBlocksLearnsFromBatches() {
    let neural = resolve({ _, model in model.type = .neural }, ratings: 5_000_000)
    #expect(neural.schedule == .minibatch && neural.optimizer == .lazyAdam)
    let adam = resolve({ training, _ in training.optimizer = .adam }, ratings: 5_000_000)
    #expect(adam.schedule == .minibatch && adam.optimizer == .adam)
    let adagrad = resolve({ training, _ in training.optimizer = .adagrad }, ratings: 5_000_000)
    #expect(adagrad.schedule == .blocks && adagrad.optimizer == .adagrad)
  }

  @Test func blocksMayBeChosenForFewRatings() {
    let resolved = resolve { training, _ in training.schedule = .blocks }
    #expect(resolved.schedule == .blocks && resolved.optimizer == .sgd)
    #expect(resolved.link == .sigmoid && resolved.learningRate == 0.06)
  }

  @Test func whatIsWrittenIsKept() {
    let resolved = resolve { training, model in
      training.optimizer = .sgd
      training.learningRate = 0.5
      training.l2 = 0
      training.refit = .all
      model.link = .identity
    }
    #expect(resolved.optimizer == .sgd && resolved.learningRate == 0.5 && resolved.l2 == 0)
    #expect(resolved.refit == .all && resolved.link == .identity)
  }

  @Test func watchingTheHeldOutRowsMeansNoRefit() {
    #expect(resolve(watchesHeldOut: true).refit == .none)
  }

  @Test(arguments: [
    (ModelType.dot, Link.identity), (.bias, .identity), (.neural, .sigmoid),
    (.logisticDot, .sigmoid),
  ])
  func modelsWithOneLinkHaveIt(type: ModelType, link: Link) {
    #expect(resolve { _, model in model.type = type }.link == link)
  }
}
