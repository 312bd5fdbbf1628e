public import Ratings

/// The lists of many users, four bytes a recommendation.
public struct RankedLists: Sendable {
  /// The raw ids of the users, each once, in the order of their dense indices.
  public let users: [String]
  /// The raw ids of the items, each once.
  public let items: [String]
  /// The items of all lists, one list after the other, as positions in `items`.
  private let listed: [Int32]
  /// Where the list of each user ends.
  private let ends: [Int]

  /// Makes the lists that a ranking has given; they are in the order of the users' indices.
  public init(
    _ lists: [RecommendationList], users: LabelEncoder<UserIndex>, items: LabelEncoder<ItemIndex>
  ) {
    self.users = lists.map { users.label(of: $0.user) }
    self.items = items.labels
    var listed: [Int32] = []
    listed.reserveCapacity(lists.reduce(0) { $0 + $1.items.count })
    ends = lists.map { list in
      for scored in list.items { listed.append(Int32(scored.item.position)) }
      return listed.count
    }
    self.listed = listed
  }

  /// Makes lists of raw ids: `read` hands over each user's, best first; a user's second list is
  /// passed over.
  public init<E: Error>(_ read: (_ add: (RawList) -> Void) throws(E) -> Void) throws(E) {
    var users = LabelInterner()
    var items = LabelInterner()
    var listed: [Int32] = []
    var ends: [Int] = []
    try read { list in
      guard users.code(of: list.bytes, in: list.user) == ends.count else { return }
      for place in 0..<list.count {
        listed.append(items.code(of: list.bytes, in: list.item(place)))
      }
      ends.append(listed.count)
    }
    self.users = users.labels
    self.items = items.labels
    self.listed = listed
    self.ends = ends
  }

  /// The number of users.
  public var count: Int { ends.count }

  /// The greatest number of items of a user.
  public var longest: Int { ends.indices.reduce(0) { max($0, self[$1].count) } }

  /// The items of a user, best first, as positions in `items`.
  public subscript(user: Int) -> ArraySlice<Int32> {
    listed[(user == 0 ? 0 : ends[user - 1])..<ends[user]]
  }
}
