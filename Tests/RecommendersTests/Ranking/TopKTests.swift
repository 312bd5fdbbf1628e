import Testing

@testable import Recommenders

struct TopKTests {
  @Test(arguments: [1, 2, 3, 10, 100, 250])
  func keepsWhatSortingWouldPutFirst(capacity: Int) {
    // Few values, so that there are many ties.
    let keys = (0..<200).map { Float($0 * 7919 % 23) }
    var top = TopK(capacity)
    for (position, key) in keys.enumerated() where top.admits(key) {
      top.insert(key, position: Int32(position))
    }
    let expected = keys.enumerated().sorted {
      $0.element != $1.element ? $0.element > $1.element : $0.offset < $1.offset
    }.prefix(capacity)
    let kept = top.takeSorted()
    #expect(kept.map { Int($0.position) } == expected.map(\.offset))
    #expect(kept.map(\.key) == expected.map(\.element))
    #expect(top.takeSorted().isEmpty)
  }
}
