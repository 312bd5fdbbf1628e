import Foundation
import Publishing
import Ratings
import Recommenders
import Storage

/// Answers for users what a bundle's model recommends to them, in the order in which its lists are
/// published.
public struct BundleRecommender: Sendable {
  private let path: String
  private let bundle: ModelBundle
  private let recommender: TopNRecommender
  private let explainer: Explainer?
  private let order: UserRecommendations.Order

  /// Reads the bundle at a path.
  ///
  /// `k` is the number of recommendations, at least 1; `explain` is the number of
  /// reasons of each, by default that of the job.
  ///
  /// - Throws: `PublishingError` if there is no whole bundle.
  public init(bundle path: String, k: Int, explain: Int? = nil) throws {
    self.path = path
    try BundleQueryError.requireNoJobFile(path)
    let bundle = try ModelBundle.read(path)
    self.bundle = bundle
    let plan = bundle.resultPlan["recommend"]
    let options = Self.options(plan)
    recommender = TopNRecommender(
      model: bundle.model, excluding: bundle.seen, candidates: Candidates(of: bundle).isCandidate,
      k: k,
      order: ListOrder(
        options, model: bundle.model, blend: bundle.blend, details: bundle.itemDetails))
    order = UserRecommendations.Order(
      rankBy: options.rankBy, isBlended: bundle.blend != nil,
      isRelevance: bundle.model.configuration.type.isRelevance, isSpread: options.isSpread)
    let reasons = explain ?? plan?["explain"]?.intValue ?? 0
    explainer =
      reasons > 0
      ? Explainer(
        model: bundle.blend?.model ?? bundle.model, ratings: Self.columns(of: bundle),
        untrained: bundle.untrained, count: reasons) : nil
  }

  /// The answer for one user.
  ///
  /// - Throws: ``BundleQueryError`` if the bundle does not know the user.
  public func answer(_ user: String) throws -> UserRecommendations {
    guard let index = bundle.users.index(of: user) else {
      throw BundleQueryError.unknownUser(
        bundle: path, user: user, users: bundle.users.count,
        hint: UserHint.text(for: user, in: bundle.users))
    }
    let items = recommender.recommend(index.position..<index.position + 1).flatMap(\.items)
    if let item = items.first(where: { !$0.score.isFinite })?.item {
      throw PublishingError.scoreNotFinite(user: user, item: bundle.items.label(of: item))
    }
    var list = RecommendationList(user: index, items: items)
    if let explainer { list = explainer.explaining([list], threads: 1).first ?? list }
    return UserRecommendations(list, of: bundle, order: order)
  }

  /// Hands on the answer for each of some users, in their order; those that the bundle does not know
  /// are left out.
  ///
  /// - Throws: ``BundleQueryError`` in the end if there was one that is not known.
  public func answer(_ users: [String], body: (UserRecommendations) -> Void) throws {
    guard users.count != 1 else { return body(try answer(users[0])) }
    let unknown = users.filter { bundle.users.index(of: $0) == nil }
    for user in users where bundle.users.index(of: user) != nil { body(try answer(user)) }
    if let first = unknown.first {
      throw BundleQueryError.unknownUsers(
        bundle: path, unknown: unknown, of: users.count,
        hint: UserHint.text(for: first, in: bundle.users))
    }
  }

  /// The ids of a file with one on each line, of standard input if its name is `-`.
  ///
  /// - Throws: `StorageError` if it cannot be read or is not UTF-8.
  public static func users(ofFile path: String) throws -> [String] {
    try IDLines.ids(ofFile: path)
  }

  /// All ratings that the bundle has.
  private static func columns(of bundle: ModelBundle) -> RatingColumns {
    let seen = bundle.seen
    let owners = bundle.users.indices.flatMap { user in
      repeatElement(user, count: seen.items(of: user).count)
    }
    return RatingColumns(users: owners, items: seen.indices, values: bundle.seenRatings)
  }

  /// What orders the bundle's lists.
  private static func options(_ plan: JSONValue?) -> RecommendOptions {
    var options = RecommendOptions()
    options.rankBy =
      plan?["rank_by"]?.stringValue.flatMap { RankingOrder(rawValue: $0) } ?? .rating
    options.z = plan?["z"]?.doubleValue ?? options.z
    options.diversity = plan?["diversity"]?.doubleValue ?? 0
    options.maxPerGenre = plan?["max_per_genre"]?.intValue
    return options
  }
}
