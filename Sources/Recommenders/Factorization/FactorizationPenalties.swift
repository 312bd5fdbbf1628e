/// The penalties of the models that are fitted by alternating least squares to ratings.
///
/// A row with n ratings pays (constant + perRating · n) · |p|² for its factors, so that rows with many
/// ratings are held back too (Zhou, Wilkinson, Schreiber and Pan, 2008), and those with few do not fit
/// theirs exactly. All were chosen on the validation rows of ml-latest-small.
struct FactorizationPenalties: Sendable {
  /// The penalty of each rating on the factors of its rows, `training.l2`.
  var perRating: Float
  /// The part of the penalty on factors that does not grow with the ratings.
  var constant: Float
  /// The penalty on a bias, as the damping of the baseline.
  var bias: Float = 3
  /// The penalty on what a member of a history adds to the factors.
  var history: Float
  /// The penalty on what a member of a history adds to the bias.
  var historyBias: Float = 50

  /// The penalties of the users of a model.
  static func users(of type: ModelType, perRating: Float) -> Self {
    type == .svdPlusPlus ? .users(perRating: perRating) : .plain(perRating: perRating)
  }

  /// The penalties of `als`.
  static func plain(perRating: Float) -> Self {
    Self(perRating: perRating, constant: 2, history: 0)
  }

  /// The penalties of the users of `svd-plus-plus`.
  static func users(perRating: Float) -> Self {
    Self(perRating: perRating, constant: 4, history: 200)
  }

  /// The penalties of the items of `svd-plus-plus`; that on who rated an item is less.
  static func items(perRating: Float) -> Self {
    Self(perRating: perRating, constant: 4, bias: 6, history: 12)
  }
}
