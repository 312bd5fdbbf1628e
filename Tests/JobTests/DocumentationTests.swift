import Foundation
import Job
import Storage
import TestSupport
import Testing

/// What the documentation says, held against the program.
@Suite struct DocumentationTests {
  private static let root = URL(filePath: JobDocuments.directory)
    .deletingLastPathComponent().path(percentEncoded: false)
  private static let all = (try? MarkdownPage.all(root: root)) ?? []
  private static let pages = all.map(\.path)
  private static let pagesWithExitCodes = ["README.md", "jobs/README.md", "cron/README.md"]

  private static func text(_ page: String) throws -> String {
    try FileSystem.readText(PathName.joined(root, page))
  }

  @Test(arguments: pages)
  func everyRelativeLinkPointsAtAFile(page: String) throws {
    for match in try Self.text(page).matches(of: /\]\(([^)\s]+)\)/) {
      let target = String(match.1)
      if target.contains("://") { continue }
      let parts = target.split(separator: "#", omittingEmptySubsequences: false)
      // Without a path, the link stays on the page.
      let named =
        parts[0].isEmpty ? page : PathName.joined(PathName.parent(of: page), String(parts[0]))
      let path = PathName.joined(Self.root, named)
      #expect(FileSystem.exists(path), "\(page) links to \(target)")
      if parts.count == 2 {
        let anchors = try FileSystem.readText(path).split(separator: "\n")
          .filter { $0.hasPrefix("#") }.map(Self.anchor)
        #expect(anchors.contains(String(parts[1])), "\(page) links to \(target)")
      }
    }
  }

  @Test func thePagesAreFound() {
    let expected = [
      "README.md", "jobs/README.md", "jobs/models.md", "jobs/data/README.md",
      "jobs/load/README.md", "cron/README.md", "Sources/Job/Job.docc/Architecture.md",
    ]
    for page in expected { #expect(Self.pages.contains(page)) }
    #expect(Self.all.count { $0.blocks.contains { $0.language == "sh" } } > 5)
  }

  @Test(arguments: pages)
  func everyBlockSaysWhatItIs(path: String) throws {
    let languages = ["csv", "ini", "json", "python", "sh", "sql", "swift", "text"]
    for block in try Self.page(path).blocks {
      #expect(languages.contains(block.language), "\(path):\(block.line): \"\(block.language)\"")
      #expect(block.exampleReason != "", "\(path):\(block.line) gives no reason")
    }
  }

  @Test(arguments: pages)
  func everyJobThatIsShownIsValid(path: String) throws {
    for block in try Self.page(path).blocks where block.language == "json" {
      // A block that is no whole job is an example, and is JSON all the same.
      guard block.exampleReason == nil || block.text.contains("\"dataset\"") else {
        #expect(throws: Never.self) {
          try JSONParser.parseValue(Array(block.text.utf8), path: path)
        }
        continue
      }
      #expect(JobDocuments.faults(block.text) == [], "\(path):\(block.line)")
    }
  }

  @Test(arguments: pages)
  func swiftThatIsShownStandsInASourceOrIsAnExample(path: String) throws {
    for block in try Self.page(path).blocks
    where block.language == "swift" && block.exampleReason == nil {
      #expect(try Self.isInASource(block.text), "\(path):\(block.line)")
    }
  }

  @Test func thePagesShowJobs() throws {
    for path in ["README.md", "jobs/README.md", "jobs/models.md"] {
      let blocks = try Self.page(path).blocks
      #expect(
        blocks.contains { $0.language == "json" && $0.text.contains("\"dataset\"") }, "\(path)")
    }
  }

  @Test(arguments: pages.filter { $0.contains(".docc/") })
  func everyArticleThatIsLinkedIsInTheSameCatalogue(path: String) throws {
    for match in try Self.text(path).matches(of: /<doc:([^>]+)>/) {
      let article = PathName.joined(PathName.parent(of: path), "\(match.1).md")
      #expect(FileSystem.exists(PathName.joined(Self.root, article)), "\(path): \(match.1)")
    }
  }

  @Test func everyArticleIsListedInItsCatalogue() throws {
    for page in Self.all where page.path.contains(".docc/") {
      let directory = PathName.parent(of: page.path)
      let module = PathName.lastComponent(of: directory).dropLast(".docc".count)
      let article = PathName.lastComponent(of: page.path).dropLast(".md".count)
      guard article != module else {
        #expect(page.text.hasPrefix("# ``\(module)``\n"), "\(page.path)")
        continue
      }
      let landing = try Self.text("\(directory)/\(module).md")
      #expect(landing.contains("- <doc:\(article)>"), "\(page.path) is not listed")
    }
  }

  @Test(arguments: pages)
  func everyCommandThatIsNamedExists(path: String) throws {
    let commands = try Self.commands()
    let naming = /\brecjob (?:recjob )?([a-z]+)([^\n]?)/
    var isBlock = false
    for line in try Self.text(path).split(separator: "\n") {
      if line.drop(while: { $0 == " " }).hasPrefix("```") {
        isBlock.toggle()
        continue
      }
      guard line.contains("recjob ") else { continue }
      for match in line.matches(of: naming) where !"/.-=".contains(match.2) {
        // Outside of blocks, code is what has an odd number of back ticks before it.
        guard isBlock || line[..<match.range.lowerBound].count(where: { $0 == "`" }) % 2 == 1
        else { continue }
        #expect(commands.contains(String(match.1)), "\(path) names recjob \(match.1)")
      }
    }
  }

  @Test(arguments: pagesWithExitCodes)
  func theTableOfExitCodesIsTheProgramsOwn(page: String) throws {
    let codes = try Self.text(page).matches(of: /\n\| ([0-9]+) \|/).compactMap { Int32($0.1) }
    #expect(codes == ExitStatus.allCases.map(\.rawValue))
  }

  @Test func theHelpNamesEveryExitCode() throws {
    let source = try Self.text("Sources/recjob/Recjob.swift")
    for status in ExitStatus.allCases {
      #expect(source.contains(" \(status.rawValue) "), "\(status)")
    }
  }

  // MARK: - Reading the pages

  /// The names of the commands, from the list that the program is built with.
  private static func commands() throws -> [String] {
    let source = try text("Sources/recjob/Recjob.swift")
    let list = try #require(source.firstMatch(of: /subcommands: \[([^\]]+)\]/))
    let names = list.1.matches(of: /([A-Za-z]+)\.self/).map { $0.1.lowercased() }
    try #require(names.contains("run"))
    return names
  }

  private static func page(_ path: String) throws -> MarkdownPage {
    try #require(all.first { $0.path == path })
  }

  /// Whether the lines of a text follow each other in a Swift file of the project, at any indentation.
  private static func isInASource(_ text: String) throws -> Bool {
    func plain(_ text: String) -> String {
      text.split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: "\n")
    }
    let wanted = plain(text)
    for folder in ["Sources", "Tests"] {
      for name in try FileSystem.listTree(PathName.joined(root, folder))
      where name.hasSuffix(".swift") {
        if try plain(Self.text("\(folder)/\(name)")).contains(wanted) { return true }
      }
    }
    return false
  }

  /// The anchor that GitHub gives a heading.
  private static func anchor(_ heading: Substring) -> String {
    String(
      heading.drop { $0 == "#" || $0 == " " }.lowercased()
        .filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
        .map { $0 == " " ? "-" : $0 })
  }
}
