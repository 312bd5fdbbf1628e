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
    #expect(large.optimizer == .lazyAdam && large.learningRate == 0.001 && large.l2 == 0.02)
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
