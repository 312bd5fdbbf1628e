import Ratings

/// The generated ratings of consecutive users, and how far the planted model is from them.
struct GeneratedRatings: Sendable {
  /// The users, from 0.
  let users: Range<Int>
  /// The number of ratings of each of the users.
  var counts: [Int32] = []
  /// What was rated, from 0.
  private(set) var items: [Int32] = []
  /// The ratings in half stars, 1 to 10.
  private(set) var halfStars: [UInt8] = []
  /// Seconds since 1970-01-01 UTC, rising for each user.
  private(set) var timestamps: [Int64] = []
  /// The sums over the ratings.
  private(set) var sums = PlantedSums()

  init(users: Range<Int>) {
    self.users = users
  }

  /// Adds a rating: the planted one with noise, rounded to the half stars of the scale.
  mutating func append(
    item: Int32, planted: (full: Double, biases: Double), noise: Double, timestamp: Int64
  ) {
    let halves = ((planted.full + noise) * 2).rounded(.toNearestOrAwayFromZero)
    let rating = min(max(halves, 1), 10)
    items.append(item)
    halfStars.append(UInt8(rating))
    timestamps.append(timestamp)
    sums.add(rating: rating / 2, full: planted.full, biases: planted.biases)
  }
}

/// What the errors of the planted model are computed from.
struct PlantedSums: Equatable, Sendable {
  private(set) var count = 0
  private var rating = 0.0
  private var ratingSquared = 0.0
  private var fullError = 0.0
  private var biasError = 0.0

  mutating func add(rating: Double, full: Double, biases: Double) {
    count += 1
    self.rating += rating
    ratingSquared += rating * rating
    fullError += Self.squaredError(rating, full)
    biasError += Self.squaredError(rating, biases)
  }

  /// Adds the sums of other ratings.
  static func += (sums: inout PlantedSums, other: PlantedSums) {
    sums.count += other.count
    sums.rating += other.rating
    sums.ratingSquared += other.ratingSquared
    sums.fullError += other.fullError
    sums.biasError += other.biasError
  }

  /// The mean of the ratings.
  var mean: Double { rating / Double(count) }

  /// The standard deviation of the ratings: the RMSE of their mean.
  var deviation: Double { (ratingSquared / Double(count) - mean * mean).squareRoot() }

  /// The RMSE of the planted prediction, the mean before noise and rounding clipped to 0.5…5,
  /// against the half stars, over all ratings. About the least that a model can have on held-out
  /// rows.
  var floorRMSE: Double { (fullError / Double(count)).squareRoot() }

  /// The same by the planted mean and biases alone.
  var biasRMSE: Double { (biasError / Double(count)).squareRoot() }

  private static func squaredError(_ rating: Double, _ planted: Double) -> Double {
    let error = rating - min(max(planted, 0.5), 5)
    return error * error
  }
}
