import Storage
import Testing

extension MainJob {
  /// What the pages show of the commands, held against what these print.
  @Suite struct TranscriptTests {
    /// The lines of the block that follows the one with a command.
    private static func block(after command: String, of page: String) throws -> [String] {
      let text = try FileSystem.readText(PathName.joined(Project.root, page))
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      let start = try #require(
        lines.firstIndex(of: command), "\(page) does not name the command \(command)")
      let fences = lines.indices.filter { $0 > start && lines[$0] == "```" }
      try #require(fences.count >= 3)
      return Array(lines[fences[1] + 1..<fences[2]])
    }

    /// Every line that is shown is printed, in the order of the page; `…` stands for what is left out.
    private static func expect(_ shown: [String], within output: String) {
      var rest = output.split(separator: "\n", omittingEmptySubsequences: false)[...]
      for line in shown where line.filter({ $0 != " " }) != "…" {
        guard let place = rest.firstIndex(of: line[...]) else {
          Issue.record("it does not print: \(line)")
          return
        }
        rest = rest[(place + 1)...]
      }
    }

    @Test(arguments: ["README.md", "jobs/README.md"])
    func aUsersListsAreThoseOfThePages(page: String) throws {
      let output = try MainJob.run().output
      let answer = try BuiltProgram.run(["recommend", output, "--user", "68", "-k", "5"], in: "/")
      #expect(answer.status == 0, "\(answer.errors)")
      Self.expect(
        try Self.block(
          after: "recjob recommend jobs/out/movielens-small --user 68 -k 5", of: page),
        within: answer.output)
    }

    @Test func theModelIsThatOfThePage() throws {
      let summary = try BuiltProgram.run(["inspect", MainJob.run().output], in: "/")
      Self.expect(
        try Self.block(after: "recjob inspect jobs/out/movielens-small", of: "jobs/README.md"),
        within: summary.output)
    }

    @Test func theDataIsThatOfThePage() throws {
      let explored = try BuiltProgram.run(
        ["explore", Project.jobs + "/movielens-small.json"], in: "/")
      Self.expect(
        try Self.block(after: "recjob explore jobs/movielens-small.json", of: "jobs/README.md"),
        within: explored.output)
    }
  }
}
