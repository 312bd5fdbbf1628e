import Kernels
public import Ratings

/// Ranks, for each user, the candidate items that the user has not seen.
///
/// A range of users is a pure function of the model, the seen items and the range, so that ranges
/// may be computed anywhere in any order. Memory is one row of keys for each range in flight.
public struct TopNRecommender: Sendable {
  private let model: any RatingPredictor
  private let seen: InteractionMatrix
  private let isCandidate: [Bool]
  private let k: Int

  /// The number of users that are ranked between two checks for cancellation.
  private static let usersPerRange = 32

  /// Prepares the ranking.
  ///
  /// - Parameters:
  ///   - model: Gives the ranking keys.
  ///   - seen: The items that each user must not be recommended.
  ///   - candidates: Whether each item may be recommended at all.
  ///   - k: The length of a list.
  public init(
    model: any RatingPredictor, excluding seen: InteractionMatrix, candidates: [Bool], k: Int
  ) {
    precondition(candidates.count == model.configuration.items, "an item is missing")
    self.model = model
    self.seen = seen
    isCandidate = candidates
    self.k = min(k, candidates.count)
  }

  /// The lists of all users, in the order of their indices.
  ///
  /// `threads` is the number of ranges that are computed at the same time; it has no influence on the
  /// result.
  ///
  /// - Throws: `CancellationError` when the task is cancelled.
  /// - Complexity: O(users × items × factors).
  public func recommendAll(threads: Int) async throws(CancellationError) -> [RecommendationList] {
    let userCount = model.configuration.users
    let starts = Swift.stride(from: 0, to: userCount, by: Self.usersPerRange)
    let ranges = starts.map { $0..<min($0 + Self.usersPerRange, userCount) }
    let parts = await withTaskGroup(of: (Int, [RecommendationList]).self) { group in
      var parts = [[RecommendationList]](repeating: [], count: ranges.count)
      var next = 0
      func start() {
        guard next < ranges.count, !Task.isCancelled else { return }
        let number = next
        next += 1
        group.addTask { (number, recommend(ranges[number])) }
      }
      for _ in 0..<min(max(threads, 1), ranges.count) { start() }
      while let (number, lists) = await group.next() {
        parts[number] = lists
        start()
      }
      return parts
    }
    if Task.isCancelled { throw CancellationError() }
    return parts.flatMap { $0 }
  }

  /// The lists of a range of users.
  public func recommend(_ users: Range<Int>) -> [RecommendationList] {
    var keys = model.makeKeyRow()
    var top = TopK(k)
    return users.map { position in
      let user = UserIndex(position)
      model.rankingKeys(for: user, into: &keys)
      keys.withValues { keys in
        for item in isCandidate.indices where top.admits(keys[item]) {
          // Only the few that would be kept are looked up.
          guard isCandidate[item], !seen.contains(user: user, item: ItemIndex(item)) else {
            continue
          }
          top.insert(keys[item], position: Int32(item))
        }
      }
      return RecommendationList(
        user: user,
        items: top.takeSorted().map {
          ScoredItem(
            item: ItemIndex(Int($0.position)), score: model.configuration.rating(ofKey: $0.key))
        })
    }
  }
}
