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

  @Test func noRowsMakeAnEmptyMatrix() {
    let empty = InteractionMatrix(
      users: 2, columns: RatingColumns(users: [], items: [], values: []))
    #expect(empty.indptr == [0, 0, 0])
    #expect(!empty.contains(user: UserIndex(1), item: ItemIndex(0)))
  }
}
