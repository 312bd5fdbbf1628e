import Foundation
import Storage
import TestSupport
import Testing

@testable import recjob

/// The program's help, manual pages and completions, and what it says to a mistyped word.
@Suite struct HelpTests {
  /// The commands that people are shown, as the program lists them.
  private static func commands() throws -> [(name: String, discussion: String)] {
    let dump = try BuiltProgram.run(["--experimental-dump-help"], in: "/")
    let root = try JSONParser.parseValue(Array(dump.output.utf8), path: "help")
    let program = try #require(root["command"])
    let commands = (program["subcommands"]?.arrayValue ?? [])
      .filter { $0["commandName"] != "help" }
    return ([program] + commands).map {
      ($0["commandName"]?.stringValue ?? "", $0["discussion"]?.stringValue ?? "")
    }
  }

  /// The command lines below EXAMPLES.
  private static func examples(_ discussion: String) -> [[String]] {
    let lines = discussion.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.drop { $0 != "EXAMPLES" }.dropFirst().prefix { $0.hasPrefix("  ") }.map { line in
      // Remarks stand apart; what goes to a file or through another program is the shell's matter.
      let command = line.dropFirst(2).components(separatedBy: "  ")[0]
      let own = command.components(separatedBy: " | ").first { $0.hasPrefix("recjob ") } ?? command
      return own.components(separatedBy: " > ")[0].split(separator: " ").map {
        $0.trimmingCharacters(in: ["'"])
      }
    }
  }

  @Test func everyCommandHasExamplesThatTheProgramUnderstands() throws {
    let commands = try Self.commands()
    #expect(commands.count > 15)
    for command in commands {
      let examples = Self.examples(command.discussion)
      #expect(!examples.isEmpty, "\(command.name) has no example")
      for example in examples {
        #expect(example.first == "recjob", "\(example)")
        if command.name != "recjob" { #expect(example.dropFirst().first == command.name) }
        #expect(Recjob.accepts(Array(example.dropFirst())), "\(example.joined(separator: " "))")
      }
    }
    #expect(!Recjob.accepts(["run"]) && !Recjob.accepts(["bogus"]))
  }

  @Test func aMistypedCommandGetsASuggestion() throws {
    let directory = try TemporaryDirectory()
    try directory.write("{}", to: "job.txt")
    for (word, answer) in [
      ("inspct", #"unknown command "inspct"; did you mean "inspect"?"#),
      ("Validate", #"did you mean "validate"?"#), ("rn", #"did you mean "run"?"#),
      ("job.txt", #"a file is run by "recjob run job.txt""#),
      ("zzzzzz", "the commands are run, validate, "),
    ] {
      let outcome = try BuiltProgram.run([word], in: directory.path)
      #expect(outcome.status == 64)
      #expect(outcome.errors.contains(answer), "\(outcome.errors)")
      #expect(outcome.errors.contains("--help") && outcome.output.isEmpty)
    }
    let help = try BuiltProgram.run(["help", "vaildate"], in: "/")
    #expect(help.status == 64 && help.errors.contains(#"did you mean "validate"?"#))
  }

  @Test func aMistypedOptionGetsASuggestion() throws {
    let outcome = try BuiltProgram.run(["run", "job.json", "--thraeds", "2"], in: "/")
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("--thraeds") && outcome.errors.contains("'--threads'"))
  }

  @Test(.enabled(if: FileSystem.exists("/usr/bin/groff"), "groff is needed"))
  func manualPagesAreWithoutFault() throws {
    let directory = try TemporaryDirectory()
    let written = try BuiltProgram.run(["install-help", "share"], in: directory.path)
    #expect(written.status == 0)
    let pages = written.output.split(separator: "\n").filter { $0.hasSuffix(".1") }
    #expect(pages.count == (try Self.commands().count) - 1)
    for page in pages {
      let shown = try ChildProcess(
        "/usr/bin/groff", ["-man", "-Tascii", "-ww", "-P-c", "-P-b", "-P-u", String(page)],
        in: directory.path, environment: ["PATH": "/usr/bin:/bin"]
      ).finish()
      #expect(shown.status == 0 && shown.errors.isEmpty, "\(page): \(shown.errors)")
      #expect(shown.output.contains("EXIT STATUS") && shown.output.contains("EXAMPLES"))
    }
  }

  @Test func theManualPageOfACommandIsAsItWas() throws {
    let directory = try TemporaryDirectory()
    _ = try BuiltProgram.run(["install-help", "share"], in: directory.path)
    let page = try FileSystem.readText(directory.path("share/man/man1/recjob-init.1"))
    try Snapshot.expect(page, toBe: "recjob-init.1.txt")
  }

  @Test func bashUnderstandsItsCompletions() throws {
    let directory = try TemporaryDirectory()
    _ = try BuiltProgram.run(["install-help", "share"], in: directory.path)
    let script = directory.path("share/bash-completion/completions/recjob")
    let outcome = try ChildProcess(
      "/usr/bin/env", ["bash", "-n", script], in: "/", environment: ["PATH": "/usr/bin:/bin"]
    ).finish()
    #expect(outcome.status == 0, "\(outcome.errors)")
  }
}
