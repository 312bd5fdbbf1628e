import Foundation
import Publishing
import Ratings
import Recommenders
import Storage

/// A reason why a bundle does not answer.
public enum BundleQueryError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The bundle does not know the user.
  case unknownUser(bundle: String, user: String, users: Int, examples: [String])

  /// One sentence for people.
  public var description: String {
    switch self {
    case .unknownUser(let bundle, let user, let users, let examples):
      "\(bundle) does not know the user \"\(user)\": none of its \(users) users has this id; ids are "
        + "written as in the dataset, for example \(examples.joined(separator: ", "))"
    }
  }
}

/// What a user rated best and what a bundle's model recommends to the user.
public struct UserRecommendations: Sendable {
  private let user: String
  private let ratedCount: Int
  private let best: [Entry]
  private let recommended: [Entry]

  /// The number of the user's own items that are shown.
  private static let bestCount = 10

  private struct Entry: Sendable {
    let id: String
    let score: Float
    let title: String?
    let genres: [String]
  }

  /// Asks the bundle at a path.
  ///
  /// - Throws: `PublishingError` if there is no whole bundle, ``BundleQueryError`` if it does not know
  ///   the user.
  public init(bundle path: String, user: String, k: Int) throws {
    let bundle = try ModelBundle.read(path)
    guard let index = bundle.users.index(of: user) else {
      throw BundleQueryError.unknownUser(
        bundle: path, user: user, users: bundle.users.count,
        examples: Array(bundle.users.labels.prefix(3)))
    }
    func entry(_ item: ItemIndex, _ score: Float) -> Entry {
      let details = bundle.itemDetails.isEmpty ? nil : bundle.itemDetails[item.position]
      return Entry(
        id: bundle.items.label(of: item), score: score, title: details?.title,
        genres: details?.genres ?? [])
    }
    let rated = bundle.ratings(of: index)
    self.user = user
    ratedCount = rated.count
    best = rated.sorted { ($1.rating, $0.item) < ($0.rating, $1.item) }.prefix(Self.bestCount)
      .map { entry($0.item, $0.rating) }
    let recommender = TopNRecommender(
      model: bundle.model, excluding: bundle.seen, candidates: Self.candidates(of: bundle), k: k,
      order: Self.order(of: bundle))
    let lists = recommender.recommend(index.position..<index.position + 1)
      .flatMap(\.items)
    if let item = lists.first(where: { !$0.score.isFinite })?.item {
      throw PublishingError.scoreNotFinite(user: user, item: bundle.items.label(of: item))
    }
    recommended = lists.map { entry($0.item, $0.score) }
  }

  /// The items that the bundle's job may recommend.
  private static func candidates(of bundle: ModelBundle) -> [Bool] {
    let least = bundle.resultPlan["recommend"]?["min_item_ratings"]?.intValue ?? 1
    var counts = [Int](repeating: 0, count: bundle.items.count)
    for item in bundle.seen.indices { counts[item.position] += 1 }
    return counts.map { $0 >= least }
  }

  /// The order that the bundle's lists were published in.
  private static func order(of bundle: ModelBundle) -> ListOrder {
    var options = RecommendOptions()
    let recommend = bundle.resultPlan["recommend"]
    options.rankBy =
      recommend?["rank_by"]?.stringValue.flatMap { RankingOrder(rawValue: $0) } ?? .rating
    options.z = recommend?["z"]?.doubleValue ?? options.z
    options.diversity = recommend?["diversity"]?.doubleValue ?? 0
    options.maxPerGenre = recommend?["max_per_genre"]?.intValue
    return ListOrder(
      options, model: bundle.model, blend: bundle.blend, details: bundle.itemDetails)
  }

  /// Two tables for a terminal.
  public var text: String {
    """
    User \(user) rated \(ratedCount) items. The best rated:

    \(Self.table(best, score: "rating"))

    Recommended:

    \(Self.table(recommended, score: "score"))

    """
  }

  /// The same as a JSON object.
  public var jsonText: String { json.prettyText() }

  var json: JSONValue {
    func list(_ entries: [Entry], _ score: String) -> JSONValue {
      .array(
        entries.enumerated().map { index, entry in
          var members = [
            JSONMember(key: "item_id", value: .string(entry.id)),
            JSONMember(key: "rank", value: .integer(index + 1)),
            JSONMember(key: score, value: .number(JSONNumber(entry.score))),
          ]
          if let title = entry.title {
            members.append(JSONMember(key: "title", value: .string(title)))
            members.append(
              JSONMember(key: "genres", value: .array(entry.genres.map { .string($0) })))
          }
          return .object(members)
        })
    }
    return [
      "user_id": .string(user), "rated_items": .integer(ratedCount),
      "best_rated": list(best, "rating"), "recommendations": list(recommended, "score"),
    ]
  }

  private static func table(_ entries: [Entry], score: String) -> String {
    var table = TextTable(
      ["rank", score, "item", "title", "genres"], [.right, .right, .right, .left, .left])
    for (index, entry) in entries.enumerated() {
      table.add([
        "\(index + 1)", String(format: "%.2f", entry.score), entry.id, entry.title ?? "",
        entry.genres.joined(separator: ", "),
      ])
    }
    return table.lines.map { "  " + $0 }.joined(separator: "\n")
  }
}
