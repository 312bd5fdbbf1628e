import Testing

@testable import Ratings

@Suite struct InteractionMatrixTests {
  let matrix = InteractionMatrix(
    users: 4,
    columns: RatingColumns(
      users: [2, 0, 2, 2, 0].map { UserIndex($0) },
      items: [9, 3, 1, 5, 0].map { ItemIndex($0) }, values: [1, 1, 1, 1, 1]))

  @Test func itemsAreAscendingByUser() {
    #expect(matrix.indptr == [0, 2, 2, 5, 5])
    #expect(matrix.indices.map(\.position) == [0, 3, 1, 5, 9])
    #expect(matrix.items(of: UserIndex(2)).map(\.position) == [1, 5, 9])
    #expect(matrix.items(of: UserIndex(3)).isEmpty)
    #expect(matrix.userCount == 4)
  }

  @Test func containsExactlyWhatWasRated() {
    let rated: Set<[Int]> = [[2, 9], [0, 3], [2, 1], [2, 5], [0, 0]]
    for user in 0..<4 {
      for item in 0..<12 {
        #expect(
          matrix.contains(user: UserIndex(user), item: ItemIndex(item))
            == rated.contains([user, item]))
      }
    }
  }

  @Test func repeatedRowsCountOnce() {
    let twice = InteractionMatrix(
      users: 1,
      columns: RatingColumns(
        users: [UserIndex(0), UserIndex(0)], items: [ItemIndex(2), ItemIndex(2)],
        values: [1, 2]))
    #expect(twice.indptr == [0, 1])
    #expect(twice.indices == [ItemIndex(2)])
  }

  /// In order of the users and not, among few items and among more than one word of words can mark.
  @Test(arguments: [false, true], [7, 300, 9_000])
  func equalsWhatSortingGives(isSorted: Bool, items: Int) {
    var words = CounterBasedGenerator(seed: 3, stream: .generation).sequence(epoch: 0)
    var pairs = (0..<2_000).map { _ in
      (user: Int(words.nextWord() % 50), item: Int(words.nextWord()) % items)
    }
    if isSorted { pairs.sort { $0.user < $1.user } }
    let columns = RatingColumns(
      users: pairs.map { UserIndex($0.user) }, items: pairs.map { ItemIndex($0.item) },
      values: pairs.map { _ in 1 })
    let rows = (0..<Int32(pairs.count)).filter { $0 % 7 != 0 }
    let matrix = InteractionMatrix(users: 60, ratings: RatingSubset(columns, rows: rows))
    for user in 0..<60 {
      let rated = Set(rows.map { pairs[Int($0)] }.filter { $0.user == user }.map(\.item))
      #expect(matrix.items(of: UserIndex(user)).map(\.position) == rated.sorted())
    }
    #expect(matrix.indptr.count == 61)
  }

  @Test func noRowsMakeAnEmptyMatrix() {
    let empty = InteractionMatrix(
      users: 2, columns: RatingColumns(users: [], items: [], values: []))
    #expect(empty.indptr == [0, 0, 0])
    #expect(!empty.contains(user: UserIndex(1), item: ItemIndex(0)))
  }
}
