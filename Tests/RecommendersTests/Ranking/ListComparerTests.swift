import Ratings
import Testing

@testable import Recommenders

/// Comparisons whose figures are computed by hand.
struct ListComparerTests {
  private typealias Lists = [(user: String, items: [String])]

  private func ranked(_ lists: Lists) -> RankedLists {
    RankedLists { add in
      for list in lists { add(RawList(user: list.user, items: list.items)) }
    }
  }

  private func compare(_ before: Lists, _ now: Lists, k: Int = 10) -> ListComparison {
    ListComparer.compare(before: ranked(before), now: ranked(now), k: k)
  }

  /// The comparison of a single user's lists, each item a letter.
  private func compare(_ before: String, _ now: String, k: Int = 10) -> ListComparison {
    compare([("u", before.map(String.init))], [("u", now.map(String.init))], k: k)
  }

  struct Example: Sendable {
    let before: String
    let now: String
    let overlap: Double
    let correlation: Double?

    init(_ before: String, _ now: String, _ overlap: Double, _ correlation: Double?) {
      self.before = before
      self.now = now
      self.overlap = overlap
      self.correlation = correlation
    }
  }

  static let examples: [Example] = [
    // Identical, reversed, disjoint.
    Example("abcd", "abcd", 1.0, 1.0), Example("abcd", "dcba", 1.0, -1.0),
    Example("abcd", "efgh", 0.0, nil),
    // One pair of six changes its order: 1 − 2/6.
    Example("abcd", "abdc", 1.0, 1 - 2.0 / 6),
    // Shorter lists: the share of the longer one. A single common item has no order.
    Example("ab", "abcd", 0.5, 1.0), Example("abcd", "b", 0.25, nil), Example("a", "a", 1.0, nil),
    // Common are b, c, d; before b c d, now d b c: two of three pairs change their order.
    Example("abcd", "dbxc", 0.75, 1 - 4.0 / 3),
  ]

  @Test(arguments: examples)
  func overlapAndCorrelationOfOneUser(_ example: Example) throws {
    let found = compare(example.before, example.now)
    #expect(found.overlap?.mean == example.overlap)
    #expect(found.overlap?.users == 1)
    let tau = found.rankCorrelation?.mean
    #expect((tau == nil) == (example.correlation == nil))
    #expect(abs((tau ?? 0) - (example.correlation ?? 0)) < 1e-12)
    let isSame = example.before == example.now
    #expect(found.unchangedUsers == (isSame ? 1 : 0))
    #expect(found.mostChangedUsers.count == (isSame ? 0 : 1))
  }

  /// Kendall's τ by its definition, for orders of every length up to 40.
  @Test func theCorrelationIsThatOfAllPairs() {
    var generator = CounterBasedGenerator(seed: 5, stream: .shuffle).sequence(epoch: 0)
    for count in 2...40 {
      let before = (0..<count).map { "\($0)" }
      let now = before.shuffled(using: &generator)
      let places = before.compactMap { now.firstIndex(of: $0) }
      var difference = 0
      for first in 0..<count {
        for second in (first + 1)..<count {
          difference += places[first] < places[second] ? 1 : -1
        }
      }
      let expected = Double(difference) / (Double(count * (count - 1)) / 2)
      let found = compare([("u", before)], [("u", now)], k: count).rankCorrelation?.mean ?? .nan
      #expect(abs(found - expected) < 1e-12)
    }
  }

  @Test func listsAreCutToTheirFirstItems() {
    let found = compare("abcd", "abdc", k: 2)
    #expect(found.k == 2)
    #expect(found.overlap?.mean == 1 && found.unchangedUsers == 1)
    #expect(found.itemsBefore == 2 && found.itemsNow == 2)
    #expect(compare("abc", "cba", k: 1).overlap?.mean == 0)
  }

  @Test func emptyListsAreNoLists() {
    let found = compare(
      [("1", ["a"]), ("2", []), ("3", ["a"]), ("5", [])],
      [("1", ["a"]), ("2", ["b"]), ("3", []), ("4", [])])
    #expect(found.usersBefore == 2 && found.usersNow == 2 && found.usersInBoth == 1)
    #expect(found.overlap?.users == 1 && found.overlap?.mean == 1)
    let nothing = compare([], [])
    #expect(nothing.overlap == nil && nothing.rankCorrelation == nil)
    #expect(nothing.usersNow == 0 && nothing.mostChangedUsers.isEmpty)
  }

