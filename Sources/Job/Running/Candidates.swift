import Publishing
import Ratings
import Recommenders
import Storage

/// The items that may be recommended.
struct Candidates {
  /// Whether each item is one, by its index.
  let isCandidate: [Bool]
  /// How many ids that the job allows or denies are not those of items.
  let unknownIDs: Int

  /// Finds the items of a dataset that were rated often enough and that the job lets be recommended.
  init(of dataset: RatingsDataset, _ options: RecommendOptions) {
    self.init(dataset.items, rated: dataset.ratings.items, options)
  }

  /// Finds the items that the job of a bundle lets be recommended.
  init(of bundle: ModelBundle) {
    let recommend = bundle.resultPlan["recommend"]
    func ids(_ key: String) -> [String]? {
      recommend?["candidates"]?[key]?.arrayValue?.compactMap(\.stringValue)
    }
    var options = RecommendOptions()
    options.minItemRatings = recommend?["min_item_ratings"]?.intValue ?? 1
    options.candidates.allow = ids("allow")
    options.candidates.deny = ids("deny") ?? []
    self.init(bundle.items, rated: bundle.seen.indices, options)
  }

  /// Finds them among items, of which the ratings were given.
  init(_ items: LabelEncoder<ItemIndex>, rated: [ItemIndex], _ options: RecommendOptions) {
    var counts = [Int](repeating: 0, count: items.count)
    for item in rated { counts[item.position] += 1 }
    var isCandidate = counts.map { $0 >= options.minItemRatings }
    var unknown = 0
    func known(_ ids: [String]) -> [Int] {
      let found = ids.compactMap { items.index(of: $0)?.position }
      unknown += ids.count - found.count
      return found
    }
    if let allow = options.candidates.allow {
      let allowed = Set(known(allow))
      for item in isCandidate.indices where !allowed.contains(item) { isCandidate[item] = false }
    }
    for item in known(options.candidates.deny) { isCandidate[item] = false }
    self.isCandidate = isCandidate
    unknownIDs = unknown
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
