public import Ratings
public import Recommenders
public import Storage

/// A trained model with all that is needed to recommend: ids, titles, and what each user has rated.
///
/// As files it is readable without this program; see the `README.md` that every bundle carries.
public struct ModelBundle: Sendable {
  /// The model.
  public let model: any RatingPredictor
  /// The raw ids of the users.
  public let users: LabelEncoder<UserIndex>
  /// The raw ids of the items.
  public let items: LabelEncoder<ItemIndex>
  /// What is known of each item, by item index; empty if the dataset has no titles and genres.
  public let itemDetails: [ItemDetails]
  /// The items that each user has rated, in any part of the split.
  public let seen: InteractionMatrix
  /// The ratings, aligned with the indices of ``seen``.
  public let seenRatings: [Float]
  /// The training settings with every default filled in, as they stand in `config.json`.
  public let training: JSONValue
  /// What the evaluation found, as it stands in `metrics.json`.
  public let metrics: JSONValue
  /// The keys of the plan that determine bytes, as they stand in `plan.json`.
  public let resultPlan: JSONValue
  /// The version of the files that the bundle was read from; `nil` before it is written.
  public let version: BundleVersion?

  /// Bundles a model with the dataset that it was made for.
  ///
  /// - Parameters:
  ///   - model: The model to export.
  ///   - dataset: The whole dataset; all its rows count as seen.
  ///   - training: `optimizer`, `learning_rate`, `l2`, `epochs`, `batch_size`, `seed`, `refit` and
  ///     `trained_on` (`train` or `all`).
  ///   - metrics: The content of `metrics.json`, an object.
  ///   - resultPlan: The result plan, an object.
  /// - Precondition: The model has the users and items of the dataset.
  public init(
    model: any RatingPredictor, dataset: RatingsDataset, training: JSONValue, metrics: JSONValue,
    resultPlan: JSONValue
  ) {
    let seen = InteractionMatrix(users: dataset.users.count, columns: dataset.ratings)
    self.init(
      model: model, users: dataset.users, items: dataset.items, itemDetails: dataset.itemDetails,
      seen: seen,
      seenRatings: Self.aligned(dataset.ratings, with: seen, items: dataset.items.count),
      training: training, metrics: metrics, resultPlan: resultPlan, version: nil)
  }

  init(
    model: any RatingPredictor, users: LabelEncoder<UserIndex>, items: LabelEncoder<ItemIndex>,
    itemDetails: [ItemDetails], seen: InteractionMatrix, seenRatings: [Float],
    training: JSONValue, metrics: JSONValue, resultPlan: JSONValue, version: BundleVersion?
  ) {
    precondition(
      model.configuration.users == users.count && model.configuration.items == items.count,
      "the model has other users or items than the dataset")
    precondition(seen.indices.count == seenRatings.count, "seen items and ratings differ in length")
    precondition(
      itemDetails.isEmpty || itemDetails.count == items.count, "an item's details are missing")
    self.model = model
    self.users = users
    self.items = items
    self.itemDetails = itemDetails
    self.seen = seen
    self.seenRatings = seenRatings
    self.training = training
    self.metrics = metrics
    self.resultPlan = resultPlan
    self.version = version
  }

  /// What `config.json` says.
  public var configuration: BundleConfiguration {
    BundleConfiguration(model: model.configuration, training: training)
  }

  /// What a user has rated, by ascending item.
  public func ratings(of user: UserIndex) -> [(item: ItemIndex, rating: Float)] {
    (seen.indptr[user.position]..<seen.indptr[user.position + 1]).map {
      (seen.indices[$0], seenRatings[$0])
    }
  }

  /// The number of ratings of each user.
  var userCounts: [Int] {
    (0..<seen.userCount).map { seen.indptr[$0 + 1] - seen.indptr[$0] }
  }

  /// The number of ratings of each item.
  var itemCounts: [Int] {
    var counts = [Int](repeating: 0, count: items.count)
    for item in seen.indices { counts[item.position] += 1 }
    return counts
  }

  /// The ratings in the order of the matrix: two counting sorts, by item and then by user.
  private static func aligned(
    _ ratings: RatingColumns, with seen: InteractionMatrix, items: Int
  ) -> [Float] {
    precondition(seen.indices.count == ratings.count, "a user has rated an item twice")
    var next = [Int](repeating: 0, count: items + 1)
    for item in ratings.items { next[item.position + 1] += 1 }
    for item in 0..<items { next[item + 1] += next[item] }
    var byItem = [Int32](repeating: 0, count: ratings.count)
    for row in 0..<ratings.count {
      let item = ratings.items[row].position
      byItem[next[item]] = Int32(row)
      next[item] += 1
    }
    var place = seen.indptr
    var values = [Float](repeating: 0, count: ratings.count)
    for row in byItem {
      let user = ratings.users[Int(row)].position
      values[place[user]] = ratings.values[Int(row)]
      place[user] += 1
    }
    return values
  }
}
