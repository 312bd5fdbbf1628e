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
  /// - Complexity: O(sweeps × ratings).
  public static func fit(
    _ ratings: RatingColumns, users: Int, items: Int, scale: RatingScale
  ) -> FactorModel {
    let mean = mean(of: ratings.values)
    var userOffsets = [Double](repeating: 0, count: users)
    var itemOffsets = [Double](repeating: 0, count: items)
    let counts = TrainingCounts(ratings, users: users, items: items)
    for _ in 0..<sweeps {
      var sums = [Double](repeating: 0, count: items)
      for row in 0..<ratings.count {
        sums[ratings.items[row].position] +=
          Double(ratings.values[row]) - mean - userOffsets[ratings.users[row].position]
      }
      for item in 0..<items {
        itemOffsets[item] = sums[item] / (Double(counts.items[item]) + damping)
      }
      sums = [Double](repeating: 0, count: users)
      for row in 0..<ratings.count {
        sums[ratings.users[row].position] +=
          Double(ratings.values[row]) - mean - itemOffsets[ratings.items[row].position]
      }
      for user in 0..<users {
        userOffsets[user] = sums[user] / (Double(counts.users[user]) + damping)
      }
    }
    let configuration = ModelConfiguration(
      type: .bias, users: users, items: items, factors: 0, hidden: [], link: .identity,
      cold: .knownTerms, scale: scale, trainMean: Float(mean))
    return FactorModel(
      configuration,
      users: FactorModel.table(factors: [], count: 0, rows: users, userOffsets.map { Float($0) }) {
        ($0, 1)
      },
      items: FactorModel.table(factors: [], count: 0, rows: items, itemOffsets.map { Float($0) }) {
        (1, $0)
      },
      trainingCounts: counts)
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

  /// The mean of ratings, summed in order; 0 of none.
  static func mean(of values: [Float]) -> Double {
    guard !values.isEmpty else { return 0 }
    var sum = 0.0
    for value in values { sum += Double(value) }
    return sum / Double(values.count)
  }
}
