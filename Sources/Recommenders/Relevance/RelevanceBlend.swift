import Kernels
import Ratings

/// A user's scores of items by relevance, predicted rating and rarity.
///
/// score = z(relevance) + w · z(rating) − v · z(log n), where n is the item's number of training
/// ratings and z standardises over the items that the user may be recommended: mean 0, deviation 1.
/// Relevance alone finds what everybody chooses, the rating alone what hardly anybody does.
///
/// A relevance model knows nothing of a user with few choices. Below ``fewChoices`` of them, its part
/// fades out and popularity's turns from a malus into a bonus: for a user with a share g of that many,
/// score = g · z(relevance) + w · z(rating) + ((1 − g) − g · v) · z(log n).
public struct RelevanceBlend: Sendable {
  /// The number of training ratings from which relevance counts in full.
  public static let fewChoices = 5

  /// The model whose keys are the relevance.
  public let model: any RatingPredictor
  /// The weights.
  public let weights: BlendWeights
  /// log n of each item.
  private let popularity: [Float]
  /// The number of training ratings of each user.
  private let choices: [Int32]

  /// Makes a blend of a relevance model, by the counts of the rows that it was trained on.
  public init(_ model: any RatingPredictor, weights: BlendWeights) {
    self.model = model
    self.weights = weights
    let counts = model.trainingCounts
    choices = counts.users
    popularity = counts.items.map { Float(Activations.logarithm(Double(max($0, 1)))) }
  }

  /// A user's scores of items, whose predicted ratings are given.
  func scores(by user: UserIndex, of items: [UInt32], ratings: [Float]) -> [Float] {
    let choices = choices[user.position]
    let share = min(Double(choices) / Double(Self.fewChoices), 1)
    let relevance = Self.standardized(model.rankingKeys(by: user, of: items))
    let ratings = Self.standardized(ratings)
    let popularity = Self.standardized(items.map { self.popularity[Int($0)] })
    let bonus = (1 - share) - share * weights.rarity
    return items.indices.map { place -> Float in
      var score = share * relevance[place]
      score += weights.rating * ratings[place]
      score += bonus * popularity[place]
      return Float(score)
    }
  }

  /// Values with mean 0 and standard deviation 1; zeros where all are equal. The sums are taken in order.
  static func standardized(_ values: [Float]) -> [Double] {
    let count = Double(max(values.count, 1))
    var sum = 0.0
    for value in values { sum += Double(value) }
    let mean = sum / count
    var squares = 0.0
    for value in values {
      let difference = Double(value) - mean
      squares += difference * difference
    }
    let deviation = (squares / count).squareRoot()
    // Equal values differ from their mean by no more than rounding.
    guard deviation > abs(mean) * 1e-12, deviation > 0 else {
      return [Double](repeating: 0, count: values.count)
    }
    return values.map { (Double($0) - mean) / deviation }
  }
}
