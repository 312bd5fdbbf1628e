import Storage
import Testing

extension MainJob {
  /// What the pages show of the commands that look at things, held against what these print.
  @Suite struct TranscriptTests {
    /// A command of a page, and the lines that the page shows below it.
    struct Transcript: Sendable {
      let command: [String]
      let shown: [String]
    }

    private static let commands = ["explore", "inspect", "recommend"]
    /// The most lines of text between a command and what it prints.
    private static let mostBetween = 4

    /// The transcripts of a page: blocks of one command, of the main job or its output, each followed
    /// by a block of text.
    static func transcripts(of page: String) throws -> [Transcript] {
      let text = try FileSystem.readText(PathName.joined(Project.root, page))
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      let fences = lines.indices.filter { lines[$0].hasPrefix("```") }
      let blocks = stride(from: 0, to: fences.count - 1, by: 2).map { (fences[$0], fences[$0 + 1]) }
      return zip(blocks, blocks.dropFirst()).compactMap { block, next in
        let words = lines[block.0 + 1].split(separator: " ").map(String.init)
        guard block.1 - block.0 == 2, next.0 - block.1 <= mostBetween + 1, words.count > 2,
          words[0] == "recjob", commands.contains(words[1]), words[2].contains("movielens-small"),
          ["```", "```text"].contains(lines[next.0])
        else { return nil }
        return Transcript(
          command: Array(words.dropFirst()), shown: Array(lines[next.0 + 1..<next.1]))
      }
    }

    @Test(arguments: ["README.md", "jobs/README.md"])
    func whatThePagesShowIsPrinted(page: String) throws {
      let transcripts = try Self.transcripts(of: page)
      #expect(!transcripts.isEmpty)
      for transcript in transcripts {
        let output = try MainJob.run().output
        let arguments = transcript.command.map { word in
          word == "jobs/out/movielens-small"
            ? output : word.replacing("jobs/movielens", with: "\(Project.jobs)/movielens")
        }
        let outcome = try BuiltProgram.run(arguments, in: "/")
        #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
        Self.expect(transcript.shown, within: outcome.output)
      }
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
  }
}
