import Testing

@testable import Ratings

/// The fast way and the general one must read the same: each text is read twice, the second time
/// with a fifth column, for which there is no fast way.
@Suite struct PlainRowsParsingTests {
  /// What became of a file, without what its order of columns changes.
  struct Result: Equatable {
    var users: [String] = []
    var items: [String] = []
    var values: [Float] = []
    var timestamps: [Int64] = []
    var lines: [Int] = []
    var skipped: [SkippedRows] = []
    var failure: RatingsError?
  }

  static func read(_ bytes: [UInt8], format: RatingsFormat, chunkSize: Int) -> Result {
    var options = ParsingOptions()
    options.maxBadRows = 50
    options.ratingScale = RatingScale(minimum: 0, maximum: 9)
    var result = Result()
    do throws(RatingsError) {
      let raw = try DatasetFixture.ratings(
        bytes, format: format, options: options, chunkSize: chunkSize)
      result.users = raw.users.map { raw.userLabels[$0.position] }
      result.items = raw.items.map { raw.itemLabels[$0.position] }
      result.values = raw.values
      result.timestamps = Array(raw.timestamps)
      result.lines = raw.values.indices.map { raw.lines.line(ofRow: $0) }
      result.skipped = raw.skipped
    } catch {
      result.failure = error
    }
    return result
  }

  @Test(arguments: 0..<80)
  func changedRowsReadTheSameBothWays(seed: UInt64) {
    var state = seed &* 2_654_435_761 &+ 88_172_645_463_325_252
    func random(below count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    var rows = (0..<60).map { row in
      Array(
        "\(row / 9 + 1),\(random(below: 100_000)),\(random(below: 10)).5,\(900_000_000 + row)".utf8)
    }
    let bytes = Array("0019.,-+e\u{E9} ".utf8) + [0xFF, 0]
    for _ in 0..<random(below: 25) {
      let row = random(below: rows.count)
      guard !rows[row].isEmpty else { continue }
      let place = random(below: rows[row].count)
      switch random(below: 4) {
      case 0: rows[row][place] = bytes[random(below: bytes.count)]
      case 1: rows[row].remove(at: place)
      case 2: rows[row].insert(bytes[random(below: bytes.count)], at: place)
      default: rows[row] = []
      }
    }
    let text = rows.flatMap { $0 + [UInt8(ascii: "\n")] }
    let plain = Array("userId,movieId,rating,timestamp\n".utf8) + text
    // A blank line stays one, since a fifth column would make a bad row of it.
    let general =
      Array("userId,movieId,rating,timestamp,x\n".utf8)
      + rows.flatMap { ($0.isEmpty ? [] : $0 + Array(",x".utf8)) + [UInt8(ascii: "\n")] }
    let expected = Self.read(general, format: .movielensCSV, chunkSize: .max)
    for chunkSize in [1, 13, 64, 300, 1_000, Int.max] {
      let result = Self.read(plain, format: .movielensCSV, chunkSize: chunkSize)
      #expect(result == expected, "chunks of \(chunkSize)")
    }
  }

  @Test(arguments: ["\t", "::"])
  func theOlderLayoutsReadTheSameAsCommas(delimiter: String) {
    let rows = (0..<3_000).map { ["\($0 / 50)", "\($0 * 37 % 1_009)", "\($0 % 5 + 1)", "\($0)"] }
    let format: RatingsFormat = delimiter == "\t" ? .movielens100K : .movielensDAT
    let text = rows.map { $0.joined(separator: delimiter) + "\r\n" }.joined()
    let commas = rows.map { $0.joined(separator: ",") + "\n" }.joined()
    var expected = Self.read(
      Array(("userId,movieId,rating,timestamp\n" + commas).utf8), format: .movielensCSV,
      chunkSize: .max)
    expected.lines = expected.lines.map { $0 - 1 }
    for chunkSize in [100, 4_096, Int.max] {
      #expect(Self.read(Array(text.utf8), format: format, chunkSize: chunkSize) == expected)
    }
  }

  @Test func longNumbersKeepEveryDigit() throws {
    let raw = try DatasetFixture.ratings(
      "userId,movieId,rating,timestamp\n9999999999999999,99999999999999999999,1,9999999999999999\n"
        + "10000000000000000,007,1,10000000000000000\n1,4194303,1,1\n4194304,4194304,1,1\n")
    #expect(raw.userLabels == ["9999999999999999", "10000000000000000", "1", "4194304"])
    #expect(raw.itemLabels == ["99999999999999999999", "007", "4194303", "4194304"])
    #expect(raw.timestamps == [9_999_999_999_999_999, 10_000_000_000_000_000, 1, 1])
  }
}
