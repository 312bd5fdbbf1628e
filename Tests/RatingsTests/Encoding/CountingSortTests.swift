import Testing

@testable import Ratings

@Suite struct CountingSortTests {
  @Test func equalKeysKeepTheirOrder() {
    let keys = [3, 0, 3, 1, 0].map { UserIndex($0) }
    #expect(CountingSort.order(keys) == [1, 4, 3, 0, 2])
    #expect(CountingSort.order([ItemIndex]()).isEmpty)
  }
}
