import Ratings
import Recommenders
import Storage

/// The section `recommendations` of `report.json`: a few users with what they rated best and what they
/// get, the items that are recommended most, and how much of the lists is not what everybody knows.
struct ReportLists {
  /// The shares of the users, by falling number of ratings, at which one is shown: first the one in the
  /// middle, as the most active ones have rated what most people know, and get what is left.
  private static let places = [0.5, 0, 0.25, 0.75, 1]
  /// How much of what a user rated is shown.
  private static let bestRated = 5
  private static let longestList = 10
  private static let mostRecommended = 15
  /// The share of the items, by falling number of ratings, that is the head; the others are the tail.
  private static let headShare = (items: 1, of: 5)

  private let lists: [RecommendationList]
  private let dataset: RatingsDataset
  private let plan: Plan
  private let userCounts: [Int]
  private let itemCounts: [Int]
  /// In how many lists each item is.
  private let listCounts: [Int]

  init(_ lists: [RecommendationList], dataset: RatingsDataset, plan: Plan) {
    self.lists = lists
    self.dataset = dataset
    self.plan = plan
    var users = [Int](repeating: 0, count: dataset.users.count)
    var items = [Int](repeating: 0, count: dataset.items.count)
    for user in dataset.ratings.users { users[user.position] += 1 }
    for item in dataset.ratings.items { items[item.position] += 1 }
    var listed = [Int](repeating: 0, count: dataset.items.count)
    for list in lists {
      for entry in list.items { listed[entry.item.position] += 1 }
    }
    (userCounts, itemCounts, listCounts) = (users, items, listed)
  }

  /// The section.
  var json: JSONValue {
    [
      "order": .string(plan.recommend.rankBy.rawValue),
      "long_tail": longTail,
      "most_recommended": .array(
        Self.greatest(listCounts, Self.mostRecommended).map { position in
          .object(
            ReportItem.members(of: ItemIndex(position), in: dataset) + [
              JSONMember(key: "lists", value: .integer(listCounts[position])),
              JSONMember(key: "ratings", value: .integer(itemCounts[position])),
            ])
        }),
      "sample_users": .array(sample),
    ]
  }

  /// The positions of the greatest counts above 0, of equal ones the first.
  private static func greatest(_ counts: [Int], _ most: Int) -> [Int] {
    var best: [Int] = []
    for position in counts.indices where counts[position] > 0 {
      let place = best.firstIndex { counts[$0] < counts[position] } ?? best.count
      guard place < most else { continue }
      best.insert(position, at: place)
      if best.count > most { best.removeLast() }
    }
    return best
  }

  // MARK: - The long tail

  private var longTail: JSONValue {
    let items = itemCounts.count
    let head = (items * Self.headShare.items + Self.headShare.of - 1) / Self.headShare.of
    let order = itemCounts.indices.sorted { (itemCounts[$1], $0) < (itemCounts[$0], $1) }
    func share(_ counts: [Int]) -> JSONValue {
      let all = counts.reduce(0, +)
      let tail = order.dropFirst(head).reduce(0) { $0 + counts[$1] }
      return all == 0 ? .null : .numberOrNull(Double(tail) / Double(all))
    }
    return [
      "head_items": .integer(head), "tail_items": .integer(items - head),
      "share_of_ratings": share(itemCounts), "share_of_lists": share(listCounts),
    ]
  }

  // MARK: - Sample users

  private var sample: [JSONValue] {
    // Users are told apart by how many ratings they have, and of those with equally many the first.
    let withList = lists.indices.filter { !lists[$0].items.isEmpty }
    let order = (withList.isEmpty ? Array(lists.indices) : withList).sorted {
      (userCounts[lists[$1].user.position], $0) < (userCounts[lists[$0].user.position], $1)
    }
    guard let last = order.indices.last else { return [] }
    var places: [Int] = []
    for share in Self.places {
      let place = Int((share * Double(last)).rounded())
      if !places.contains(place) { places.append(place) }
    }
    let chosen = places.map { lists[order[$0]] }
    let rated = ratings(of: chosen.map(\.user))
    return zip(chosen, rated).map { user($0, rated: $1) }
  }

  /// The ratings of a few users, the best first, of equal ones the first items.
  private func ratings(of users: [UserIndex]) -> [[RatedItem]] {
    var places = [Int8](repeating: -1, count: dataset.users.count)
    for (place, user) in users.enumerated() { places[user.position] = Int8(place) }
    var rated = [[RatedItem]](repeating: [], count: users.count)
    let ratings = dataset.ratings
    for row in 0..<ratings.count {
      let place = places[ratings.users[row].position]
      if place >= 0 {
        rated[Int(place)].append(RatedItem(item: ratings.items[row], rating: ratings.values[row]))
      }
    }
    return rated.map { $0.sorted { ($1.rating, $0.item) < ($0.rating, $1.item) } }
  }

  private func user(_ list: RecommendationList, rated: [RatedItem]) -> JSONValue {
    [
      "user_id": .string(dataset.users.label(of: list.user)),
      "ratings": .integer(rated.count),
      "best_rated": .array(
        rated.prefix(Self.bestRated).map {
          .object(
            ReportItem.members(of: $0.item, in: dataset)
              + [JSONMember(key: "rating", value: .number(JSONNumber($0.rating)))])
        }),
      "reasons": list.reasons.map { .string($0.kind.rawValue) } ?? .null,
      "recommended": .array(
        list.items.prefix(Self.longestList).enumerated().map { place, entry in
          .object(
            ReportItem.members(of: entry.item, in: dataset)
              + [JSONMember(key: "score", value: Self.number(entry.score))]
              + (list.reasons.map { because($0[place]) } ?? []))
        }),
    ]
  }

  /// A number with the digits of its own precision.
  private static func number(_ value: Float) -> JSONValue {
    value.isFinite ? .number(JSONNumber(value)) : .null
  }

  private func because(_ reasons: ArraySlice<Reason>) -> [JSONMember] {
    [
      JSONMember(
        key: "because",
        value: .array(
          reasons.map {
            .object(
              ReportItem.members(of: $0.item, in: dataset)
                + [
                  JSONMember(
                    key: "contribution", value: Self.number($0.contribution))
                ])
          }))
    ]
  }
}
