import Ratings
import Testing

@testable import Publishing

@Suite struct SeenRatingsTests {
  /// Ratings of many users in a scattered order: user `u` has rated `u % 7` items.
  private static let scattered: RatingColumns = {
    var rows: [(user: Int, item: Int)] = []
    for user in 0..<3000 {
      for place in 0..<(user % 7) { rows.append((user, (user * 31 + place * 17) % 101)) }
    }
    let count = rows.count
    rows = (0..<count).map { rows[$0 * 7919 % count] }
    return columns(rows)
  }()

  private static func columns(_ rows: [(user: Int, item: Int)]) -> RatingColumns {
    RatingColumns(
      users: rows.map { UserIndex($0.user) }, items: rows.map { ItemIndex($0.item) },
      values: rows.map { Float($0.user * 1000 + $0.item) })
  }

  @Test(arguments: [1, 2, 5])
  func ratingsAreSortedByUserAndItem(threads: Int) {
    let ratings = SeenRatings(Self.scattered, users: 3001, threads: threads)
    let matrix = InteractionMatrix(users: 3001, columns: Self.scattered)
    #expect(ratings.starts == matrix.indptr)
    #expect(ratings.items == matrix.indices)
    let expected = (0..<3001).flatMap { user in
      matrix.items(of: UserIndex(user)).map { Float(user * 1000 + $0.position) }
    }
    #expect(ratings.values == expected)
  }

  @Test func whatIsInOrderOfUsersIsSortedByItemToo() {
    let rows = [(0, 5), (0, 2), (2, 9), (2, 0), (2, 4)]
    let ratings = SeenRatings(Self.columns(rows), users: 3, threads: 1)
    #expect(ratings.starts == [0, 2, 2, 5])
    #expect(ratings.items.map(\.position) == [2, 5, 0, 4, 9])
    #expect(ratings.values == [2, 5, 2000, 2004, 2009])
  }

  @Test func noRatingsAreNoEntries() {
    let ratings = SeenRatings(Self.columns([]), users: 2, threads: 2)
    #expect(ratings.starts == [0, 0, 0])
    #expect(ratings.items.isEmpty)
  }
}
