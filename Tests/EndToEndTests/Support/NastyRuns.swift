import Ratings
import Storage
import TestSupport
import Testing

/// Two runs whose ids and titles are what importers like to mend, stumble over or take for commands.
final class NastyRuns: Sendable {
  let directory: TemporaryDirectory
  /// One file of each format.
  let first: PublishedRun
  /// Shorter lists, in compressed parts.
  let second: PublishedRun

  /// The runs of the suites within ``Downstream``.
  @TaskLocal static var shared: NastyRuns?

  /// What stands in the place of an id or a title; none is empty.
  static let texts =
    [
      "007", "7", " 7", "7 ", "1e3", "0x10", "12345678901234567890123", "-0", "🎬", "e\u{301}",
      "\u{E9}", "a\"b", "\"", "\"\"", "\"quoted\"", "a,b", ",", "'", "it's", "''", "=1+1", "-",
      "+1", "@x", "null", "NULL", "Null", "\\N", "\\.", "\\", "back\\slash", "\\n", "two\nlines",
      "\n", "cr\rx", "\r", "x\r\ny", "tab\tx", "\t", " ", "a;b", "{\"json\":[1]}", "[1,2]", "%s",
      "$1", ":x", "-- x", "/* x", "x\n\\.\ny", "mid\u{FEFF}bom", "\u{FEFF}bom", "\u{1}\u{2}",
      "\u{7F}", "\u{85}", "\u{2028}", "true", "NaN", "Infinity", "2024-01-01", "`x`", "${HOME}",
      "\\u0000",
    ] + fuzz

  /// Texts of characters that have a meaning somewhere.
  private static let fuzz: [String] = {
    let alphabet: [Unicode.Scalar] = [
      "\"", "\"", ",", "\n", "\r", "\\", ".", "N", "'", ";", "\t", " ", "=", "a", "0", "é", "🎬",
      "\u{301}", "\u{FEFF}", "{", "}", "[", "]", ":", "$", "\u{1}", "\u{1F}",
    ]
    var words = CounterBasedGenerator(seed: 25, stream: .generation).sequence(epoch: 0)
    return (0..<60).map { number in
      var text = String.UnicodeScalarView()
      for _ in 0...(number % 9) {
        text.append(alphabet[Int(words.nextWord()) % alphabet.count])
      }
      // The number keeps them apart.
      return String(text) + "\(number)"
    }
  }()

  /// Every item in its own title and in another's; one title is empty, and one item has no row.
  static func title(_ item: Int) -> String? {
    switch item {
    case 0: nil
    case 1: ""
    default: texts[(item * 7 + 3) % texts.count]
    }
  }

  init() throws {
    directory = try TemporaryDirectory()
    var rows = "item,user,rating\n"
    for user in Self.texts.indices {
      // Everyone leaves out four items, which are then to be recommended; one user leaves out none.
      for item in Self.texts.indices
      where user == 5 || (item + 5 * user) % Self.texts.count >= 4 {
        rows +=
          [Self.texts[item], Self.texts[user], "\((user * 3 + item * 5) % 9 + 1)"]
          .map(LayoutTests.quoted).joined(separator: ",") + "\n"
      }
    }
    try directory.write(rows, to: "r.csv")
    let items = Self.texts.indices.compactMap { item in
      Self.title(item).map {
        LayoutTests.quoted(Self.texts[item]) + "," + LayoutTests.quoted($0)
      }
    }
    try directory.write("item,title\n" + LayoutTests.lines(items), to: "i.csv")
    try directory.write(
      """
      {
        "name": "nasty",
        "dataset": {
          "sources": ["r.csv"], "format": "delimited",
          "items": { "sources": ["i.csv"], "format": "delimited" }
        },
        "model": { "factors": 2 }, "training": { "max_epochs": 1 }, "recommend": { "k": 3 },
        "export": { "formats": ["csv", "jsonl", "resp"] },
        "output": { "directory": "out" }
      }
      """, to: "job.json")
    first = try Self.run(in: directory)
    second = try Self.run(
      in: directory, "--set", "recommend.k=2", "--set", "export.compression=gzip", "--set",
      "export.max_rows_per_file=50")
  }

  private static func run(
    in directory: TemporaryDirectory, _ arguments: String...
  ) throws -> PublishedRun {
    let outcome = try BuiltProgram.run(["run", "job.json"] + arguments, in: directory.path)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return try PublishedRun(directory.path("out"))
  }

  /// The rows of a run as its JSON lines have them.
  static func rows(_ run: PublishedRun) throws -> Set<LoadedRow> {
    var rows: [LoadedRow] = []
    for name in try FileSystem.list(run.path)
    where name.hasPrefix("recommendations") && name.contains(".jsonl") {
      var bytes = try run.bytes(name)
      if name.hasSuffix(".gz") { bytes = try Gzip.decompress(bytes, limit: 1 << 24) }
      for line in bytes.split(separator: UInt8(ascii: "\n")) {
        let list = try JSONParser.parseValue(Array(line), path: name)
        rows += try LoadedRow.rows(
          user: #require(list["user_id"]?.stringValue), #require(list["recommendations"]))
      }
    }
    let set = Set(rows)
    try #require(set.count == rows.count)
    return set
  }

  /// A copy of a run under its own name, with some of its files changed, and with sums that fit them.
  static func copy(
    _ run: PublishedRun, into directory: TemporaryDirectory, fittingSums: Bool = true,
    changing change: (_ name: String, _ bytes: [UInt8]) throws -> [UInt8]
  ) throws -> String {
    let path = directory.path(run.name)
    for name in try FileSystem.listTree(run.path) where name != "SHA256SUMS" {
      try directory.write(try change(name, run.bytes(name)), to: "\(run.name)/\(name)")
    }
    var sums = try FileSystem.readText(run.file("SHA256SUMS"))
    if fittingSums {
      sums = try sums.split(separator: "\n").map { line in
        let name = line.dropFirst(66)
        return "\(try SHA256Digest.ofFile("\(path)/\(name)").hex)  \(name)\n"
      }.joined()
    }
    try directory.write(sums, to: "\(run.name)/SHA256SUMS")
    return path
  }
}

/// Makes the runs once for all suites within.
struct NastyRunsTrait: SuiteTrait, TestScoping {
  @concurrent func provideScope(
    for test: Test, testCase: Test.Case?,
    performing body: @Sendable @concurrent () async throws -> Void
  ) async throws {
    try await NastyRuns.$shared.withValue(try NastyRuns()) { try await body() }
  }
}

/// What others make of the exports.
@Suite(NastyRunsTrait()) enum Downstream {
  /// The runs that all suites within share.
  static func runs() throws -> NastyRuns { try #require(NastyRuns.shared) }
}
