import Kernels
import Ratings
import Testing

@testable import Recommenders

struct FactorModelTests {
  private let scale = RatingScale(minimum: 1, maximum: 5)
  private let tensors = [
    NamedTensor(name: "user_factors", shape: [2, 2], values: [1, 2, 0.5, -1]),
    NamedTensor(name: "item_factors", shape: [3, 2], values: [0.25, 0.5, -1, 1, 2, 0]),
    NamedTensor(name: "user_bias", shape: [2], values: [0.125, -0.25]),
    NamedTensor(name: "item_bias", shape: [3], values: [0.5, 0, -0.5]),
  ]

  private func model(
    _ type: ModelType, link: Link, cold: ColdPolicy = .asTrained,
    counts: TrainingCounts = TrainingCounts(users: [1, 1], items: [1, 1, 1])
  ) throws -> any RatingPredictor {
    try ModelRestoration.model(
      ModelConfiguration(
        type: type, users: 2, items: 3, factors: 2, hidden: [], link: link, cold: cold,
        scale: scale, trainMean: 3),
      tensors: tensors, trainingCounts: counts)
  }

  @Test func keysAreDotProductsWithBiases() throws {
    #expect(try key(model(.dot, link: .identity), 0, 0) == 1.25)
    #expect(try key(model(.biasedDot, link: .identity), 0, 0) == 1.875)
    #expect(try key(model(.logisticDot, link: .sigmoid), 2, 1) == 1 - 0.25 - 0.5)
  }

  @Test func linksMakeRatingsOfKeys() throws {
    let dot = try model(.dot, link: .identity)
    #expect(dot.predictedRating(of: ItemIndex(0), by: UserIndex(0)) == 1.25)
    let linear = try model(.biasedDot, link: .identity)
    #expect(linear.predictedRating(of: ItemIndex(0), by: UserIndex(0)) == 4.875)
    let curved = try model(.biasedDot, link: .sigmoid)
    let expected = 1 + 4 * Activations.sigmoid(1.875)
    #expect(curved.predictedRating(of: ItemIndex(0), by: UserIndex(0)) == expected)
  }

  @Test func coldPairsFallBackOnWhatIsKnown() throws {
    let counts = TrainingCounts(users: [1, 0], items: [1, 0, 1])
    let biased = try model(.biasedDot, link: .identity, cold: .knownTerms, counts: counts)
    #expect(key(biased, 1, 0) == 0.125, "the user's bias is left")
    #expect(key(biased, 0, 1) == 0.5, "the item's bias is left")
    #expect(key(biased, 1, 1) == 0)
    #expect(key(biased, 0, 0) == 1.875)
    let dot = try model(.dot, link: .identity, cold: .knownTerms, counts: counts)
    #expect(dot.predictedRating(of: ItemIndex(1), by: UserIndex(0)) == 3)
    #expect(dot.predictedRating(of: ItemIndex(0), by: UserIndex(1)) == 3)
    #expect(dot.predictedRating(of: ItemIndex(0), by: UserIndex(0)) == 1.25)
    let trained = try model(.biasedDot, link: .identity, cold: .asTrained, counts: counts)
    #expect(key(trained, 1, 0) == 1 + 0.125)
  }

  @Test(arguments: [ModelType.dot, .biasedDot, .logisticDot], [ColdPolicy.knownTerms, .asTrained])
  func listedScoresAreTheSameBits(type: ModelType, cold: ColdPolicy) throws {
    let counts = TrainingCounts(users: [2, 0], items: [1, 0, 3])
    let model = try model(
      type, link: type == .logisticDot ? .sigmoid : .identity, cold: cold, counts: counts)
    for user in 0..<2 {
      let listed = ListedScores.of(model, user: user)
      for item in 0..<3 {
        let rating = model.predictedRating(of: ItemIndex(item), by: UserIndex(user))
        #expect(listed[item]?.bitPattern == rating.bitPattern)
      }
    }
  }

  @Test func givesBackItsTensors() throws {
    #expect(try model(.biasedDot, link: .sigmoid).tensors == tensors)
    #expect(try model(.dot, link: .identity).tensors == Array(tensors[..<2]))
  }

  @Test func tensorsThatDoNotFitAreRefused() {
    let configuration = ModelConfiguration(
      type: .biasedDot, users: 2, items: 4, factors: 2, hidden: [], link: .sigmoid,
      cold: .asTrained, scale: scale, trainMean: 3)
    let counts = TrainingCounts(users: [1, 1], items: [1, 1, 1, 1])
    #expect(
      throws: ModelError.wrongShape(name: "item_factors", expected: [4, 2], actual: [3, 2])
    ) {
      try ModelRestoration.model(configuration, tensors: tensors, trainingCounts: counts)
    }
    #expect(throws: ModelError.missingTensor(name: "user_factors")) {
      try ModelRestoration.model(configuration, tensors: [], trainingCounts: counts)
    }
    let broken = [NamedTensor(name: "user_factors", shape: [2, 2], values: [0, 1, .nan, 2])]
    #expect(throws: ModelError.notFinite(name: "user_factors", index: 2)) {
      try ModelRestoration.model(configuration, tensors: broken, trainingCounts: counts)
    }
  }

  private func key(_ model: any RatingPredictor, _ item: Int, _ user: Int) -> Float {
    model.rankingKey(of: ItemIndex(item), by: UserIndex(user))
  }
}
