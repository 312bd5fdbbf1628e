import Testing

@testable import Ratings

@Suite struct EntityIndexTests {
  @Test func indicesOrderByPosition() {
    #expect(UserIndex(2) < UserIndex(10))
    #expect(ItemIndex(7).position == 7)
    #expect([ItemIndex(3), ItemIndex(1)].min() == ItemIndex(1))
  }
}
