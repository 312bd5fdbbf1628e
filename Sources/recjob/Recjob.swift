import ArgumentParser
import Foundation
import Job
import Logging

@main
struct Recjob: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recjob",
    abstract: "Trains a recommender from a job file and publishes every user's top-N.",
    discussion: """
      EXAMPLES
        recjob run jobs/movielens-small.json       run a job and publish its result
        recjob jobs/movielens-small.json           the same
        recjob validate jobs/*.json                check job files, nothing else
        recjob recommend out/movielens-small --user 68
        recjob --version --verbose                 its commit and its libraries

      EXIT STATUS
        0 published or unchanged · 64 usage · 65 bad data · 66 input missing ·
        69 source unavailable · 70 internal fault · 73 cannot create output ·
        74 I/O error or disk full · 75 another run is at work · 77 permission ·
        78 bad job file · 80 refused by a gate, or training diverged
      """,
    version: Program.version,
    subcommands: [
      Run.self, Validate.self, Schema.self, Fetch.self, Explore.self, Compare.self, Tune.self,
      Recommend.self, Inspect.self, Verify.self, Reproduce.self, Diff.self, Report.self, Runs.self,
      Rollback.self,
    ])

  /// Runs a command and ends with its exit status; `recjob JOB.json` is `recjob run JOB.json`.
  static func main() async {
    // What is published may be read by its owner and group, and by nobody else.
    umask(0o027)
    var arguments = Array(CommandLine.arguments.dropFirst())
    if let first = arguments.first, first.hasSuffix(".json") { arguments.insert("run", at: 0) }
    if arguments.sorted() == ["--verbose", "--version"] {
      print("\(Program.version)\n\(ProgramBuild.current.text)", terminator: "")
      return
    }
    do {
      var command = try parseAsRoot(arguments)
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      end(with: error)
    }
  }

  private static func end(with error: any Error) -> Never {
    let status = ExitStatus(error)
    // What the argument parser throws (help, version, usage) has its own message and status.
    if status == .fault, !(error is JobError), exitCode(for: error) != .failure {
      exit(withError: error)
    }
    Diagnostics.report(error)
    Foundation.exit(status.rawValue)
  }
}

/// Writes the failure of a command to standard error.
enum Diagnostics {
  static func report(_ error: Any) {
    let start = (JournalStream.isStandardError ? JournalStream.prefix(.error) : "") + "recjob: "
    let text = "\(error)".split(separator: "\n").joined(separator: "\n\(start)")
    try? FileHandle.standardError.write(contentsOf: Data("\(start)\(text)\n".utf8))
  }
}
