import Ratings

/// Each user's mean and spread, by which ratings are standardised: z = (r − m_u) / s_u.
///
/// m_u = (Σ r + 5·μ) / (n + 5) and s_u² = (Σ (r − m_u)² + 20 · 0.8·σ²) / (n + 20) over the user's n
/// training ratings, μ and σ² being the mean and the variance of all. A user without any has the mean
/// and 0.8 of the variance.
struct UserStandardization: Equatable, Sendable {
  /// m_u by user.
  var means: [Float]
  /// s_u by user.
  var spreads: [Float]

  private static let meanDamping = 5.0
  private static let spreadDamping = 20.0
  private static let varianceShare = 0.8

  /// Takes the same mean and spread for every user.
  init(users: Int, mean: Float, spread: Float) {
    means = Array(repeating: mean, count: users)
    spreads = Array(repeating: spread, count: users)
  }

  /// Takes values over.
  init(means: [Float], spreads: [Float]) {
    self.means = means
    self.spreads = spreads
  }

  /// Computes the values from training ratings, summed in their order.
  init(_ ratings: RatingSubset, users: Int) {
    let columns = ratings.columns
    let mean = BiasModel.mean(of: ratings)
    var (sums, counts) = ([Double](repeating: 0, count: users), [Int](repeating: 0, count: users))
    for position in 0..<ratings.count {
      let row = ratings.row(at: position)
      sums[columns.users[row].position] += Double(columns.values[row])
      counts[columns.users[row].position] += 1
    }
    let means = (0..<users).map {
      (sums[$0] + Self.meanDamping * mean) / (Double(counts[$0]) + Self.meanDamping)
    }
    var squares = [Double](repeating: 0, count: users)
    var variance = 0.0
    for position in 0..<ratings.count {
      let row = ratings.row(at: position)
      let value = Double(columns.values[row])
      let deviation = value - means[columns.users[row].position]
      squares[columns.users[row].position] += deviation * deviation
      variance += (value - mean) * (value - mean)
    }
    let prior = Self.varianceShare * variance / Double(max(ratings.count, 1))
    self.means = means.map { Float($0) }
    spreads = (0..<users).map {
      let spread =
        ((squares[$0] + Self.spreadDamping * prior) / (Double(counts[$0]) + Self.spreadDamping))
        .squareRoot()
      // Ratings that are all equal have no spread to be divided by.
      return spread > 1e-6 ? Float(spread) : 1
    }
  }
}
