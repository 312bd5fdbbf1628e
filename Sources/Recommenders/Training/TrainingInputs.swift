import Ratings

/// What every training learns from.
struct TrainingInputs: Sendable {
  /// The ratings to learn from.
  var ratings: RatingSubset
  /// The ratings that are watched; may be none.
  var validation: RatingSubset
  /// The number of users of the dataset.
  var users: Int
  /// The number of items of the dataset.
  var items: Int
  /// The rating scale of the dataset.
  var scale: RatingScale
  /// Title and genres of each item; empty if the dataset has none.
  var details: [ItemDetails]
  /// The seed of all random numbers.
  var seed: UInt32
  /// The number of threads; it has no influence on the model.
  var threads: Int
}
