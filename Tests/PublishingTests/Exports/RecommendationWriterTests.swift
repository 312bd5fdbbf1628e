import Publishing
import Ratings
import Recommenders
import Storage
import TestSupport
import Testing

@Suite struct RecommendationWriterTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  private static let lists = [
    RecommendationList(
      user: UserIndex(0),
      items: [
        ScoredItem(item: ItemIndex(2), score: 4.83), ScoredItem(item: ItemIndex(1), score: 4),
      ]),
    RecommendationList(
      user: UserIndex(1), items: [ScoredItem(item: ItemIndex(3), score: 0.000001)]),
    RecommendationList(user: UserIndex(2), items: []),
  ]

  private func export(
    _ options: ExportOptions = ExportOptions(), titles: Bool = true
  ) throws -> [ExportedFile] {
    try RecommendationExport.write(
      lists: Self.lists, dataset: TinyBundle.dataset(titles: titles), options: options,
      threads: 2, to: directory.path)
  }

  private func text(_ name: String) throws -> String {
    try FileSystem.readText(directory.path(name))
  }

  @Test func csvHasARowForEachRecommendation() throws {
    let files = try export()
    #expect(files.map(\.name) == ["recommendations.csv", "recommendations.jsonl"])
    #expect(files.map(\.rows.count) == [3, 3])
    let expected = """
      user_id,rank,item_id,score,title
      7,1,30,4.83,=SUM(A1)
      7,2,2,4,"Say ""Hi"", Bob"
      20,1,400,0.000001,

      """
    #expect(try text("recommendations.csv") == expected)
  }

  @Test func jsonLinesNameReasonsWhereListsHaveThem() throws {
    var list = Self.lists[0]
    list.reasons = ListReasons(
      kind: .exact,
      [
        [
          Reason(item: ItemIndex(1), contribution: 0.25),
          Reason(item: ItemIndex(3), contribution: 0.125),
        ], [],
      ])
    _ = try RecommendationExport.write(
      lists: [list], dataset: TinyBundle.dataset(titles: true), options: ExportOptions(),
      threads: 1,
      to: directory.path)
    let expected = #"""
      {"user_id":"7","recommendations":[{"item_id":"30","rank":1,"score":4.83,"title":"=SUM(A1)","because":[{"item_id":"2","title":"Say \"Hi\", Bob","contribution":0.25},{"item_id":"400","contribution":0.125}]},{"item_id":"2","rank":2,"score":4,"title":"Say \"Hi\", Bob","because":[]}],"because_kind":"exact"}

      """#
    #expect(try text("recommendations.jsonl") == expected)
    #expect(try !text("recommendations.csv").contains("because"))
  }

  @Test func jsonLinesHaveALineForEachUser() throws {
    _ = try export()
    let expected = #"""
      {"user_id":"7","recommendations":[{"item_id":"30","rank":1,"score":4.83,"title":"=SUM(A1)"},{"item_id":"2","rank":2,"score":4,"title":"Say \"Hi\", Bob"}]}
      {"user_id":"20","recommendations":[{"item_id":"400","rank":1,"score":0.000001}]}
      {"user_id":"100","recommendations":[]}

      """#
    #expect(try text("recommendations.jsonl") == expected)
  }

  @Test func withoutTitlesThereIsNoTitleColumn() throws {
    _ = try export(titles: false)
    let csv = try text("recommendations.csv")
    #expect(csv == "user_id,rank,item_id,score\n7,1,30,4.83\n7,2,2,4\n20,1,400,0.000001\n")
    #expect(try !text("recommendations.jsonl").contains("title"))
  }

  @Test func gzipHoldsTheSameBytesWithoutATime() throws {
    _ = try export()
    var options = ExportOptions()
    options.compression = .gzip
    let files = try export(options)
    #expect(files.map(\.name) == ["recommendations.csv.gz", "recommendations.jsonl.gz"])
    #expect(files.map(\.rows.count) == [3, 3])
    for name in ["recommendations.csv", "recommendations.jsonl"] {
      let compressed = try FileSystem.readBytes(directory.path(name + ".gz"))
      #expect(Array(compressed[4..<8]) == [0, 0, 0, 0])
      let bytes = try Gzip.decompress(compressed, limit: 1 << 20)
      #expect(try bytes == FileSystem.readBytes(directory.path(name)))
    }
  }

  @Test func everyFileNamesTheContractOfItsRecords() throws {
    var options = ExportOptions()
    options.formats = ExportFormat.allCases
    let files = try export(options)
    #expect(files.map(\.rows.schemaVersion) == [1, 1, 1])
  }

  @Test func aFormulaIsEscapedOnlyInTheTitleOfTheCSV() throws {
    var options = ExportOptions()
    options.formulaPolicy = .escape
    _ = try export(options)
    #expect(try text("recommendations.csv").contains("7,1,30,4.83,'=SUM(A1)\n"))
    #expect(try text("recommendations.jsonl").contains("\"title\":\"=SUM(A1)\""))
  }

  @Test func aFormulaEndsTheExportWhereTheJobSaysSo() throws {
    var options = ExportOptions()
    options.formulaPolicy = .error
    #expect(throws: PublishingError.formulaInTitle(item: "30", title: "=SUM(A1)")) {
      try export(options)
    }
  }

  @Test func aScoreThatIsNoNumberIsRefused() throws {
    let list = RecommendationList(
      user: UserIndex(1), items: [ScoredItem(item: ItemIndex(3), score: .nan)])
    #expect(throws: PublishingError.scoreNotFinite(user: "20", item: "400")) {
      try RecommendationExport.write(
        lists: [list], dataset: TinyBundle.dataset(), options: ExportOptions(),
        threads: 2, to: directory.path)
    }
  }

  /// The three lists again and again, and one that is so long that a piece has four lists only.
  private static let manyLists =
    Array(repeatElement(lists, count: 4000).joined()) + [
      RecommendationList(
        user: UserIndex(2),
        items: Array(repeating: ScoredItem(item: ItemIndex(0), score: 2), count: 2048))
    ]

  @Test func piecesAreOfAsManyRecommendationsWhateverTheLists() {
    for (longest, lists) in [(0, 8192), (1, 8192), (10, 819), (2048, 4), (8192, 1), (100_000, 1)] {
      let pieces = ExportPieces(longestList: longest, threads: 2)
      #expect(pieces.bytesHeld(lists: lists) == max(longest, 1) * lists * 128)
      // Two threads make eight pieces while eight wait, unless each is a long list.
      let held = longest == 100_000 ? 4 : 16
      #expect(pieces.bytesHeld(lists: .max) == held * pieces.bytesHeld(lists: lists))
      let many = ExportPieces(longestList: longest, threads: 1_000)
      #expect(many.bytesHeld(lists: .max) <= 1 << 26)
    }
  }

  @Test(arguments: [1, 2, 5])
  func manyListsAreWrittenInOrder(threads: Int) throws {
    let lists = Self.manyLists
    let files = try RecommendationExport.write(
      lists: lists, dataset: TinyBundle.dataset(), options: ExportOptions(), threads: threads,
      to: directory.path)
    #expect(files.map(\.rows.count) == [12000 + 2048, 12001])
    let lines = try text("recommendations.jsonl").split(separator: "\n").dropLast()
    #expect(lines.count == 12000)
    #expect(lines.indices.allSatisfy { lines[$0] == lines[$0 % 3] })
    #expect(Set(lines).count == 3)
    let rows = try text("recommendations.csv").split(separator: "\n").dropFirst().dropLast(2048)
    #expect(rows.count == 12000)
    #expect(rows.indices.allSatisfy { rows[$0] == rows[($0 - 1) % 3 + 1] })
  }

  @Test func theFirstFaultIsReportedOnEveryNumberOfThreads() throws {
    var lists = Self.manyLists
    let broken = [(user: 1, at: 5000), (user: 0, at: 9000)]
    for (user, place) in broken {
      lists[place] = RecommendationList(
        user: UserIndex(user), items: [ScoredItem(item: ItemIndex(3), score: .infinity)])
    }
    for threads in [1, 2, 5] {
      let target = try TemporaryDirectory()
      #expect(throws: PublishingError.scoreNotFinite(user: "20", item: "400")) {
        try RecommendationExport.write(
          lists: lists, dataset: TinyBundle.dataset(), options: ExportOptions(),
          threads: threads, to: target.path)
      }
    }
  }
}
