public import Storage

/// The manual pages of the program and its commands, made from the same description as their help.
public struct ManualPages: Sendable {
  /// A file of a manual page.
  public struct Page: Equatable, Sendable {
    /// Its name: `recjob-run.1`.
    public let fileName: String
    /// Its content.
    public let text: String
  }

  /// The pages: that of the program, then those of the commands in their order.
  public let pages: [Page]

  /// Makes the pages from the description that `--experimental-dump-help` prints.
  public init(description: String) throws(JSONError) {
    let root = try JSONParser.parseValue(Array(description.utf8), path: "help")
    let program = root["command"] ?? .null
    let name = program["commandName"]?.stringValue ?? "recjob"
    let commands = Self.shown(of: program)
    let names =
      [name] + commands.map { "\(name)-\($0["commandName"]?.stringValue ?? "")" }
    let status =
      HelpText(program["discussion"]?.stringValue ?? "").sections
      .first { $0.title == ManualPage.statusTitle }?.lines ?? []
    let all =
      [ManualPage(words: [name], command: program, others: names, exitStatus: status)]
      + commands.map { command in
        ManualPage(
          words: [name, command["commandName"]?.stringValue ?? ""], command: command,
          others: [name], exitStatus: status)
      }
    pages = all.map { Page(fileName: "\($0.name).1", text: $0.text) }
  }

  /// The commands below one that people are shown, without that which only shows help.
  static func shown(of command: JSONValue) -> [JSONValue] {
    (command["subcommands"]?.arrayValue ?? []).filter {
      $0["shouldDisplay"]?.boolValue != false && $0["commandName"] != "help"
    }
  }
}
