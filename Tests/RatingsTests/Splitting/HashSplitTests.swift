import TestSupport
import Testing

@testable import Ratings

@Suite struct HashSplitTests {
  static let pairs = (1...5).flatMap { user in (0..<4).map { (user, 3 * $0 + 1) } }

  /// The rows were computed with the reference implementation of XXH64.
  @Test func theRowsWithTheSmallestHashesAreHeldOut() throws {
    let dataset = try DatasetFixture.rows(Self.pairs.map { ($0.0, $0.1, 3, 0) })
    let rows = HashSplit.heldOutRows(
      from: Array(0..<20), of: dataset, fraction: 0.25, seed: 42)
    #expect(rows == [3, 15, 13, 4, 14])

    let rest = (0..<Int32(20)).filter { !rows.contains($0) }
    let carved = HashSplit.heldOutRows(from: rest, of: dataset, fraction: 0.2, seed: 43)
    #expect(carved == [6, 11, 8])
  }

  @Test func theOrderOfTheFileDoesNotMatter() throws {
    let rows = PlantedDataset(users: 15, items: 15).rows().map {
      ($0.user, $0.item, $0.value, $0.timestamp)
    }
    var options = SplitOptions()
    options.strategy = .hash
    let forwards = try DatasetFixture.rows(rows)
    let backwards = try DatasetFixture.rows(rows.reversed())
    let last = Int32(rows.count - 1)
    let split = try DatasetSplit(dataset: forwards, options: options)
    let reversed = try DatasetSplit(dataset: backwards, options: options)
    #expect(split.heldOut == reversed.heldOut.map { last - $0 }.reversed())
    #expect(split.validation == reversed.validation.map { last - $0 }.reversed())
  }
}
