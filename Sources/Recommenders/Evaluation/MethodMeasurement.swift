import Kernels
import Ratings

/// What one method came to on the held-out rows, also by user, so that it can be compared with others.
public struct MethodMeasurement: Sendable {
  /// The figures over all rows.
  public let report: MethodReport
  /// The sum of squared errors by user.
  public let squaredErrors: [Double]
  /// The NDCG by user; 0 for those without a relevant row, whose weight is 0.
  public let gains: [Double]
  /// Whether predictions depend on when a rating was given.
  public let usesTime: Bool
}

/// The normalised gain of each user's list.
enum UserGains {
  /// The NDCG@10 of each list, as ``RankingMetrics/ndcg`` averages it; `nil` for a user without a
  /// relevant held-out item.
  static func ndcg(
    _ lists: [RecommendationList], heldOut: HeldOutItems, threshold: Float
  ) -> [Double?] {
    let discounts = (0..<RankingMetrics.k).map { 1 / Activations.logarithm2(Double($0 + 2)) }
    return lists.map { list in
      let relevant = heldOut.count(of: list.user, from: threshold)
      guard relevant > 0 else { return nil }
      var (gain, ideal) = (0.0, 0.0)
      for (rank, entry) in list.items.enumerated() {
        if let rating = heldOut.rating(of: entry.item, by: list.user), rating >= threshold {
          gain += discounts[rank]
        }
      }
      for rank in 0..<min(RankingMetrics.k, relevant) { ideal += discounts[rank] }
      return gain / ideal
    }
  }
}
