import Kernels
import Ratings

/// How good lists of ten are, averaged over the users who have a relevant held-out item.
public struct RankingMetrics: Equatable, Sendable {
  /// The length of the lists that are measured.
  public static let k = 10

  /// The number of users with a relevant held-out item.
  public let users: Int
  /// Relevant items in the list / 10.
  public let precision: Double
  /// Relevant items in the list / relevant items.
  public let recall: Double
  /// Normalised discounted cumulative gain with gain 1: Σ 1/log₂(rank + 1) over the relevant items
  /// of the list, divided by that of an ideal list (Järvelin and Kekäläinen, 2002).
  public let ndcg: Double
  /// The share of users with at least one relevant item in the list.
  public let hitRate: Double
  /// The mean of 1 / the rank of the first relevant item, 0 where the list has none.
  public let mrr: Double
  /// The share of all items that are in at least one list.
  public let coverage: Double
  /// The mean of −log₂(n_i / U) over all list entries; an item without a training rating counts as
  /// having one.
  public let novelty: Double
  /// The mean over lists of 1 − the Jaccard similarity of two items' genres, over all pairs of a
  /// list; `nil` if the dataset has no genres.
  public let diversity: Double?
  /// The mean rating of the held-out items that are in their user's list; `nil` if none is.
  public let meanListedRating: Double?

  /// Measures lists, one for each user.
  ///
  /// - Parameters:
  ///   - lists: The lists, in the order of the users.
  ///   - heldOut: The held-out ratings.
  ///   - threshold: The rating from which a held-out item is relevant.
  ///   - counts: The training ratings of users and items.
  ///   - genres: The items' genres, if there are any.
  init(
    lists: [RecommendationList], heldOut: HeldOutItems, threshold: Float, counts: TrainingCounts,
    genres: GenreSets?
  ) {
    let userCount = Double(lists.count)
    let novelty = counts.items.map {
      Activations.logarithm2(Double(max($0, 1)) / userCount)
    }
    let discounts = (0..<Self.k).map { 1 / Activations.logarithm2(Double($0 + 2)) }
    var sums = Sums()
    var isListed = [Bool](repeating: false, count: counts.items.count)
    for list in lists {
      let relevant = heldOut.count(of: list.user, from: threshold)
      guard relevant > 0 else { continue }
      sums.users += 1
      var hits = 0
      var gain = 0.0
      for (rank, entry) in list.items.enumerated() {
        isListed[entry.item.position] = true
        sums.entries += 1
        sums.novelty -= novelty[entry.item.position]
        guard let rating = heldOut.rating(of: entry.item, by: list.user) else { continue }
        sums.addListed(Double(rating))
        guard rating >= threshold else { continue }
        if hits == 0 { sums.mrr += 1 / Double(rank + 1) }
        hits += 1
        gain += discounts[rank]
      }
      sums.precision += Double(hits) / Double(Self.k)
      sums.recall += Double(hits) / Double(relevant)
      sums.hits += hits > 0 ? 1 : 0
      var ideal = 0.0
      for rank in 0..<min(Self.k, relevant) { ideal += discounts[rank] }
      sums.ndcg += gain / ideal
      if let genres, let diversity = Self.diversity(list, genres) {
        sums.diversity += diversity
        sums.diverseLists += 1
      }
    }
    let count = Double(max(sums.users, 1))
    users = sums.users
    precision = sums.precision / count
    recall = sums.recall / count
    ndcg = sums.ndcg / count
    hitRate = sums.hits / count
    mrr = sums.mrr / count
    coverage =
      isListed.isEmpty ? 0 : Double(isListed.count(where: { $0 })) / Double(isListed.count)
    self.novelty = sums.entries > 0 ? sums.novelty / Double(sums.entries) : 0
    diversity = sums.diverseLists > 0 ? sums.diversity / Double(sums.diverseLists) : nil
    meanListedRating = sums.listed > 0 ? sums.listedRatings / Double(sums.listed) : nil
  }

  private struct Sums {
    var users = 0
    var entries = 0
    var listed = 0
    var diverseLists = 0
    var (precision, recall, ndcg, hits, mrr) = (0.0, 0.0, 0.0, 0.0, 0.0)
    var (novelty, diversity, listedRatings) = (0.0, 0.0, 0.0)

    mutating func addListed(_ rating: Double) {
      listed += 1
      listedRatings += rating
    }
  }

  private static func diversity(_ list: RecommendationList, _ genres: GenreSets) -> Double? {
    var (sum, pairs) = (0.0, 0)
    for (index, entry) in list.items.enumerated() {
      for other in list.items[(index + 1)...] {
        sum += genres.distance(entry.item, other.item)
        pairs += 1
      }
    }
    return pairs > 0 ? sum / Double(pairs) : nil
  }
}
