import Testing

@testable import Ratings

@Suite struct TimestampsTests {
  static let greatest = Int64(UInt32.max)

  @Test(
    arguments: [[], [0, 5, greatest], [7, -1, 3], [1, greatest + 1], [.min, .max, 0]] as [[Int64]])
  func everyTimestampComesOutAsItWentIn(seconds: [Int64]) {
    let timestamps = Timestamps(seconds)
    #expect(Array(timestamps) == seconds)
    #expect(timestamps.min() == seconds.min())
    #expect(timestamps.max() == seconds.max())
    var joined = Timestamps([4, 9])
    joined.append(contentsOf: seconds[...])
    #expect(Array(joined) == [4, 9] + seconds)
    joined.keep([true, false] + seconds.map { $0 >= 0 })
    #expect(Array(joined) == [4] + seconds.filter { $0 >= 0 })
    #expect(Array(joined.selecting([0, 0])) == [4, 4])
  }

  @Test func equalTimestampsAreEqualHoweverTheyAreKept() {
    var wide = Timestamps([1, -1])
    wide.keep([true, false])
    #expect(wide == [1])
    #expect(wide != [2])
  }
}
