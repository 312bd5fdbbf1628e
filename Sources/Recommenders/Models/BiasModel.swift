public import Ratings

/// The baseline: r̂_ui = μ + b_u + c_i, with damped offsets found by alternating sweeps.
///
/// c_i = Σ_u (r_ui − μ − b_u) / (n_i + 2), then b_u = Σ_i (r_ui − μ − c_i) / (n_u + 2), 15 times, as
/// in Koren, *Factor in the Neighbors* (2010), section 2.1, iterated. A user or item without
/// training ratings keeps the offset 0.
public enum BiasModel {
  /// The number of times that both kinds of offset are computed.
  public static let sweeps = 15
  /// What is added to a count before the division.
  public static let damping = 2.0

  /// Fits the offsets.
  ///
  /// The ratings of a user or an item are summed in the order of their rows, whatever the number of
  /// threads.
  ///
  /// - Complexity: O(sweeps × ratings); 16 bytes a rating.
  public static func fit(
    _ ratings: RatingSubset, users: Int, items: Int, scale: RatingScale, threads: Int = 1
  ) -> FactorModel {
    let offsets = offsets(in: ratings, users: users, items: items, threads: threads)
    let configuration = ModelConfiguration(
      type: .bias, users: users, items: items, factors: 0, hidden: [], link: .identity,
      cold: .knownTerms, scale: scale, trainMean: Float(offsets.mean))
    return FactorModel(
      configuration,
      users: FactorModel.table(factors: [], count: 0, rows: users, offsets.users.map { Float($0) })
      {
        ($0, 1)
      },
      items: FactorModel.table(factors: [], count: 0, rows: items, offsets.items.map { Float($0) })
      {
        (1, $0)
      },
      trainingCounts: offsets.counts)
  }

  /// What the baseline consists of.
  struct Offsets: Sendable {
    /// μ.
    var mean: Double
    /// b_u by user.
    var users: [Double]
    /// c_i by item.
    var items: [Double]
    /// How many ratings each user and item has.
    var counts: TrainingCounts
  }

  /// Finds the offsets as ``fit(_:users:items:scale:threads:)`` does.
  static func offsets(
    in ratings: RatingSubset, users: Int, items: Int, threads: Int
  ) -> Offsets {
    let mean = mean(of: ratings)
    let columns = ratings.columns
    let byUser = RatingGroups(
      ratings, by: columns.users, count: users, with: columns.items, threads: threads)
    let byItem = RatingGroups(
      ratings, by: columns.items, count: items, with: columns.users, threads: threads)
    var userOffsets = [Double](repeating: 0, count: users)
    var itemOffsets = [Double](repeating: 0, count: items)
    for _ in 0..<sweeps {
      itemOffsets = byItem.dampedMeans(
        above: mean, and: userOffsets, damping: damping, threads: threads)
      userOffsets = byUser.dampedMeans(
        above: mean, and: itemOffsets, damping: damping, threads: threads)
    }
    return Offsets(
      mean: mean, users: userOffsets, items: itemOffsets,
      counts: TrainingCounts(users: byUser.counts, items: byItem.counts))
  }

  /// The mean of some ratings, summed in order; 0 of none.
  static func mean(of ratings: RatingSubset) -> Double {
    guard ratings.count > 0 else { return 0 }
    var sum = 0.0
    for position in 0..<ratings.count {
      sum += Double(ratings.columns.values[ratings.row(at: position)])
    }
    return sum / Double(ratings.count)
  }
}
