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
        recjob init ratings.csv                    write a job file for your own data
        recjob run jobs/movielens-small.json       run a job and publish its result
        recjob jobs/movielens-small.json           the same
        recjob validate jobs/*.json                check job files, nothing else
        recjob recommend jobs/out/movielens-small --user 68
        recjob doctor jobs/movielens-small.json    check the machine and its places
        recjob --version --verbose                 its commit and its libraries

      EXIT STATUS
        0 published or unchanged · 64 usage · 65 bad data · 66 input missing ·
        69 source unavailable · 70 internal fault · 73 cannot create output ·
        74 I/O error or disk full · 75 another run is at work · 77 permission ·
        78 bad job file · 80 refused by a gate, or training diverged
      """,
    version: Program.version,
    subcommands: [
      Run.self, Validate.self, Schema.self, Init.self, Doctor.self, Fetch.self, Explore.self,
      Compare.self, Tune.self, Recommend.self, Inspect.self, Verify.self, Reproduce.self, Diff.self,
      Report.self, Runs.self, Rollback.self, InstallHelp.self,
    ])

  /// Runs a command and ends with its exit status.
  static func main() async {
    // What is published may be read by its owner and group, and by nobody else.
    umask(0o027)
    let arguments = completed(Array(CommandLine.arguments.dropFirst()))
    if isDetailedVersion(arguments) {
      print("\(Program.version)\n\(ProgramBuild.current.text)", terminator: "")
      return
    }
    if let misspelling = misspelling(in: arguments) {
      Diagnostics.report(misspelling)
      Foundation.exit(ExitStatus.usage.rawValue)
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

// MARK: - Arguments

extension Recjob {
  /// The arguments with the command that may be left out: `recjob JOB.json` is `recjob run JOB.json`.
  static func completed(_ arguments: [String]) -> [String] {
    guard let first = arguments.first, first.hasSuffix(".json") else { return arguments }
    return ["run"] + arguments
  }

  /// Whether the arguments are those of a command that would run.
  static func accepts(_ arguments: [String]) -> Bool {
    let arguments = completed(arguments)
    return isDetailedVersion(arguments)
      || misspelling(in: arguments) == nil && (try? parseAsRoot(arguments)) != nil
  }

  private static func isDetailedVersion(_ arguments: [String]) -> Bool {
    arguments.sorted() == ["--verbose", "--version"]
  }

  /// What is wrong with the command's name, and which is meant, or `nil`.
  private static func misspelling(in arguments: [String]) -> String? {
    let words = arguments.first == "help" ? arguments.dropFirst() : arguments[...]
    let names = configuration.subcommands.map { $0._commandName }
    guard let word = words.first, !word.hasPrefix("-"), !(names + ["help"]).contains(word) else {
      return nil
    }
    let visible = configuration.subcommands.filter { $0.configuration.shouldDisplay }
      .map { $0._commandName }
    let start = "unknown command \"\(word)\""
    if let guess = EditDistance.closest(to: word, among: visible) {
      return "\(start); did you mean \"\(guess)\"?\nSee \"recjob --help\"."
    }
    if FileManager.default.fileExists(atPath: word) {
      return "\(start); a file is run by \"recjob run \(word)\".\nSee \"recjob --help\"."
    }
    return "\(start); the commands are \(visible.joined(separator: ", ")).\nSee \"recjob --help\"."
  }
}

/// Writes the failure of a command to standard error.
enum Diagnostics {
  static func report(_ error: Any) {
    let name = TerminalStyle.standardError.text("recjob:", .bad) + " "
    let start = (JournalStream.isStandardError ? JournalStream.prefix(.error) : "") + name
    let text = "\(error)".printableLines.split(separator: "\n").joined(separator: "\n\(start)")
    try? FileHandle.standardError.write(contentsOf: Data("\(start)\(text)\n".utf8))
  }
}