  @Test func theMostChangedUsersComeFirstAndTiesByIndex() {
    let before: Lists = (1...14).map { ("\($0)", ["a", "b"]) }
    let now: Lists = (1...14).map { user in
      ("\(user)", user == 9 ? ["x", "y"] : user == 3 ? ["a", "b"] : ["b", "z"])
    }
    let found = compare(before, now)
    #expect(
      found.mostChangedUsers.map(\.user)
        == ["9", "1", "2", "4", "5", "6", "7", "8", "10", "11"])
    #expect(found.mostChangedUsers.map(\.overlap) == [0] + Array(repeating: 0.5, count: 9))
    #expect(found.unchangedUsers == 1 && found.usersInBoth == 14)
  }

  @Test func itemsThatEnterAndLeaveAreCounted() {
    let found = compare(
      [("1", ["a", "b", "10"]), ("2", ["a", "b"]), ("gone", ["q"])],
      [("1", ["a", "c", "9"]), ("2", ["c", "9"]), ("new", ["7"])])
    #expect(found.itemsBefore == 4 && found.itemsNow == 4)
    #expect(found.enteredItems == 3 && found.leftItems == 3)
    // By users, then by id.
    #expect(found.mostListedEntered.map(\.item) == ["9", "c", "7"])
    #expect(found.mostListedEntered.map(\.users) == [2, 2, 1])
    #expect(found.mostListedLeft.map(\.item) == ["b", "10", "q"])
    #expect(found.mostListedLeft.map(\.users) == [2, 1, 1])
  }

  @Test func quantilesAreUsersOwnNumbers() {
    // Overlaps of 0, 0.25, 0.5, 0.75 and 1.
    let kept = [0, 1, 2, 3, 4]
    let before: Lists = kept.map { ("\($0)", ["a", "b", "c", "d"]) }
    let now: Lists = kept.map { count in
      (
        "\(count)",
        Array(["a", "b", "c", "d"].prefix(count) + ["w", "x", "y", "z"].prefix(4 - count))
      )
    }
    let overlap = compare(before, now).overlap
    #expect(overlap?.mean == 0.5)
    #expect(overlap?.quantiles.map(\.name) == ["minimum", "p5", "p25", "median", "p75", "maximum"])
    #expect(overlap?.quantiles.map(\.value) == [0, 0, 0.25, 0.5, 0.75, 1])
  }

  /// Two spellings of one letter are two ids, of users as of items.
  @Test func idsAreComparedByteForByte() {
    let (composed, decomposed) = ("\u{E9}", "e\u{301}")
    let items = compare([("u", [composed])], [("u", [decomposed])])
    #expect(items.overlap?.mean == 0 && items.enteredItems == 1 && items.leftItems == 1)
    let users = compare([(composed, ["a"])], [(decomposed, ["a"])])
    #expect(users.usersInBoth == 0)
  }

  @Test func whatIsThereTwiceCountsOnce() {
    let found = compare([("u", ["a", "a"]), ("u", ["b"])], [("u", ["a", "b"])])
    #expect(found.usersBefore == 1 && found.usersInBoth == 1)
    #expect(found.overlap?.mean == 0.5)
  }

  @Test func theListsOfARankingAreThoseOfItsIndices() {
    let users = LabelEncoder<UserIndex>(fitting: ["x", "y"])
    let items = LabelEncoder<ItemIndex>(fitting: ["a", "b", "c"])
    let lists = RankedLists(
      [[2, 0], []].enumerated().map { user, items in
        RecommendationList(
          user: UserIndex(user), items: items.map { ScoredItem(item: ItemIndex($0), score: 1) })
      }, users: users, items: items)
    #expect(lists.users == ["x", "y"] && lists.count == 2 && lists.longest == 2)
    #expect(lists[0].map { lists.items[Int($0)] } == ["c", "a"])
    #expect(lists[1].isEmpty)
  }
}
