import Storage
import TestSupport
import Testing

/// What becomes of datasets that are hardly there.
@Suite struct SmallestDataTests {
  static let rows: [(name: String, rows: [(user: Int, item: Int, rating: Int)])] = [
    ("one user", (0..<20).map { (0, $0, $0 % 5) }), ("one item", (0..<20).map { ($0, 0, $0 % 5) }),
    ("all equal", (0..<100).map { ($0 / 10, $0 % 10, 3) }),
  ]

  static func run(_ rows: [(user: Int, item: Int, rating: Int)]) throws -> (JobFixture, Outcome) {
    let text = rows.map { "\($0.user),\($0.item),\($0.rating)\n" }.joined()
    let fixture = try JobFixture(ratings: "userId,movieId,rating\n" + text)
    return (fixture, try fixture.run("--set", "training.max_epochs=2"))
  }

  @Test(arguments: rows.indices)
  func arePublishedAndWhatCannotBeComputedIsNull(index: Int) throws {
    let (fixture, outcome) = try Self.run(Self.rows[index].rows)
    #expect(outcome.status == 0, "\(Self.rows[index].name): \(outcome.errors)")
    // Nobody is left with anything to recommend.
    #expect(try CSVReader.rows(fixture.latest.bytes("recommendations.csv")).count == 1)
    let evaluation = try fixture.latest.json("metrics.json")["evaluation"]?["model"]
    #expect(evaluation?["rmse"]?.doubleValue != nil)
    if Self.rows[index].name == "all equal" { #expect(evaluation?["r2"] == .null) }
  }

  @Test(arguments: [(1, "validation"), (2, "train")])
  func tooFewRowsForASplitAreBadData(count: Int, part: String) throws {
    let (fixture, outcome) = try Self.run((0..<count).map { ($0, $0, 3) })
    #expect(outcome.status == 65)
    #expect(
      outcome.errors.contains("the random split of \(count) rows leaves no \(part) rows"))
    #expect(try fixture.runs.isEmpty)
  }
}
