public import Kernels
public import Ratings

/// A trained model: it scores pairs of a user and an item.
///
/// The score that ranks items is the *ranking key*, the `Float` before the link; the logistic
/// function saturates and would make ties of different keys.
public protocol RatingPredictor: Sendable {
  /// What the parameters mean: shape, link, rating scale.
  var configuration: ModelConfiguration { get }
  /// The parameters under the names that the bundle gives them.
  var tensors: [NamedTensor] { get }
  /// The names and shapes of ``tensors``, in their order, without a copy of the values.
  var tensorShapes: [TensorShape] { get }
  /// How many training ratings each user and item had.
  var trainingCounts: TrainingCounts { get }
  /// The ranking key of one pair.
  ///
  /// - Complexity: O(factors).
  func rankingKey(of item: ItemIndex, by user: UserIndex) -> Float
  /// The ranking keys of several items, given by their positions: the same bits as
  /// ``rankingKey(of:by:)`` gives.
  func rankingKeys(by user: UserIndex, of items: [UInt32]) -> [Float]
  /// The predicted rating of one pair, not clipped to the scale.
  func predictedRating(of item: ItemIndex, by user: UserIndex) -> Float
  /// What is predicted for rows of ratings, whose own values are not looked at. A model that takes the
  /// time of a rating takes it from them.
  ///
  /// `threads` has no influence on the result.
  func predictions(of rows: RatingColumns, threads: Int) -> RatingPredictions
  /// The posterior standard deviations of the predicted ratings of several items; `nil` for a model
  /// that has none.
  func deviations(by user: UserIndex, of items: [UInt32]) -> [Float]?
  /// What each rated item adds to the ranking key of an item; `nil` where the key is no sum over them.
  func contributions(
    to item: ItemIndex, by user: UserIndex, of rated: [RatedItem]
  ) -> [Float]?
  /// What each of a user's rated items adds to the ranking keys of any items: what is the same for all
  /// of those is found once. `rated` is what training saw of the user's ratings.
  func contributions(by user: UserIndex, of rated: [RatedItem]) -> (ItemIndex) -> [Float]?
  /// A way to those of some items, given by their positions, that have the greatest ranking keys: the
  /// same bits as ``rankingKey(of:by:)`` gives where `isUnknown(_:_:)` is false.
  func selection(of candidates: [UInt32]) -> any RowSelection
}

extension RatingPredictor {
  /// Whether pairs that training did not see both sides of get the mean rating: `dot`, and `neural`
  /// without features, have nothing to fall back on.
  var fallsBackToMean: Bool {
    configuration.cold == .knownTerms
      && (configuration.type == .dot
        || configuration.type == .neural && !configuration.network.hasFeatures)
  }

  /// Whether the ranking key of a pair is that of the mean rating.
  func isUnknown(_ item: ItemIndex, _ user: UserIndex) -> Bool {
    fallsBackToMean && trainingCounts.isCold(item, user)
  }

  /// Those of the tensors: a model with large ones says it without making them.
  public var tensorShapes: [TensorShape] {
    tensors.map { TensorShape(name: $0.name, shape: $0.shape) }
  }

  /// The rating that the ranking key stands for.
  public func predictedRating(of item: ItemIndex, by user: UserIndex) -> Float {
    configuration.rating(ofKey: rankingKey(of: item, by: user))
  }

  /// The keys one after the other.
  public func rankingKeys(by user: UserIndex, of items: [UInt32]) -> [Float] {
    items.map { rankingKey(of: ItemIndex(Int($0)), by: user) }
  }

  /// The ratings one after the other, without deviations.
  public func predictions(of rows: RatingColumns, threads: Int) -> RatingPredictions {
    RatingPredictions(
      ratings: RatingPredictions.map(rows, threads: threads) { row in
        predictedRating(of: rows.items[row], by: rows.users[row])
      })
  }

  /// No deviations.
  public func deviations(by user: UserIndex, of items: [UInt32]) -> [Float]? { nil }

  /// No contributions.
  public func contributions(
    to item: ItemIndex, by user: UserIndex, of rated: [RatedItem]
  ) -> [Float]? { nil }

  /// The contributions to one item after the other.
  public func contributions(
    by user: UserIndex, of rated: [RatedItem]
  ) -> (ItemIndex) -> [Float]? {
    { contributions(to: $0, by: user, of: rated) }
  }
}

/// The name and the shape of a tensor of a bundle.
public struct TensorShape: Equatable, Sendable {
  /// The name, for example `user_factors`.
  public let name: String
  /// The sizes of the dimensions.
  public let shape: [Int]

  /// The number of its values.
  public var count: Int { shape.reduce(1, *) }

  /// Names a shape.
  public init(name: String, shape: [Int]) {
    self.name = name
    self.shape = shape
  }
}

/// A tensor of `Float`s in row-major order, with its name in the bundle.
public struct NamedTensor: Equatable, Sendable {
  /// The name, for example `user_factors`.
  public let name: String
  /// The sizes of the dimensions.
  public let shape: [Int]
  /// The values, as many as the product of the sizes.
  public let values: [Float]

  /// Creates a tensor.
  ///
  /// - Precondition: The values fill the shape.
  public init(name: String, shape: [Int], values: [Float]) {
    precondition(shape.reduce(1, *) == values.count, "the values do not fill the shape")
    self.name = name
    self.shape = shape
    self.values = values
  }
}

/// How many of the ratings that a model was trained on each user and each item had.
public struct TrainingCounts: Equatable, Sendable {
  /// The number of training ratings by user.
  public var users: [Int32]
  /// The number of training ratings by item.
  public var items: [Int32]

  /// Wraps counts.
  public init(users: [Int32], items: [Int32]) {
    self.users = users
    self.items = items
  }

  /// Counts the ratings of a training set.
  public init(_ ratings: RatingColumns, users: Int, items: Int) {
    self.init(RatingSubset(ratings), users: users, items: items)
  }

  /// Counts the ratings of a training set.
  public init(_ ratings: RatingSubset, users userCount: Int, items itemCount: Int) {
    users = Array(repeating: 0, count: userCount)
    items = Array(repeating: 0, count: itemCount)
    for position in 0..<ratings.count {
      let row = ratings.row(at: position)
      users[ratings.columns.users[row].position] += 1
      items[ratings.columns.items[row].position] += 1
    }
  }

  /// Whether training saw neither or only one side of a pair.
  public func isCold(_ item: ItemIndex, _ user: UserIndex) -> Bool {
    users[user.position] == 0 || items[item.position] == 0
  }
}
