import Testing

@testable import Ratings

@Suite struct RatingColumnsTests {
  let columns = RatingColumns(
    users: [UserIndex(0), UserIndex(1), UserIndex(1)],
    items: [ItemIndex(5), ItemIndex(4), ItemIndex(3)], values: [1, 2, 3],
    timestamps: [30, 20, 10])

  @Test func selectingKeepsTheGivenOrder() {
    let selected = columns.selecting([2, 0, 2])
    #expect(selected.values == [3, 1, 3])
    #expect(selected.timestamps == [10, 30, 10])
    #expect(
      selected[1]
        == Rating(user: UserIndex(0), item: ItemIndex(5), value: 1, timestamp: 30))
  }

  @Test func rowsWithoutTimestampsHaveNone() {
    let plain = RatingColumns(users: [UserIndex(0)], items: [ItemIndex(0)], values: [4])
    #expect(plain[0].timestamp == nil)
    #expect(!plain.hasTimestamps)
    #expect(plain.selecting([0]).timestamps.isEmpty)
    #expect(columns.hasTimestamps)
  }
}
