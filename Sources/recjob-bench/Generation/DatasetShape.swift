/// How large a generated dataset is.
struct DatasetShape: Equatable, Sendable {
  /// The fewest ratings of a user, where there are enough of them.
  static let fewestRatings = 20

  /// The number of ratings.
  let ratings: Int
  /// The number of users, each with a rating at least.
  let users: Int
  /// The number of items; rare ones may have no rating.
  let items: Int

  /// Creates a shape; counts that are not given follow the number of ratings.
  ///
  /// 20 M ratings have 138,000 users and 27,000 items, as MovieLens 20M. Other sizes have as many
  /// ratings a user and as many items, so that the share of rated pairs stays the same. Below 1 M
  /// ratings the items shrink with the root of the ratings, to as many as 100 k ratings have in
  /// MovieLens latest-small.
  init(ratings: Int, users: Int? = nil, items: Int? = nil) {
    self.ratings = ratings
    self.users = users ?? max(1, ratings * 138_000 / 20_000_000)
    let share = min(1, Double(ratings) / 1_000_000)
    self.items = items ?? max(1, Int((27_000 * share.squareRoot()).rounded()))
  }

  /// The most ratings that a user can have.
  var mostRatings: Int { max(1, items / 3) }

  /// What is wrong with the shape, in a sentence, or `nil`.
  var fault: String? {
    if ratings < 1 || users < 1 || items < 1 { return "Every count must be 1 or more." }
    if ratings < users { return "\(users) users need as many ratings at least." }
    if max(ratings, items) > Int(Int32.max) { return "A count is over \(Int32.max)." }
    if ratings > users * mostRatings {
      return "\(ratings) ratings do not fit: a user rates at most a third of the items."
    }
    return nil
  }
}
