import Storage
import TestSupport
import Testing

/// What the program does on a terminal, which `script` of util-linux gives it.
@Suite(.enabled(if: FileSystem.exists("/usr/bin/script"), "script of util-linux is needed"))
struct TerminalTests {
  private static func onTerminal(
    _ command: String, in fixture: JobFixture, _ environment: [String: String] = [:]
  ) throws -> String {
    var all = ["PATH": "/usr/bin:/bin", "TERM": "xterm", "HOME": fixture.directory.path]
    all.merge(environment) { _, given in given }
    let outcome = try ChildProcess(
      "/usr/bin/script",
      ["-qec", "stty cols 200; \(BuiltProgram.path) \(command)", "/dev/null"],
      in: fixture.directory.path, environment: all
    ).finish()
    #expect(outcome.status == 0, "\(outcome.output)")
    return outcome.output
  }

  @Test func epochsAreOneLineThatChangesAndLeavesNoTrace() throws {
    let fixture = try JobFixture()
    let text = try Self.onTerminal("run job.json", in: fixture)
    #expect(text.contains("\r\u{1B}[K[") && text.contains("search: epoch 1 of at most 12"))
    #expect(text.contains("refit: epoch 1 of ") && !text.contains("Epoch finished"))
    #expect(text.contains("\u{1B}[32mnotice\u{1B}[0m Run published"))
    let plain = try Self.onTerminal("run job.json --force --quiet", in: fixture)
    #expect(!plain.contains("\u{1B}[K"))
  }

  @Test func whoWantsNoColoursGetsNone() throws {
    let fixture = try JobFixture()
    #expect(try Self.onTerminal("doctor", in: fixture).contains("\u{1B}[32mok\u{1B}[0m"))
    for environment in [["NO_COLOR": "1"], ["TERM": "dumb"], ["CLICOLOR": "0"]] {
      let text = try Self.onTerminal("doctor", in: fixture, environment)
      #expect(!text.contains("\u{1B}["), "\(environment)")
    }
    let dumb = try Self.onTerminal("run job.json", in: fixture, ["TERM": "dumb"])
    #expect(dumb.contains("info Epoch finished") && !dumb.contains("\u{1B}"))
  }

  @Test func whatIsNoTerminalGetsLinesAndNoColours() throws {
    let fixture = try JobFixture()
    let outcome = try fixture.run()
    #expect(outcome.errors.contains("info Epoch finished") && !outcome.errors.contains("\u{1B}"))
    let forced = try BuiltProgram.run(
      ["doctor"], in: fixture.directory.path, environment: ["CLICOLOR_FORCE": "1"])
    #expect(forced.output.contains("\u{1B}[32mok"))
  }
}
