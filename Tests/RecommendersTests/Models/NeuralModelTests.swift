import Kernels
import Ratings
import Testing

@testable import Recommenders

struct NeuralModelTests {
  @Test(arguments: [[3], [5, 4], [2, 3, 2]])
  func keysAreThoseOfThePlainNetwork(hidden: [Int]) throws {
    let tensors = Self.tensors(hidden)
    let model = try Self.model(hidden, tensors, cold: .asTrained)
    #expect(model.tensors == tensors)
    for user in 0..<2 {
      let listed = ListedScores.of(model, user: user)
      for item in 0..<3 {
        let key = model.rankingKey(of: ItemIndex(item), by: UserIndex(user))
        let rating = model.predictedRating(of: ItemIndex(item), by: UserIndex(user))
        #expect(listed[item]?.bitPattern == rating.bitPattern)
        #expect(abs(Double(key) - Self.plainKey(hidden, tensors, user, item)) < 1e-5)
      }
    }
  }

  @Test func coldPairsArePredictedByTheMean() throws {
    let tensors = Self.tensors([3])
    let model = try Self.model([3], tensors, cold: .knownTerms)
    #expect(
      abs(model.predictedRating(of: ItemIndex(2), by: UserIndex(0)) - 3.25) < 1e-5)
    #expect(model.isUnknown(ItemIndex(2), UserIndex(0)))
    #expect(!model.isUnknown(ItemIndex(1), UserIndex(0)))
    let listed = ListedScores.of(model, user: 0)
    #expect(listed[2] == model.predictedRating(of: ItemIndex(2), by: UserIndex(0)))
    #expect(listed[0] != listed[2])
  }

  /// Factors so great that a unit is infinite, or infinity less infinity, for some pairs.
  @Test(arguments: [[3], [5, 4]], [-10, 10] as [Float])
  func whatIsNotANumberIsNotListed(hidden: [Int], weight: Float) throws {
    var tensors = Self.tensors(hidden)
    func set(_ tensor: Int, _ row: Int, _ value: Float) {
      let (name, shape) = (tensors[tensor].name, tensors[tensor].shape)
      var values = tensors[tensor].values
      values[row * shape[1]] = value
      tensors[tensor] = NamedTensor(name: name, shape: shape, values: values)
    }
    set(0, 1, 3e38)
    set(1, 0, 3e38)
    set(1, 2, -3e38)
    // The first unit's weights of a user's and of an item's first factor.
    set(2, 0, weight)
    set(2, 2, 10)
    let model = try Self.model(hidden, tensors, cold: .asTrained)
    var notNumbers = 0
    for user in 0..<2 {
      let listed = ListedScores.of(model, user: user)
      for item in 0..<3 {
        let key = model.rankingKey(of: ItemIndex(item), by: UserIndex(user))
        let rating = model.predictedRating(of: ItemIndex(item), by: UserIndex(user))
        #expect(listed[item]?.bitPattern == (key.isNaN ? nil : rating.bitPattern))
        if key.isNaN { notNumbers += 1 }
      }
    }
    #expect(notNumbers > 0)
  }

  private static func tensors(_ hidden: [Int]) -> [NamedTensor] {
    var state: UInt64 = 9
    func tensor(_ name: String, _ shape: [Int]) -> NamedTensor {
      let values = (0..<shape.reduce(1, *)).map { _ -> Float in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Float(Int64(state >> 40) - 8_388_608) / 8_388_608
      }
      return NamedTensor(name: name, shape: shape, values: values)
    }
    var tensors = [tensor("user_factors", [2, 2]), tensor("item_factors", [3, 2])]
    let widths = [4] + hidden + [1]
    for layer in 1..<widths.count {
      tensors.append(tensor("dense_\(layer)_kernel", [widths[layer - 1], widths[layer]]))
      tensors.append(tensor("dense_\(layer)_bias", [widths[layer]]))
    }
    return tensors
  }

  private static func model(
    _ hidden: [Int], _ tensors: [NamedTensor], cold: ColdPolicy
  ) throws -> any RatingPredictor {
    try ModelRestoration.model(
      ModelConfiguration(
        type: .neural, users: 2, items: 3, factors: 2, hidden: hidden, link: .sigmoid, cold: cold,
        scale: RatingScale(minimum: 1, maximum: 5), trainMean: 3.25),
      tensors: tensors, trainingCounts: TrainingCounts(users: [1, 1], items: [1, 1, 0]))
  }

  private static func plainKey(
    _ hidden: [Int], _ tensors: [NamedTensor], _ user: Int, _ item: Int
  ) -> Double {
    var values =
      tensors[0].values[2 * user..<2 * user + 2].map { Double($0) }
      + tensors[1].values[2 * item..<2 * item + 2].map { Double($0) }
    for layer in 0...hidden.count {
      let (kernel, bias) = (tensors[2 + 2 * layer], tensors[3 + 2 * layer])
      let outputs = kernel.shape[1]
      values = (0..<outputs).map { unit in
        var sum = Double(bias.values[unit])
        for input in values.indices {
          sum += values[input] * Double(kernel.values[input * outputs + unit])
        }
        return layer < hidden.count ? max(sum, 0) : sum
      }
    }
    return values[0]
  }
}
