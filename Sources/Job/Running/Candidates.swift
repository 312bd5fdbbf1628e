import Ratings
import Recommenders

/// The items that may be recommended.
struct Candidates {
  /// Whether each item is one, by its index.
  let isCandidate: [Bool]

  /// Finds the items of a dataset that were rated often enough.
  init(of dataset: RatingsDataset, _ options: RecommendOptions) {
    var counts = [Int](repeating: 0, count: dataset.items.count)
    for item in dataset.ratings.items { counts[item.position] += 1 }
    isCandidate = counts.map { $0 >= options.minItemRatings }
  }

  /// The users without a list although there is a candidate that they have not rated.
  func usersWithoutList(
    _ lists: [RecommendationList], in dataset: RatingsDataset
  ) -> [UserIndex] {
    let empty = lists.filter(\.items.isEmpty).map(\.user)
    guard !empty.isEmpty else { return [] }
    var rated = [Int](repeating: 0, count: dataset.users.count)
    for (user, item) in zip(dataset.ratings.users, dataset.ratings.items)
    where isCandidate[item.position] {
      rated[user.position] += 1
    }
    let all = isCandidate.count { $0 }
    return empty.filter { rated[$0.position] < all }
  }
}
