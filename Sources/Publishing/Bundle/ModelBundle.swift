public import Ratings
public import Recommenders
public import Storage

/// A trained model with all that is needed to recommend: ids, titles, and what each user has rated.
///
/// As files it is readable without this program; see the `README.md` that every bundle carries.
public struct ModelBundle: Sendable {
  /// The model.
  public let model: any RatingPredictor
  /// What the lists are ordered by, where that is not the model alone.
  public let blend: RelevanceBlend?
  /// The raw ids of the users.
  public let users: LabelEncoder<UserIndex>
  /// The raw ids of the items.
  public let items: LabelEncoder<ItemIndex>
  /// What is known of each item, by item index; empty if the dataset has no titles and genres.
  public let itemDetails: [ItemDetails]
  /// What each user has rated, in any part of the split.
  let ratings: SeenRatings
  /// The items of `ratings` that the model was not trained with; `nil` where that is not known, as of
  /// bundles of earlier programs.
  public let untrained: InteractionMatrix?
  /// The items of `ratings` as a matrix, which only a bundle that was read has at hand.
  private let matrix: InteractionMatrix?
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
  ///   - blend: What the lists are ordered by, where that is relevance.
  ///   - dataset: The whole dataset; all its rows count as seen.
  ///   - untrained: The rows of it that the model was not trained with, if that is known.
  ///   - training: `optimizer`, `learning_rate`, `l2`, `epochs`, `batch_size`, `seed`, `refit` and
  ///     `trained_on` (`train` or `all`).
  ///   - metrics: The content of `metrics.json`, an object.
  ///   - resultPlan: The result plan, an object.
  ///   - threads: The threads that sort the ratings; they have no influence on the bundle.
  /// - Precondition: The model has the users and items of the dataset.
  public init(
    model: any RatingPredictor, blend: RelevanceBlend? = nil, dataset: RatingsDataset,
    untrained: InteractionMatrix? = nil, training: JSONValue, metrics: JSONValue,
    resultPlan: JSONValue, threads: Int
  ) {
    self.init(
      model: model, blend: blend, users: dataset.users, items: dataset.items,
      itemDetails: dataset.itemDetails,
      ratings: SeenRatings(dataset.ratings, users: dataset.users.count, threads: threads),
      untrained: untrained, matrix: nil, training: training, metrics: metrics,
      resultPlan: resultPlan, version: nil)
  }

  init(
    model: any RatingPredictor, blend: RelevanceBlend?, users: LabelEncoder<UserIndex>,
    items: LabelEncoder<ItemIndex>,
    itemDetails: [ItemDetails], ratings: SeenRatings, untrained: InteractionMatrix?,
    matrix: InteractionMatrix?,
    training: JSONValue, metrics: JSONValue, resultPlan: JSONValue, version: BundleVersion?
  ) {
    precondition(
      model.configuration.users == users.count && model.configuration.items == items.count,
      "the model has other users or items than the dataset")
    precondition(
      itemDetails.isEmpty || itemDetails.count == items.count, "an item's details are missing")
    self.model = model
    self.blend = blend
    self.users = users
    self.items = items
    self.itemDetails = itemDetails
    self.ratings = ratings
    self.untrained = untrained
    self.matrix = matrix
    self.training = training
    self.metrics = metrics
    self.resultPlan = resultPlan
    self.version = version
  }

  /// What `config.json` says.
  public var configuration: BundleConfiguration {
    BundleConfiguration(
      model: model.configuration, blend: blend.map { BlendConfiguration($0) }, training: training)
  }

  /// The items that each user has rated, in any part of the split.
  public var seen: InteractionMatrix {
    if let matrix { return matrix }
    let owners = users.indices.flatMap { user in
      repeatElement(user, count: ratings.starts[user.position + 1] - ratings.starts[user.position])
    }
    return InteractionMatrix(
      users: users.count,
      columns: RatingColumns(users: owners, items: ratings.items, values: ratings.values))
  }

  /// The ratings, aligned with the indices of ``seen``.
  public var seenRatings: [Float] { ratings.values }

  /// What a user has rated, by ascending item.
  public func ratings(of user: UserIndex) -> [(item: ItemIndex, rating: Float)] {
    (ratings.starts[user.position]..<ratings.starts[user.position + 1]).map {
      (ratings.items[$0], ratings.values[$0])
    }
  }

  /// Where the ratings of ``untrained`` stand among all, ascending; `nil` where they are not known.
  var untrainedPlaces: [Int32]? {
    guard let untrained else { return nil }
    var places: [Int32] = []
    places.reserveCapacity(untrained.indices.count)
    for user in users.indices {
      var left = untrained.items(of: user)
      for place in ratings.starts[user.position]..<ratings.starts[user.position + 1]
      where ratings.items[place] == left.first {
        places.append(Int32(place))
        left.removeFirst()
      }
    }
    return places
  }

  /// The number of ratings of each user.
  var userCounts: [Int] {
    zip(ratings.starts, ratings.starts.dropFirst()).map { $1 - $0 }
  }

  /// The number of ratings of each item.
  var itemCounts: [Int] {
    var counts = [Int](repeating: 0, count: items.count)
    for item in ratings.items { counts[item.position] += 1 }
    return counts
  }
}
