import Ratings
import Testing

@testable import Recommenders

@Suite struct ModelSelectionTests {
  /// Ratings with two models whose errors are opposite, and one that knows nothing.
  private static let ratings: [Float] = (0..<400).map { Float(1 + $0 % 5) }
  private static let high = ratings.enumerated().map { $1 + ($0 % 2 == 0 ? 0.5 : -0.3) }
  private static let low = ratings.enumerated().map { $1 - ($0 % 2 == 0 ? 0.5 : -0.3) }
  private static let blind = [Float](repeating: 3, count: 400)

  @Test func theBestModelIsTakenAlone() {
    let selection = ModelSelection(
      .best, predictions: [Self.blind, Self.high, Self.low], ratings: Self.ratings)
    #expect(selection.weights == [0, 1, 0])
    #expect(selection.chosen == [1])
    #expect(selection.rmse == selection.rmses[1])
    #expect(selection.rmses[0] == 2.0.squareRoot())
  }

  @Test func ofEqualModelsTheFirstIsTaken() {
    let selection = ModelSelection(
      .best, predictions: [Self.blind, Self.blind], ratings: Self.ratings)
    #expect(selection.chosen == [0])
  }

  @Test func errorsThatCancelAreBlendedAway() throws {
    let selection = ModelSelection(
      .blend, predictions: [Self.high, Self.low], ratings: Self.ratings)
    #expect(abs(selection.weights[0] - 0.5) < 0.01 && abs(selection.weights[1] - 0.5) < 0.01)
    #expect(try #require(selection.rmse) < 0.01)
  }

  @Test func aModelThatKnowsNothingGetsLittleWeight() {
    let selection = ModelSelection(
      .blend, predictions: [Self.ratings, Self.blind], ratings: Self.ratings)
    #expect(selection.weights[0] > 0.97 && abs(selection.weights[1]) < 0.03)
  }

  @Test func aStackHasNoWeights() {
    let selection = ModelSelection(
      .stack, predictions: [Self.ratings, Self.blind], ratings: Self.ratings)
    #expect(selection.weights.isEmpty && selection.rmse == nil)
    #expect(selection.rmses[0] == 0 && selection.rmses[1] > 0)
    #expect(selection.rows == Self.ratings.count)
  }

  @Test func fewRowsLeaveTheWeightsAlike() {
    let selection = ModelSelection(
      .blend, predictions: [[3.1], [2.9]], ratings: [3.1])
    #expect(abs(selection.weights[0] - 0.5) < 0.05 && abs(selection.weights[1] - 0.5) < 0.05)
  }

  @Test func theWeightsAreThoseOfTheNormalEquations() {
    let selection = ModelSelection(
      .blend, predictions: [Self.high, Self.blind], ratings: Self.ratings)
    // (PᵀP + λI)·w = Pᵀy + λ/2, written out for two models.
    func dot(_ one: [Float], _ other: [Float]) -> Double {
      zip(one, other).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let ridge = ModelSelection.ridge
    let (a, b, c) = (
      dot(Self.high, Self.high) + ridge, dot(Self.high, Self.blind),
      dot(Self.blind, Self.blind) + ridge
    )
    let (s, t) = (
      dot(Self.high, Self.ratings) + ridge / 2, dot(Self.blind, Self.ratings) + ridge / 2
    )
    let determinant = a * c - b * b
    #expect(abs(selection.weights[0] - (s * c - b * t) / determinant) < 1e-9)
    #expect(abs(selection.weights[1] - (a * t - b * s) / determinant) < 1e-9)
  }
}
