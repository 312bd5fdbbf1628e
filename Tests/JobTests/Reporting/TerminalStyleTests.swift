import Testing

@testable import Job

@Suite struct TerminalStyleTests {
  @Test(arguments: [
    (true, ["TERM": "xterm"], true), (false, ["TERM": "xterm"], false), (true, [:], false),
    (true, ["TERM": "dumb"], false), (true, ["TERM": "xterm", "NO_COLOR": "1"], false),
    (true, ["TERM": "xterm", "NO_COLOR": ""], true),
    (true, ["TERM": "xterm", "CLICOLOR": "0"], false),
    (false, ["CLICOLOR_FORCE": "1"], true), (false, ["CLICOLOR_FORCE": "0"], false),
    (true, ["TERM": "xterm", "NO_COLOR": "1", "CLICOLOR_FORCE": "1"], false),
  ])
  func coloursAreForThoseWhoSeeAndWantThem(
    isTerminal: Bool, environment: [String: String], isColoured: Bool
  ) {
    #expect(
      TerminalStyle(isTerminal: isTerminal, environment: environment).isColoured == isColoured)
  }

  @Test func aPlainTextStaysAsItIs() {
    #expect(TerminalStyle.plain.text("ok", .good) == "ok")
    #expect(TerminalStyle(isColoured: true).text("ok", .good) == "\u{1B}[32mok\u{1B}[0m")
  }
}
