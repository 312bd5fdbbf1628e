import Publishing
import Ratings
import Recommenders
import Storage
import TestSupport
import Testing

@Suite struct RESPRecommendationWriterTests {
  private static let lists = [
    RecommendationList(
      user: UserIndex(0),
      items: [
        ScoredItem(item: ItemIndex(2), score: 4.83), ScoredItem(item: ItemIndex(1), score: 4),
      ]),
    RecommendationList(user: UserIndex(2), items: []),
  ]

  /// Writes lists and reads the commands back as the protocol has them.
  private func commands(
    _ lists: [RecommendationList] = Self.lists, titles: Bool = true, prefix: String? = "shop",
    threads: Int = 2
  ) throws -> [[[UInt8]]] {
    let directory = try TemporaryDirectory()
    var options = ExportOptions()
    options.formats = [.resp]
    options.redisPrefix = prefix
    let files = try RecommendationExport.write(
      lists: lists, dataset: TinyBundle.dataset(titles: titles), options: options,
      threads: threads, to: directory.path)
    #expect(files.map(\.name) == ["recommendations.resp"])
    #expect(files.map(\.rows.count) == [lists.count])
    return try Self.commands(FileSystem.readBytes(directory.path("recommendations.resp")))
  }

  private static func commands(_ bytes: [UInt8]) throws -> [[[UInt8]]] {
    var rest = bytes[...]
    func length(_ mark: Unicode.Scalar) throws -> Int {
      let end = try #require(rest.firstIndex(of: 13))
      let line = rest[rest.startIndex..<end]
      try #require(line.first == UInt8(ascii: mark) && rest[end + 1] == 10)
      rest = rest[(end + 2)...]
      return try #require(Int(String(decoding: line.dropFirst(), as: UTF8.self)))
    }
    var commands: [[[UInt8]]] = []
    while !rest.isEmpty {
      var words: [[UInt8]] = []
      for _ in 0..<(try length("*")) {
        let count = try length("$")
        try #require(rest.count >= count + 2)
        words.append(Array(rest.prefix(count)))
        rest = rest.dropFirst(count)
        try #require(rest.starts(with: [13, 10]))
        rest = rest.dropFirst(2)
      }
      commands.append(words)
    }
    return commands
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test func eachUserIsAFieldOfTheVersionsHash() throws {
    let commands = try commands().map { $0.map(Self.text) }
    #expect(commands.count == 4)
    let hash = try #require(commands[0].last)
    #expect(hash.wholeMatch(of: /shop:[0-9a-f]{12}/) != nil)
    #expect(commands[0] == ["SADD", "shop:versions", hash])
    let array =
      #"[{"item_id":"30","rank":1,"score":4.83,"title":"=SUM(A1)"},"#
      + #"{"item_id":"2","rank":2,"score":4,"title":"Say \"Hi\", Bob"}]"#
    #expect(commands[1] == ["HSET", hash, "7", array])
    #expect(commands[2] == ["HSET", hash, "100", "[]"])
    #expect(commands[3].first == "EVAL")
    #expect(
      Array(commands[3].dropFirst(2)) == ["3", hash, "shop:current", "shop:versions", "2", "86400"])
  }

  @Test func theVersionIsThatOfTheContent() throws {
    func version(
      _ lists: [RecommendationList] = Self.lists, titles: Bool = true, prefix: String? = "shop",
      threads: Int = 2
    ) throws -> String {
      let hash = try #require(
        commands(lists, titles: titles, prefix: prefix, threads: threads).first?.last)
      return String(Self.text(hash).suffix(12))
    }
    let first = try version()
    #expect(try version(threads: 1) == first)
    #expect(try version(prefix: nil) == first)
    #expect(try version(titles: false) != first)
    #expect(try version(Self.lists.dropLast()) != first)
    #expect(try version(Self.lists.reversed()) != first)
    var lists = Self.lists
    lists[0] = RecommendationList(
      user: UserIndex(0),
      items: [
        ScoredItem(item: ItemIndex(2), score: Float(4.83).nextUp),
        ScoredItem(item: ItemIndex(1), score: 4),
      ])
    #expect(try version(lists) != first)
  }
}
