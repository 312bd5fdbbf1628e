import Kernels
public import Ratings

/// What a model predicts for rows of ratings.
public struct RatingPredictions: Equatable, Sendable {
  /// The predicted ratings by row, not clipped to the scale.
  public var ratings: [Float]
  /// The posterior standard deviation of each predicted rating, for a model that has one: how much
  /// is not known of the mean.
  public var deviations: [Float]?
  /// The standard deviation of the rating itself around its prediction: the above and the noise.
  public var predictiveDeviations: [Float]?

  /// Puts the parts together.
  public init(
    ratings: [Float], deviations: [Float]? = nil, predictiveDeviations: [Float]? = nil
  ) {
    self.ratings = ratings
    self.deviations = deviations
    self.predictiveDeviations = predictiveDeviations
  }

  private static let chunkLength = 1 << 14

  /// Returns what `body` makes of each row, in the order of the rows.
  static func map<Value: Sendable>(
    _ rows: RatingColumns, threads: Int, _ body: @Sendable (Int) -> Value
  ) -> [Value] {
    let chunks = (rows.count + chunkLength - 1) / chunkLength
    return Parallel.map(chunks, threads: threads) { chunk in
      let start = chunk * chunkLength
      return (start..<min(start + chunkLength, rows.count)).map(body)
    }.flatMap(\.self)
  }
}

/// An item that a user has rated, and how.
public struct RatedItem: Equatable, Sendable {
  /// The item.
  public var item: ItemIndex
  /// The rating.
  public var rating: Float

  /// Pairs an item with its rating.
  public init(item: ItemIndex, rating: Float) {
    self.item = item
    self.rating = rating
  }
}
