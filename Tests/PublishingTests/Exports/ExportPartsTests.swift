import Ratings
import Recommenders
import Storage
import TestSupport
import Testing

@testable import Publishing

@Suite struct ExportPartsTests {
  private static func lists(_ counts: [Int]) -> [RecommendationList] {
    counts.map { count in
      RecommendationList(
        user: UserIndex(0),
        items: Array(repeating: ScoredItem(item: ItemIndex(0), score: 1), count: count))
    }
  }

  @Test(arguments: [
    ([2, 1, 0], 3, [0..<3]), ([2, 1, 0], 2, [0..<1, 1..<3]), ([2, 2, 2], 5, [0..<2, 2..<3]),
    // A list with more than a file may have is alone, and an empty one needs no file.
    ([1, 9, 1], 3, [0..<1, 1..<2, 2..<3]), ([0, 9, 0, 1], 3, [0..<2, 2..<4]), ([0, 0], 1, [0..<2]),
    ([], 1, [0..<0]),
  ])
  func aListIsNeverDivided(counts: [Int], most: Int, ranges: [Range<Int>]) {
    let parts = ExportParts(Self.lists(counts), most: most) { $0.items.count }
    #expect(parts.ranges == ranges)
  }

  @Test func namesAreInTheOrderOfTheFiles() {
    let few = ExportParts(Self.lists([1, 1]), most: 1) { $0.items.count }
    #expect((0..<2).map(few.name) == ["recommendations-00001", "recommendations-00002"])
    let many = ExportParts(
      Self.lists(Array(repeating: 1, count: 100_000)), most: 1
    ) { $0.items.count }
    #expect(many.name(of: 0) == "recommendations-000001")
    #expect(many.name(of: 99_999) == "recommendations-100000")
    let one = ExportParts(Self.lists([1, 1]), most: nil) { $0.items.count }
    #expect(one.ranges == [0..<2] && one.name(of: 0) == "recommendations")
  }

  /// Lists that take many pieces: the parts together are the one file.
  @Test(arguments: [1, 3], [ExportCompression.none, .gzip])
  func partsTogetherAreTheOneFile(threads: Int, compression: ExportCompression) throws {
    let dataset = try TinyBundle.dataset()
    let lists = (0..<9000).map { number in
      RecommendationList(
        user: UserIndex(number % 3),
        items: (0..<(number % 4)).map { ScoredItem(item: ItemIndex($0), score: Float(number)) })
    }
    var options = ExportOptions()
    options.formats = ExportFormat.allCases
    let whole = try TemporaryDirectory()
    let files = try RecommendationExport.write(
      lists: lists, dataset: dataset, options: options, threads: 2, to: whole.path)
    options.maxRowsPerFile = 4000
    options.compression = compression
    let target = try TemporaryDirectory()
    let parts = try RecommendationExport.write(
      lists: lists, dataset: dataset, options: options, threads: threads, to: target.path)

    func text(_ name: String) throws -> [UInt8] {
      let bytes = try FileSystem.readBytes(target.path(name))
      return compression == .none ? bytes : try Gzip.decompress(bytes, limit: 1 << 24)
    }
    let ending = compression == .none ? "" : ".gz"
    for (format, file) in zip(options.formats, files) {
      let own = parts.filter { $0.name.contains(".\(format.rawValue)") }
      // 13,500 recommendations in lists of up to 3, or 9,000 users.
      let count = format == .csv ? 4 : 3
      #expect(own.count == count)
      #expect(
        own.map(\.name)
          == (1...count).map { "recommendations-0000\($0).\(format.rawValue)\(ending)" }
      )
      #expect(own.allSatisfy { $0.rows.count <= 4000 })
      #expect(own.reduce(0) { $0 + $1.rows.count } == file.rows.count)
      let texts = try own.map { try text($0.name) }
      // What each file begins with; the commands of RESP may be given again.
      let header = Array(
        try FileSystem.readBytes(whole.path(file.name)).prefix(
          format == .csv ? 33 : format == .jsonl ? 0 : Self.lengthOfHeader(texts[0])))
      #expect(texts.allSatisfy { $0.starts(with: header) })
      let joined = header + texts.flatMap { $0.dropFirst(header.count) }
      #expect(try joined == FileSystem.readBytes(whole.path(file.name)), "\(format)")
    }
  }

  /// The length of `SADD` with its two words.
  private static func lengthOfHeader(_ resp: [UInt8]) -> Int {
    let lines = resp.split(separator: 10, maxSplits: 7, omittingEmptySubsequences: false)
    return lines.prefix(7).reduce(0) { $0 + $1.count + 1 }
  }
}
