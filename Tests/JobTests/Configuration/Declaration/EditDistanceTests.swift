import Testing

@testable import Job

@Suite struct EditDistanceTests {
  @Test(arguments: [
    ("", "", 0), ("abc", "abc", 0), ("abc", "", 3), ("abc", "abd", 1), ("abc", "acb", 1),
    ("abc", "xabc", 1), ("kitten", "sitting", 3), ("ca", "abc", 3),
  ])
  func distanceCountsEditsAndSwaps(first: String, second: String, distance: Int) {
    #expect(EditDistance.between(Array(first.utf8), Array(second.utf8)) == distance)
    #expect(EditDistance.between(Array(second.utf8), Array(first.utf8)) == distance)
  }

  @Test func theClosestOfCloseWordsIsSuggested() {
    let words = ["learning_rate", "learning_rate_decay", "seed", "k"]
    #expect(EditDistance.closest(to: "learning_rte", among: words) == "learning_rate")
    #expect(EditDistance.closest(to: "Seed", among: words) == "seed")
    #expect(EditDistance.closest(to: "x", among: words) == nil)
    #expect(EditDistance.closest(to: "patience", among: words) == nil)
  }
}
