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

  /// What the reasons are, and those of each recommendation; `nil` if none were asked for.
  private let reasons: (kind: ReasonKind, entries: [[Entry]])?

  private struct Entry: Sendable {
    let id: String
    let score: Float
    let title: String?
    let genres: [String]
  }

  /// Asks the bundle at a path.
  ///
  /// `explain` is the number of reasons of each recommendation; `nil` stands for that of the job.
  ///
  /// - Throws: `PublishingError` if there is no whole bundle, ``BundleQueryError`` if it does not know
  ///   the user.
  public init(bundle path: String, user: String, k: Int, explain: Int? = nil) throws {
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
      model: bundle.model, excluding: bundle.seen, candidates: Candidates(of: bundle).isCandidate,
      k: k,
      order: Self.order(of: bundle))
    let lists = recommender.recommend(index.position..<index.position + 1)
      .flatMap(\.items)
    if let item = lists.first(where: { !$0.score.isFinite })?.item {
      throw PublishingError.scoreNotFinite(user: user, item: bundle.items.label(of: item))
    }
    recommended = lists.map { entry($0.item, $0.score) }
    let count = explain ?? bundle.resultPlan["recommend"]?["explain"]?.intValue ?? 0
    if count > 0 {
      let explained = Explainer(
        model: bundle.blend?.model ?? bundle.model, ratings: Self.columns(of: bundle), count: count
      ).explaining([RecommendationList(user: index, items: lists)], threads: 1)
      reasons = explained.first?.reasons.map { found in
        (
          found.kind,
          (0..<found.count).map { found[$0].map { entry($0.item, $0.contribution) } }
        )
      }
    } else {
      reasons = nil
    }
  }

  /// All ratings that the bundle has.
  private static func columns(of bundle: ModelBundle) -> RatingColumns {
    let seen = bundle.seen
    let owners = bundle.users.indices.flatMap { user in
      repeatElement(user, count: seen.items(of: user).count)
    }
    return RatingColumns(users: owners, items: seen.indices, values: bundle.seenRatings)
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
    \(reasonsText)
    """
  }

  /// The reasons under the tables.
  private var reasonsText: String {
    guard let reasons else { return "" }
    let heading =
      switch reasons.kind {
      case .exact: "Because of what the user rated, with what each rating adds to the score's key:"
      case .similarity: "Because the user liked what is similar, with the similarity from 0 to 1:"
      }
    let lines = zip(recommended, reasons.entries).enumerated().map { place, pair in
      let names = pair.1.map { "\($0.title ?? $0.id) (\(String(format: "%.3f", $0.score)))" }
      return "  \(place + 1). \(pair.0.title ?? pair.0.id): "
        + (names.isEmpty ? "nothing that the user rated" : names.joined(separator: "; "))
    }
    return "\n\(heading)\n\n\(lines.joined(separator: "\n"))\n"
  }

  /// The same as a JSON object.
  public var jsonText: String { json.prettyText() }

  var json: JSONValue {
    func list(_ entries: [Entry], _ score: String, reasons: [[Entry]]? = nil) -> JSONValue {
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
          if let reasons {
            members.append(JSONMember(key: "because", value: Self.because(reasons[index])))
          }
          return .object(members)
        })
    }
    var members = [
      JSONMember(key: "user_id", value: .string(user)),
      JSONMember(key: "rated_items", value: .integer(ratedCount)),
      JSONMember(key: "best_rated", value: list(best, "rating")),
      JSONMember(
        key: "recommendations", value: list(recommended, "score", reasons: reasons?.entries)),
    ]
    if let reasons {
      members.append(JSONMember(key: "because_kind", value: .string(reasons.kind.rawValue)))
    }
    return .object(members)
  }

  /// The reasons of a recommendation.
  private static func because(_ reasons: [Entry]) -> JSONValue {
    .array(
      reasons.map { reason in
        var members = [JSONMember(key: "item_id", value: .string(reason.id))]
        if let title = reason.title {
          members.append(JSONMember(key: "title", value: .string(title)))
        }
        members.append(
          JSONMember(key: "contribution", value: .number(JSONNumber(reason.score))))
        return .object(members)
      })
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
