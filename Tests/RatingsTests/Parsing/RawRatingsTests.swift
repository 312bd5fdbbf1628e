import Testing

@testable import Ratings

@Suite struct RawRatingsTests {
  @Test func linesAreRememberedAcrossGaps() {
    var lines = RowLines()
    for (row, line) in [2, 3, 7, 8, 9, 20].enumerated() { lines.append(line, row: row) }
    #expect((0..<6).map { lines.line(ofRow: $0) } == [2, 3, 7, 8, 9, 20])
    #expect(lines.last == 20)
  }

  @Test func labelsHaveCodesByFirstAppearance() {
    var raw = RawRatings(file: "planted")
    raw.append(user: "b", item: "2", value: 1)
    raw.append(user: "a", item: "2", value: 2)
    raw.append(user: "b", item: "1", value: 3)
    #expect(raw.userLabels == ["b", "a"])
    #expect(raw.itemLabels == ["2", "1"])
    #expect(raw.users.map(\.position) == [0, 1, 0])
    #expect(raw.items.map(\.position) == [0, 0, 1])
    #expect(raw.count == 3)
  }
}
