import Ratings
import Recommenders
import Storage
import TestSupport
import Testing

@testable import Publishing

/// What was exported is read back.
@Suite struct PublishedListsTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  private static let nasty = [
    "plain", "with,comma", "with \"quotes\"", "\"", "two\nlines", "\r\n", " blanks ", "=1+1",
    "back\\slash", "e\u{301}", "\u{E9}", "\u{1F3AC}", "\t", "007", "{\"user_id\":\"1\"}",
  ]

  /// Every id as user and item; user number n has the n items before it, which may be none.
  private static func dataset() throws -> RatingsDataset {
    var raw = RawRatings(file: "ratings.csv")
    for id in nasty { raw.append(user: id, item: id, value: 1) }
    var items = RawItems(file: "items.csv")
    for id in nasty { items.append(label: id, details: ItemDetails(title: "the \(id)")) }
    return try RatingsDataset(raw: raw, items: items, options: ParsingOptions())
  }

  private static let lists = nasty.indices.map { user in
    RecommendationList(
      user: UserIndex(user),
      items: (0..<user).reversed().map { ScoredItem(item: ItemIndex($0), score: 1.5) })
  }

  /// Exports the lists and writes the manifest of what is there.
  private func publish(
    _ formats: [ExportFormat], _ compression: ExportCompression = .none,
    lists: [RecommendationList] = Self.lists
  ) throws {
    var options = ExportOptions()
    options.formats = formats
    options.compression = compression
    let files = try RecommendationExport.write(
      lists: lists, dataset: Self.dataset(), options: options, threads: 2, to: directory.path)
    try writeManifest(rows: Dictionary(uniqueKeysWithValues: files.map { ($0.name, $0.rows) }))
  }

  private func writeManifest(rows: [String: Manifest.Rows] = [:]) throws {
    let manifest = try Manifest(ofDirectory: directory.path, rows: rows)
    try directory.write(ManifestFile.text(manifest), to: "manifest.json")
  }

  private func read() throws(PublishingError) -> [[String]] {
    var lists: [[String]] = []
    try PublishedLists.read(run: directory.path) { list in
      lists.append(Self.ids(list))
    }
    return lists
  }

  private static func ids(_ list: RawList) -> [String] {
    ([list.user] + (0..<list.count).map { list.item($0) }).map {
      String(decoding: list.bytes[$0], as: UTF8.self)
    }
  }

  /// The lists as ids; those of CSV lack the user without items.
  private func expected(withEmpty: Bool) throws -> [[String]] {
    let dataset = try Self.dataset()
    return Self.lists.filter { withEmpty || !$0.items.isEmpty }.map { list in
      [dataset.users.label(of: list.user)] + list.items.map { dataset.items.label(of: $0.item) }
    }
  }

  private func expectSame(_ lists: [[String]], _ others: [[String]]) {
    // Byte for byte, not by Unicode's equivalence.
    #expect(lists.map { $0.map { Array($0.utf8) } } == others.map { $0.map { Array($0.utf8) } })
  }

  @Test func reasonsAreReadOver() throws {
    let lists = Self.lists.map { list in
      var list = list
      list.reasons = ListReasons(
        kind: .similarity,
        list.items.map { scored in
          [
            Reason(item: scored.item, contribution: 0.5),
            Reason(item: scored.item, contribution: 0.25),
          ]
        })
      return list
    }
    try publish([.jsonl], lists: lists)
    expectSame(try read(), try expected(withEmpty: true))
  }

  @Test(arguments: [ExportFormat.csv, .jsonl], [ExportCompression.none, .gzip])
  func everyIDComesBack(format: ExportFormat, compression: ExportCompression) throws {
    try publish([format], compression)
    expectSame(try read(), try expected(withEmpty: format == .jsonl))
  }

  @Test func partsAreReadInTheOrderOfTheirNumbers() throws {
    let header = "user_id,rank,item_id,score\n"
    try directory.write(header + "1,1,a,5\n1,2,b,4\n", to: "recommendations-00009.csv")
    try directory.write(header + "1,3,c,3\n2,1,a,5\n", to: "recommendations-00010.csv")
    try directory.write(header + "3,1,a,5\n", to: "recommendations-100000.csv")
    try directory.write(header + "9,1,a,5\n", to: "other-00011.csv")
    try directory.write(header + "9,1,a,5\n", to: "recommendations-x.csv")
    try writeManifest()
    // A list may go on in the next part.
    #expect(try read() == [["1", "a", "b", "c"], ["2", "a"], ["3", "a"]])
  }

  /// Where a file is cut into chunks does not matter.
  @Test(arguments: [1, 2, 3, 7, 64, 1 << 20])
  func chunksMayEndAnywhere(size: Int) throws {
    try publish([.csv, .jsonl])
    for (name, reader) in [
      ("recommendations.csv", CSVListReader() as any ListReader),
      ("recommendations.jsonl", JSONLinesListReader()),
    ] {
      var reader = reader
      var lists: [[String]] = []
      let bytes = try FileSystem.readBytes(directory.path(name))
      reader.begin()
      for start in stride(from: 0, to: bytes.count, by: size) {
        try reader.read(Array(bytes[start..<min(start + size, bytes.count)])) {
          lists.append(Self.ids($0))
        }
      }
      try reader.end()
      reader.finish { lists.append(Self.ids($0)) }
      expectSame(lists, try expected(withEmpty: name.hasSuffix("jsonl")))
    }
  }

  @Test(arguments: [
    ("recommendations.csv", "", "no end in record 1"),
    ("recommendations.csv", "user,item\n", "has another header"),
    ("recommendations.csv", "user_id,rank,item_id,score\n1,1,a,5", "no end in record 1"),
    ("recommendations.csv", "user_id,rank,item_id,score\n1,1,a\n", "fewer than four fields"),
    ("recommendations.csv", "user_id,rank,item_id,score\n1,x,a,5\n", "a rank that is no number"),
    ("recommendations.csv", "user_id,rank,item_id,score\n1,2,a,5\n", "a rank that does not"),
    ("recommendations.csv", "user_id,rank,item_id,score\n1,1,a,5\n2,2,a,5\n", "in record 2"),
    ("recommendations.csv", "user_id,rank,item_id,score\n\"1\"x,1,a,5\n", "after a closing quote"),
    ("recommendations.csv", "user_id,rank,item_id,score\n\"1,1,a,5\n", "no end in record 1"),
    ("recommendations.jsonl", "{\"user_id\":\"1\",\"recommendations\":[]}", "no end in record 1"),
    ("recommendations.jsonl", "{}\n", "something else than a list"),
    ("recommendations.jsonl", "\n", "something else than a list"),
    ("recommendations.jsonl", "{\"user_id\":\"\\x\",\"recommendations\":[]}\n", "something else"),
    (
      "recommendations.jsonl",
      "{\"user_id\":\"1\",\"recommendations\":[{\"item_id\":\"a\",\"rank\":2,\"score\":1}]}\n",
      "something else than a list of recommendations in record 1"
    ),
    ("recommendations.csv.gz", "user_id,rank,item_id,score\n", "compressed"),
  ])
  func whatRecjobDoesNotWriteIsDamage(name: String, text: String, reason: String) throws {
    try directory.write(text, to: name)
    try writeManifest()
    let error = #expect(throws: PublishingError.self) { try read() }
    let message = "\(try #require(error))"
    if name.hasSuffix(".gz") {
      #expect(message.contains(name))
    } else {
      #expect(message.contains(reason), "\(message)")
      #expect(message.contains(name))
    }
  }

  @Test func otherNumbersOfRecordsThanTheManifestHasAreDamage() throws {
    try publish([.csv])
    try writeManifest(rows: ["recommendations.csv": Manifest.Rows(count: 3)])
    let error = #expect(throws: PublishingError.self) { try read() }
    #expect("\(try #require(error))".contains("has 105 records instead of 3"))
  }

  @Test func aRunWithoutListsSaysSo() throws {
    try writeManifest()
    #expect(throws: PublishingError.noLists(path: directory.path)) { try read() }
  }

  @Test func moreKeysThanThereAreTodayDoNoHarm() throws {
    try directory.write(
      """
      {"user_id":"1","recommendations":[{"item_id":"a","rank":1,"score":1,"reason":"x,}","n":-2}]}
      {"user_id":"2","recommendations":[],"reason":"popular"}

      """, to: "recommendations.jsonl")
    try writeManifest()
    #expect(try read() == [["1", "a"], ["2"]])
  }

  @Test func aQuoteThatIsNeverClosedEndsTheReading() throws {
    var reader = CSVListReader()
    reader.begin()
    let chunk = [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 20)
    try reader.read(Array("user_id,rank,item_id,score\n\"".utf8)) { _ in }
    #expect(throws: ListProblem.self) {
      for _ in 0..<10 { try reader.read(chunk) { _ in } }
    }
  }
}
