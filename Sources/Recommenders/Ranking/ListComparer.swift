import Ratings

/// Compares the lists of the night before, one after the other, with those of now.
///
/// - Complexity: O(*k* log *k*) for a list; memory grows with users and items, not with the lists
///   before.
public struct ListComparer: Sendable {
  /// What a user with a list on both nights came to.
  private struct Change {
    let user: Int32
    let overlap: Double
    /// Not a number where it is not defined.
    let rankCorrelation: Double
    let isSame: Bool
  }

  private let now: RankedLists
  private let k: Int
  /// Codes of ids: those of now's lists first, then those that only the night before has.
  private var users = LabelInterner()
  private var items = LabelInterner()
  private var isCompared: [Bool]
  private var usersBefore = 0
  private var changes: [Change] = []
  /// The number of lists that each item was in, by its code.
  private var listedBefore: [Int32]
  /// The user, counted from 1, in whose list of now an item was last looked for, and its place there.
  private var owners: [Int32]
  private var places: [Int32]
  private var common: [Int32] = []
  private var merged: [Int32] = []

  /// Prepares the comparison of lists that are cut to `k` items.
  public init(now: RankedLists, k: Int) {
    self.now = now
    self.k = k
    // The ids of each kind are distinct, so that a code is a position.
    for user in now.users { _ = users.code(of: Array(user.utf8), in: 0..<user.utf8.count) }
    for item in now.items { _ = items.code(of: Array(item.utf8), in: 0..<item.utf8.count) }
    isCompared = Array(repeating: false, count: now.count)
    listedBefore = Array(repeating: 0, count: now.items.count)
    owners = listedBefore
    places = listedBefore
  }

  /// Compares lists at once.
  public static func compare(before: RankedLists, now: RankedLists, k: Int) -> ListComparison {
    var comparer = ListComparer(now: now, k: k)
    for user in 0..<before.count {
      comparer.add(
        RawList(
          user: before.users[user], items: before[user].map { before.items[Int($0)] }))
    }
    return comparer.finish()
  }

  /// Takes the next list of the night before; a user's second list is passed over.
  public mutating func add(_ before: RawList) {
    let count = min(before.count, k)
    guard count > 0 else { return }
    let user = Int(users.code(of: before.bytes, in: before.user))
    while isCompared.count <= user { isCompared.append(false) }
    guard !isCompared[user] else { return }
    isCompared[user] = true
    usersBefore += 1
    let other = user < now.count ? now[user].prefix(k) : []
    mark(other, of: user)
    common.removeAll(keepingCapacity: true)
    for place in 0..<count {
      let item = Int(items.code(of: before.bytes, in: before.item(place)))
      if item == listedBefore.count { listedBefore.append(0) }
      listedBefore[item] += 1
      guard item < owners.count, owners[item] == Int32(user) + 1 else { continue }
      common.append(places[item])
      owners[item] = 0
    }
    guard !other.isEmpty else { return }
    let shared = common.count
    let isSame =
      shared == count && shared == other.count && common.indices.allSatisfy { common[$0] == $0 }
    let pairs = Double(shared) * Double(shared - 1) / 2
    changes.append(
      Change(
        user: Int32(user), overlap: Double(shared) / Double(max(count, other.count)),
        rankCorrelation: shared < 2 ? .nan : 1 - 2 * Double(sortCommon()) / pairs,
        isSame: isSame))
  }

  /// What all lists came to.
  public consuming func finish() -> ListComparison {
    changes.sort { $0.user < $1.user }
    let changed = changes.filter { !$0.isSame }
    let most = changed.sorted {
      $0.overlap != $1.overlap ? $0.overlap < $1.overlap : $0.user < $1.user
    }
    var listedNow = [Int32](repeating: 0, count: listedBefore.count)
    var usersNow = 0
    for user in 0..<now.count where !now[user].prefix(k).isEmpty {
      usersNow += 1
      for item in now[user].prefix(k) { listedNow[Int(item)] += 1 }
    }
    let entered = listedNow.indices.filter { listedNow[$0] > 0 && listedBefore[$0] == 0 }
    let left = listedNow.indices.filter { listedNow[$0] == 0 && listedBefore[$0] > 0 }
    return ListComparison(
      k: k, usersBefore: usersBefore, usersNow: usersNow, usersInBoth: changes.count,
      unchangedUsers: changes.count - changed.count,
      overlap: ListComparison.Distribution(changes.map(\.overlap)),
      rankCorrelation: ListComparison.Distribution(
        changes.map(\.rankCorrelation).filter { !$0.isNaN }),
      mostChangedUsers: most.prefix(ListComparison.named).map { change in
        ListComparison.ChangedUser(
          user: now.users[Int(change.user)], overlap: change.overlap,
          rankCorrelation: change.rankCorrelation.isNaN ? nil : change.rankCorrelation)
      },
      itemsBefore: listedBefore.count { $0 > 0 }, itemsNow: listedNow.count { $0 > 0 },
      enteredItems: entered.count, leftItems: left.count,
      mostListedEntered: mostListed(entered, listedNow),
      mostListedLeft: mostListed(left, listedBefore))
  }

  /// Notes the places of a list's items.
  private mutating func mark(_ list: ArraySlice<Int32>, of user: Int) {
    for (place, item) in list.enumerated() {
      owners[Int(item)] = Int32(user) + 1
      places[Int(item)] = Int32(place)
    }
  }

  /// Sorts the places of the common items by merging and returns how many pairs were out of order.
  private mutating func sortCommon() -> Int {
    var inversions = 0
    var width = 1
    while width < common.count {
      merged.removeAll(keepingCapacity: true)
      for start in stride(from: 0, to: common.count, by: 2 * width) {
        let middle = min(start + width, common.count)
        let end = min(middle + width, common.count)
        var (left, right) = (start, middle)
        while left < middle || right < end {
          if right == end || left < middle && common[left] < common[right] {
            merged.append(common[left])
            left += 1
          } else {
            merged.append(common[right])
            inversions += middle - left
            right += 1
          }
        }
      }
      swap(&common, &merged)
      width *= 2
    }
    return inversions
  }

  private func mostListed(_ codes: [Int], _ users: [Int32]) -> [ListComparison.ListedItem] {
    let ids = LabelEncoder<ItemIndex>(fitting: codes.lazy.map { items.labels[$0] })
    let ordered = codes.map { code in
      (users: Int(users[code]), place: ids.index(of: items.labels[code]), code: code)
    }.sorted {
      $0.users != $1.users
        ? $0.users > $1.users : ($0.place?.rawValue ?? 0) < ($1.place?.rawValue ?? 0)
    }
    return ordered.prefix(ListComparison.named).map {
      ListComparison.ListedItem(item: items.labels[$0.code], users: $0.users)
    }
  }
}
