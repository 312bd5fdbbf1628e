import Kernels
public import Ratings

/// Ranks, for each user, the candidate items that the user has not seen.
///
/// A range of users is a pure function of the model, the seen items and the range, so that ranges
/// may be computed anywhere in any order. Memory grows with the lists alone: keys are compared with the
/// worst of a list as soon as they are computed.
public struct TopNRecommender: Sendable {
  private let model: any RatingPredictor
  private let seen: InteractionMatrix
  private let readmitted: InteractionMatrix?
  private let k: Int
  private let order: ListOrder
  private let memory: KeyMemory?
  private let selection: any RowSelection
  /// The candidates, and those of them whose keys are that of the mean rating for everybody.
  private let candidates: [UInt32]
  private let unknown: [UInt32]

  /// The number of users that are ranked between two checks for cancellation.
  private static let usersPerRange = 8 * SelectionGroup.users

  /// Prepares the ranking.
  ///
  /// - Parameters:
  ///   - model: Gives the ranking keys.
  ///   - seen: The items that each user must not be recommended.
  ///   - readmitted: Items of `seen` that each user may be recommended all the same.
  ///   - candidates: Whether each item may be recommended at all.
  ///   - k: The length of a list.
  ///   - order: The order of the lists.
  ///   - memory: What is known of the model's ranking keys. In the order of these it is not asked.
  public init(
    model: any RatingPredictor, excluding seen: InteractionMatrix,
    readmitting readmitted: InteractionMatrix? = nil, candidates: [Bool], k: Int,
    order: ListOrder = .byKey, memory: KeyMemory? = nil
  ) {
    precondition(candidates.count == model.configuration.items, "an item is missing")
    self.model = model
    self.seen = seen
    self.readmitted = readmitted
    self.k = min(k, candidates.count)
    self.order = order
    self.memory = memory
    let chosen = candidates.indices.filter { candidates[$0] }.map { UInt32($0) }
    let counts = model.trainingCounts.items
    unknown = model.fallsBackToMean ? chosen.filter { counts[Int($0)] == 0 } : []
    selection = model.selection(
      of: unknown.isEmpty ? chosen : chosen.filter { counts[Int($0)] > 0 })
    self.candidates = chosen
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
    guard order.isPlain else { return users.map { ordered(for: UserIndex($0)) } }
    var excluded = ExcludedRows()
    for user in users { excluded.append(excludedItems(of: UserIndex(user))) }
    // Asked for once: a getter behind a protocol copies all that it has.
    let configuration = model.configuration
    let lists = selection.lists(of: k, for: users, excluding: excluded)
    return zip(users, lists).map { user, list in
      RecommendationList(
        user: UserIndex(user),
        items: withUnknownItems(list, for: UserIndex(user)).map {
          ScoredItem(
            item: ItemIndex(Int($0.row)), score: configuration.rating(ofKey: $0.key))
        })
    }
  }

  /// A user's list in an order that is not that of the ranking keys; its scores are the predicted ratings
  /// all the same.
  private func ordered(for user: UserIndex) -> RecommendationList {
    let unseen = unseenCandidates(of: user)
    let scores = order.scores(of: unseen, keys: keys(of: unseen, by: user), by: user, model)
    var excluded = ExcludedRows()
    excluded.append([])
    let ranking = KeySelection(candidates: unseen) { _ in scores }
    func best(_ count: Int) -> [ScoredRow] {
      ranking.lists(of: min(count, unseen.count), for: 0..<1, excluding: excluded)[0]
    }
    var list: [ScoredRow]
    if let spread = order.spread {
      var count = max(ListSpread.pool, 3 * k)
      list = spread.list(of: k, from: best(count))
      // A cap may have passed over all but a few of them.
      while list.count < k, count < unseen.count {
        count *= 8
        list = spread.list(of: k, from: best(count))
      }
    } else {
      list = best(k)
    }
    let configuration = model.configuration
    let keys = keys(of: list.map(\.row), by: user)
    return RecommendationList(
      user: user,
      items: zip(list, keys).map { entry, key in
        ScoredItem(item: ItemIndex(Int(entry.row)), score: configuration.rating(ofKey: key))
      })
  }

  private func keys(of items: [UInt32], by user: UserIndex) -> [Float] {
    guard let memory else { return model.rankingKeys(by: user, of: items) }
    return memory.keys(of: items, by: user) { model.rankingKeys(by: user, of: $0) }
  }

  /// The candidates that are not excluded, ascending.
  private func unseenCandidates(of user: UserIndex) -> [UInt32] {
    let excluded = excludedItems(of: user)
    var unseen: [UInt32] = []
    unseen.reserveCapacity(candidates.count)
    var next = excluded.startIndex
    for item in candidates {
      while next < excluded.endIndex, excluded[next] < item { next += 1 }
      if next == excluded.endIndex || excluded[next] != item { unseen.append(item) }
    }
    return unseen
  }

  private func isExcluded(_ item: ItemIndex, of user: UserIndex) -> Bool {
    seen.contains(user: user, item: item)
      && !(readmitted?.contains(user: user, item: item) ?? false)
  }

  private func excludedItems(of user: UserIndex) -> [UInt32] {
    let all = seen.items(of: user)
    let back = readmitted?.items(of: user) ?? []
    var excluded: [UInt32] = []
    excluded.reserveCapacity(all.count)
    // Both ascend, so that one walk takes out what is in both.
    var next = back.startIndex
    for item in all {
      while next < back.endIndex, back[next] < item { next += 1 }
      if next == back.endIndex || back[next] != item { excluded.append(item.rawValue) }
    }
    return excluded
  }

  /// A list with the items, if any, that the model knows nothing of for this user.
  private func withUnknownItems(_ list: [ScoredRow], for user: UserIndex) -> [ScoredRow] {
    guard model.fallsBackToMean else { return list }
    let isUserUnknown = model.trainingCounts.users[user.position] == 0
    guard isUserUnknown || !unknown.isEmpty else { return list }
    let key = model.configuration.meanKey
    let unseen = (isUserUnknown ? candidates : unknown).lazy.filter {
      !isExcluded(ItemIndex(Int($0)), of: user)
    }
    let all =
      (isUserUnknown ? [] : list) + unseen.prefix(k).map { ScoredRow(key: key, row: $0) }
    let sorted = all.sorted { $0.key != $1.key ? $0.key > $1.key : $0.row < $1.row }
    return Array(sorted.prefix(k))
  }
}
