/// What a person wants to know of ratings before a model is trained on them.
///
/// It depends on the ratings alone and is the same on every machine; sums are taken in file order.
public struct RatingsProfile: Sendable, Equatable {
  /// The number of ratings.
  public let ratings: Int
  /// The number of users, of whom some may have no rating.
  public let users: Int
  /// The number of items, of which some may have no rating.
  public let items: Int
  /// The number of ratings to that of the pairs of a user and an item.
  public let density: Double
  /// How often each rating was given.
  public let distribution: RatingDistribution
  /// How the ratings spread over the users.
  public let userActivity: ActivityProfile
  /// How the ratings spread over the items.
  public let itemActivity: ActivityProfile
  /// How the ratings spread over time, or `nil` without timestamps.
  public let time: TimeProfile?
  /// What the most active users think of the most rated items.
  public let crossTable: CrossTable

  /// Looks at the ratings of a dataset.
  ///
  /// - Complexity: O(*n* + *u* log *u*) for *n* ratings and *u* users and items; besides the
  ///   result it takes memory for a few numbers of each user and item.
  public init(_ dataset: RatingsDataset) {
    self.init(dataset.ratings, users: dataset.users.count, items: dataset.items.count)
  }

  /// Looks at some ratings.
  ///
  /// - Precondition: There is a rating, and every user and item of one is below `users` and `items`.
  public init(_ columns: RatingColumns, users: Int, items: Int) {
    precondition(columns.count > 0, "there is no rating to look at")
    ratings = columns.count
    self.users = users
    self.items = items
    density = Double(columns.count) / (Double(users) * Double(items))
    distribution = RatingDistribution(of: columns.values)
    let userCounts = Self.counts(of: columns.users, among: users)
    let itemCounts = Self.counts(of: columns.items, among: items)
    userActivity = ActivityProfile(counts: userCounts)
    itemActivity = ActivityProfile(counts: itemCounts)
    time = TimeProfile(of: columns.timestamps)
    crossTable = CrossTable(columns, userCounts: userCounts, itemCounts: itemCounts)
  }

  /// The share of the pairs of a user and an item that have no rating.
  public var sparsity: Double { 1 - density }

  private static func counts(of indices: [some DenseIndex], among count: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: count)
    for index in indices { counts[index.position] += 1 }
    return counts
  }
}
