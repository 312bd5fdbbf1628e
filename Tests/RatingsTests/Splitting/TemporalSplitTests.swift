import Testing

@testable import Ratings

@Suite struct TemporalSplitTests {
  @Test func theNewestRowsByTimeThenRowAreHeldOut() throws {
    let dataset = try DatasetFixture.rows([
      (1, 1, 1, 50), (2, 1, 1, 40), (3, 1, 1, 50), (4, 1, 1, 10), (5, 1, 1, 50), (6, 1, 1, 20),
    ])
    let rows = TemporalSplit.newestRows(
      from: [0, 1, 2, 3, 4, 5], of: dataset.ratings, fraction: 0.3)
    #expect(rows.sorted() == [2, 4])
    let rest = TemporalSplit.newestRows(from: [0, 1, 3, 5], of: dataset.ratings, fraction: 0.3)
    #expect(rest.sorted() == [0, 1])
  }

  @Test func eachUserWithTenRowsGivesTheNewest() throws {
    // User 1 has 10 rows, newest first; user 2 has 9; user 3 has 29, oldest first.
    var rows: [(Int, Int, Float, Int64)] = []
    for item in 0..<10 { rows.append((1, item, 3, Int64(100 - item))) }
    for item in 0..<9 { rows.append((2, item, 3, Int64(item))) }
    for item in 0..<29 { rows.append((3, item, 3, Int64(item))) }
    let dataset = try DatasetFixture.rows(rows)
    let all = Array(0..<Int32(rows.count))
    let newest = TemporalSplit.newestRowsByUser(from: all, of: dataset.ratings, fraction: 0.1)
    #expect(newest.sorted() == [0, 46, 47])
    let none = TemporalSplit.newestRowsByUser(from: all, of: dataset.ratings, fraction: 0)
    #expect(none.isEmpty)
    let small = TemporalSplit.newestRowsByUser(
      from: Array(0..<19), of: dataset.ratings, fraction: 0.01)
    #expect(small == [0])
  }
}
