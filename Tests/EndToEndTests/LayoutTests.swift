import Ratings
import Storage
import TestSupport
import Testing

/// The same ratings, written as each generation of MovieLens writes them and in formats that a job
/// describes, make the same model.
@Suite struct LayoutTests {
  static let data = PlantedDataset(users: 40, items: 30)
  /// The rows as (user, item, rating, timestamp), users and items as small numbers.
  static let rows: [(user: Int, item: Int, rating: Int, time: Int)] = data.rows().enumerated().map {
    ($1.user + 1, $1.item + 1, Int($1.value.rounded()), 964_982_703 + 60 * $0)
  }
  static let title = "Léon: \"The\" Professional, Vol. %"
  static let genres = ["Action", "Drama"]

  static func title(_ item: Int) -> String { title.replacing("%", with: "\(item)") }
  static func quoted(_ text: String) -> String { "\"\(text.replacing("\"", with: "\"\""))\"" }
  static func latin1(_ text: String) -> [UInt8] {
    text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
  }
  static func lines(_ rows: [String], end: String = "\n") -> String {
    rows.map { $0 + end }.joined()
  }

  static func ratings(_ row: ((user: Int, item: Int, rating: Int, time: Int)) -> String) -> [String]
  {
    rows.map(row)
  }
  static func items(_ row: (Int) -> String) -> [String] { (1...data.items).map(row) }

  /// A layout: its files, and the keys of the dataset beside its sources.
  struct Layout: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let files: [String: [UInt8]]
    var sources = "data"
    var keys = ""
  }

  static let csvRows =
    ["userId,movieId,rating,timestamp"]
    + ratings { "\($0.user),\($0.item),\($0.rating).0,\($0.time)" }
  static let csvItems =
    ["movieId,title,genres"]
    + items { "\($0),\(quoted(title($0))),Action|Drama" }
  /// The times of the rows, which begin at 2000-07-30T18:45:03Z and follow by minutes.
  static let iso = rows.map { row in
    let minutes = (row.time - 964_915_200) / 60
    func two(_ number: Int) -> String { (number < 10 ? "0" : "") + "\(number)" }
    return "2000-07-\(30 + minutes / 1440)T\(two(minutes % 1440 / 60)):\(two(minutes % 60)):03Z"
  }

  static let layouts: [Layout] = [
    Layout(
      testDescription: "latest-small, 20M, 25M, 32M",
      files: [
        "ratings.csv": Array(lines(csvRows, end: "\r\n").utf8),
        "movies.csv": Array(lines(csvItems).utf8),
        "links.csv": Array("movieId,imdbId,tmdbId\n1,2,3\n".utf8),
        "tags.csv": Array("userId,movieId,tag,timestamp\n1,2,\"x,\ny\",3\n".utf8),
      ]),
    Layout(
      testDescription: "100K",
      files: [
        "u.data": Array(
          lines(ratings { "\($0.user)\t\($0.item)\t\($0.rating)\t\($0.time)" }).utf8),
        "u.item": latin1(
          lines(
            items { item in
              // Action and Drama are the second and the ninth of nineteen flags.
              let flags = (0..<19).map { $0 == 1 || $0 == 8 ? "1" : "0" }.joined(separator: "|")
              return "\(item)|\(title(item))|01-Jan-1995||http://example.org/?M|\(flags)"
            })),
        "u.genre": Array("unknown|0\n".utf8), "u1.base": Array("1\t1\t5\t1\n".utf8),
      ]),
    Layout(
      testDescription: "1M",
      files: [
        "ratings.dat": Array(
          lines(ratings { "\($0.user)::\($0.item)::\($0.rating)::\($0.time)" }).utf8),
        "movies.dat": latin1(lines(items { "\($0)::\(title($0))::Action|Drama" })),
        "users.dat": Array("1::F::1::10::48067\n".utf8),
      ]),
    Layout(
      testDescription: "10M",
      files: [
        "ratings.dat": Array(
          lines(ratings { "\($0.user)::\($0.item)::\($0.rating).0::\($0.time)" }).utf8),
        "movies.dat": Array(lines(items { "\($0)::\(title($0))::Action|Drama" }).utf8),
      ]),
    Layout(
      testDescription: "two files",
      files: [
        "ratings.csv": Array(lines(csvRows).utf8), "movies.csv": Array(lines(csvItems).utf8),
      ], sources: "data/ratings.csv", keys: #""items": {"sources": ["data/movies.csv"]}"#),
    Layout(
      testDescription: "delimited",
      files: [
        "r.txt": Array(
          lines(
            ["# exported", "when ~ stars ~ film ~ who"]
              + zip(rows, iso).map { "\($1) ~ \($0.rating)e0 ~ \($0.item) ~ \($0.user)" }
          ).utf8),
        "i.txt": Array(
          lines(items { "\($0);Action/Drama;\(quoted(title($0)))" }).utf16.flatMap {
            [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)]
          }),
      ],
      keys: """
        "format": "delimited", "ratings": "r.txt", "delimiter": " ~ ", "comment": "#",
        "columns": {"user": "who", "item": "film", "rating": "stars", "timestamp": "when"},
        "timestamps": "iso8601",
        "items": {
          "member": "i.txt", "format": "delimited", "delimiter": ";", "header": false,
          "encoding": "utf-16le", "columns": {"item": 0, "title": 2, "genres": 1},
          "genre_separator": "/"
        }
        """),
    Layout(
      testDescription: "jsonl",
      files: [
        "r.jsonl": Array(
          lines(
            ratings {
              #"{"by": {"id": \#($0.user)}, "item": "\#($0.item)", "rating": \#($0.rating), "#
                + #""at": \#($0.time)999}"#
            }
          ).utf8),
        "i.jsonl": Array(
          lines(
            items { item in
              let title = title(item).replacing("\"", with: "\\\"").replacing("é", with: "\\u00e9")
              return #"{"item": \#(item), "title": "\#(title)", "kinds": ["Action", "Drama"]}"#
            }
          ).utf8),
      ],
      keys: """
        "format": "jsonl", "ratings": "r.jsonl",
        "columns": {"user": "by.id", "timestamp": "at"}, "timestamps": "milliseconds",
        "items": {"member": "i.jsonl", "format": "jsonl", "columns": {"genres": "kinds"}}
        """),
  ]

  /// Runs a job on a layout; returns its bundle's version and its lists.
  static func run(_ layout: Layout) throws -> (version: String, csv: String) {
    let directory = try TemporaryDirectory()
    try FileSystem.makeDirectory(directory.path("data"))
    for (name, bytes) in layout.files { try directory.write(bytes, to: "data/\(name)") }
    let keys = layout.keys.isEmpty ? "" : ", " + layout.keys
    try directory.write(
      """
      {
        "name": "layout",
        "dataset": { "sources": ["\(layout.sources)"]\(keys) },
        "split": { "strategy": "temporal" },
        "model": { "factors": 4 }, "training": { "max_epochs": 2 }, "recommend": { "k": 5, "rank_by": "rating" },
        "output": { "directory": "out" }
      }
      """, to: "job.json")
    let outcome = try BuiltProgram.run(["run", "job.json"], in: directory.path)
    try #require(outcome.status == 0, "\(outcome.errors)")
    let run = try PublishedRun(directory.path("out"))
    return (
      try PathName.lastComponent(of: run.packedBundle),
      try FileSystem.readText(run.file("recommendations.csv"))
    )
  }

  @Test func theSameRatingsMakeTheSameModelInEveryLayout() throws {
    let first = try Self.run(Self.layouts[0])
    #expect(first.csv.contains("\"Léon: \"\"The\"\" Professional, Vol. "))
    for layout in Self.layouts.dropFirst() {
      let other = try Self.run(layout)
      #expect(other.version == first.version, "\(layout.testDescription)")
      #expect(other.csv == first.csv, "\(layout.testDescription)")
    }
  }

  /// The shipped dataset as a zip, as a tar, as a directory, as plain rows of another order of columns,
  /// and as JSON lines.
  @Test func theShippedDatasetMakesTheSameModelInEveryLayout() throws {
    let shipped = Project.dataset
    let reader = ArchiveReader(path: shipped)
    func member(_ name: String) throws -> [UInt8] {
      try reader.readAll(member: "ml-latest-small/\(name)")
    }
    let (ratings, movies) = (try member("ratings.csv"), try member("movies.csv"))
    // Its lines end in CR LF, which is one character.
    let rows = String(decoding: ratings, as: UTF8.self).split(whereSeparator: \.isNewline)
      .dropFirst().map { $0.split(separator: ",").map(String.init) }
    let turned =
      ["rating\ttimestamp\tmovie\tuser"] + rows.map { "\($0[2])\t\($0[3])\t\($0[1])\t\($0[0])" }
    let objects = rows.map {
      #"{"user":\#($0[0]),"item":"\#($0[1])","rating":\#($0[2]),"at":\#($0[3])000}"#
    }
    let items = #""items": {"member": "movies.csv", "format": "movielens-csv"}"#
    let layouts = [
      Layout(
        testDescription: "zip", files: ["d.zip": try FileSystem.readBytes(shipped)],
        sources: "data/d.zip"),
      Layout(
        testDescription: "tar",
        files: [
          "d.tgz": try ArchiveFixture.tarGzip([
            "x/ratings.csv": String(decoding: ratings, as: UTF8.self),
            "x/movies.csv": String(decoding: movies, as: UTF8.self),
          ]).bytes
        ], sources: "data/d.tgz"),
      Layout(testDescription: "directory", files: ["ratings.csv": ratings, "movies.csv": movies]),
      Layout(
        testDescription: "delimited",
        files: ["r.tsv": Array(Self.lines(turned).utf8), "movies.csv": movies],
        keys: """
          "format": "delimited", "ratings": "r.tsv", "delimiter": "\\t",
          "columns": {"item": "movie", "timestamp": "timestamp"}, \(items)
          """),
      Layout(
        testDescription: "jsonl",
        files: ["r.jsonl": Array(Self.lines(objects).utf8), "movies.csv": movies],
        keys: """
          "format": "jsonl", "ratings": "r.jsonl", "columns": {"timestamp": "at"},
          "timestamps": "milliseconds", \(items)
          """),
    ]
    let first = try Self.run(layouts[0])
    #expect(first.csv.contains("Shawshank Redemption"))
    for layout in layouts.dropFirst() {
      let other = try Self.run(layout)
      #expect(other.version == first.version, "\(layout.testDescription)")
      #expect(other.csv == first.csv, "\(layout.testDescription)")
    }
  }

  /// Ids that spreadsheets and parsers like to mend come out as they went in.
  @Test func idsOfAnyTextSurvive() throws {
    let ids = [
      "007", "7", " 7", "7 ", "1e3", "🎬", "e\u{301}", "\u{E9}", "a\"b", "a,b", "=1+1", "-", "null",
      "12345678901234567890123", "two\nlines", "tab\there",
    ]
    let directory = try TemporaryDirectory()
    var text = "item,user,rating\n"
    for (row, user) in ids.enumerated() {
      // Everyone leaves out another item, which is then the one to recommend.
      for (column, item) in ids.enumerated() where column != row {
        text += "\(Self.quoted(item)),\(Self.quoted(user)),\((row + column) % 5 + 1)\n"
      }
    }
    try directory.write(text, to: "r.csv")
    try directory.write(
      "item,title\n" + Self.lines(ids.map { Self.quoted($0) + "," + Self.quoted($0) }), to: "i.csv")
    try directory.write(
      """
      {
        "name": "ids",
        "dataset": {
          "sources": ["r.csv"], "format": "delimited",
          "items": { "sources": ["i.csv"], "format": "delimited" }
        },
        "model": { "factors": 2 }, "training": { "max_epochs": 1 }, "output": { "directory": "out" }
      }
      """, to: "job.json")
    let outcome = try BuiltProgram.run(["run", "job.json"], in: directory.path)
    try #require(outcome.status == 0, "\(outcome.errors)")
    let run = try PublishedRun(directory.path("out"))
    for rows in [try run.recommendationRows(), try run.rowsOfLines()] {
      // Texts that look alike are not the same: bytes are compared.
      let users = Set(rows.map { Array($0[0].utf8) })
      #expect(users == Set(ids.map { Array($0.utf8) }))
      // What is left for each is the item of the same name, and so is its title.
      #expect(
        rows.allSatisfy { row in
          [row[2], row[4]].allSatisfy { Array($0.utf8) == Array(row[0].utf8) }
        })
    }
    #expect(
      try Set(run.table("model/users.csv").map { Array(($0["user_id"] ?? "").utf8) })
        == Set(ids.map { Array($0.utf8) }))
  }
}
