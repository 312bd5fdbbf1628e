import Foundation
import Job
import Storage
import Testing

/// What the documentation says, held against the program.
@Suite struct DocumentationTests {
  private static let root = URL(filePath: JobDocuments.directory)
    .deletingLastPathComponent().path(percentEncoded: false)
  private static let pages = [
    "README.md", "jobs/README.md", "jobs/models.md", "jobs/data/README.md", "jobs/load/README.md",
    "cron/README.md",
  ]
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

  @Test(arguments: pages)
  func everyJobThatIsShownIsValid(page: String) throws {
    for block in Self.blocks(try Self.text(page), language: "json")
    where block.contains("\"dataset\"") {
      #expect(JobDocuments.faults(block) == [], "\(page)")
    }
  }

  @Test func thePagesShowJobs() throws {
    for page in ["README.md", "jobs/README.md", "jobs/models.md"] {
      let blocks = Self.blocks(try Self.text(page), language: "json")
      #expect(blocks.contains { $0.contains("\"dataset\"") }, "\(page)")
    }
  }

  @Test(arguments: pages)
  func everyCommandThatIsNamedExists(page: String) throws {
    let commands = try Self.commands()
    for match in try Self.text(page).matches(of: /\brecjob (?:recjob )?([a-z]+)([^\n]?)/)
    where Self.isCode(match.range, in: try Self.text(page)) && !"/.-=".contains(match.2) {
      #expect(commands.contains(String(match.1)), "\(page) names recjob \(match.1)")
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

  /// The fenced blocks of a language.
  private static func blocks(_ text: String, language: String) -> [String] {
    var blocks: [String] = []
    var lines: [Substring]?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if let block = lines {
        if line == "```" {
          blocks.append(block.joined(separator: "\n"))
          lines = nil
        } else {
          lines = block + [line]
        }
      } else if line == "```\(language)" {
        lines = []
      }
    }
    return blocks
  }

  /// Whether a place is within back ticks, those of a span or those of a block.
  private static func isCode(_ range: Range<String.Index>, in text: String) -> Bool {
    let before = text[..<range.lowerBound]
    let fences = before.matches(of: /(?m)^ *```/).count
    if fences % 2 == 1 { return true }
    let line = before.split(separator: "\n", omittingEmptySubsequences: false).last ?? ""
    return line.count { $0 == "`" } % 2 == 1
  }

  /// The anchor that GitHub gives a heading.
  private static func anchor(_ heading: Substring) -> String {
    String(
      heading.drop { $0 == "#" || $0 == " " }.lowercased()
        .filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
        .map { $0 == " " ? "-" : $0 })
  }
}
