import ArgumentParser
import Storage

/// Renders results.
struct TableCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table",
    abstract: "Print results as Markdown tables, or put them into a page.",
    discussion: """
      Reads the JSON lines of loops, job and peers/run. Where two lines measure the same, the later
      one counts. With --write, the tables replace what stands between the lines
      \(MarkedPage.begin) and \(MarkedPage.end) of a page.

      EXAMPLES
        recjob-bench table figures.jsonl
        recjob-bench table Sources/recjob-bench/Results/figures.jsonl --write README.md
      """)

  @Argument(help: "Files of JSON lines.", completion: .file(extensions: ["jsonl"]))
  var files: [String]

  @Option(help: "The page to put the tables into.", completion: .file(extensions: ["md"]))
  var write: String?

  func run() throws {
    var lines: [JSONValue] = []
    for file in files { lines += try Self.results(file) }
    let tables = ResultTables(lines: lines).markdown
    guard let write else { return print(tables, terminator: "") }
    let page = try MarkedPage(FileSystem.readText(write), path: write)
    try DurableFile.write(page.replacing(with: tables), to: write)
  }

  /// Reads the results of a file, one JSON object on each line.
  static func results(_ path: String) throws -> [JSONValue] {
    try FileSystem.readText(path).split(separator: "\n").map { line in
      try JSONParser.parseValue(Array(line.utf8), path: path)
    }
  }
}

/// A page with a part between two marks that a program writes.
struct MarkedPage {
  static let begin = "<!-- bench:begin -->"
  static let end = "<!-- bench:end -->"

  private let head: Substring
  /// What stands between the marks.
  let marked: Substring
  private let tail: Substring

  /// Finds the marks in a page.
  init(_ text: String, path: String) throws {
    guard let begin = text.firstRange(of: Self.begin + "\n"),
      let end = text[begin.upperBound...].firstRange(of: Self.end)
    else {
      throw ValidationError("\(path) lacks the lines \(Self.begin) and \(Self.end).")
    }
    head = text[..<begin.upperBound]
    marked = text[begin.upperBound..<end.lowerBound]
    tail = text[end.lowerBound...]
  }

  /// The page with another text between the marks.
  func replacing(with text: String) -> String {
    head + text + tail
  }
}
