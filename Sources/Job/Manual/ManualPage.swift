import Storage

/// The manual page of one command, made from what the command's help is made from.
struct ManualPage {
  /// The name that `man` is asked for: `recjob-run`.
  let name: String
  private let words: [String]
  private let command: JSONValue
  private let others: [String]
  private let exitStatus: [String]

  /// Creates a page.
  ///
  /// - Parameters:
  ///   - words: The words that call the command.
  ///   - command: What its help is made from.
  ///   - others: The names of the pages to see besides.
  ///   - exitStatus: The lines about exit statuses, where the command's own help has none.
  init(words: [String], command: JSONValue, others: [String], exitStatus: [String]) {
    name = words.joined(separator: "-")
    self.words = words
    self.command = command
    self.others = others
    self.exitStatus = exitStatus
  }

  /// The page, for `man`.
  var text: String {
    var page = TroffText()
    let abstract = command["abstract"]?.stringValue ?? ""
    page.request(
      "TH", [name.uppercased(), "1", "", "recjob \(Program.version)", "recjob manual"])
    page.section("NAME")
    page.plain("\(name) - \(Self.withoutPoint(abstract))")
    page.section("SYNOPSIS")
    page.synopsis(words.joined(separator: " "), usage)
    let help = HelpText(command["discussion"]?.stringValue ?? "")
    page.section("DESCRIPTION")
    page.paragraph(abstract)
    for paragraph in help.paragraphs { page.paragraph(paragraph) }
    writeArguments(to: &page)
    writeCommands(to: &page)
    for section in help.sections where section.title != Self.statusTitle {
      page.section(section.title)
      page.example(section.lines)
    }
    page.section(Self.statusTitle)
    let own = help.sections.first { $0.title == Self.statusTitle }?.lines
    page.paragraph((own ?? exitStatus).joined(separator: " "))
    page.section("SEE ALSO")
    page.paragraph(others.filter { $0 != name }.map { "\($0)(1)" }.joined(separator: ", "))
    return page.text
  }

  static let statusTitle = "EXIT STATUS"

  // MARK: - Parts

  private var arguments: [JSONValue] {
    (command["arguments"]?.arrayValue ?? []).filter { $0["shouldDisplay"]?.boolValue != false }
  }

  private var commands: [JSONValue] { ManualPages.shown(of: command) }

  private var usage: String {
    if !commands.isEmpty { return "COMMAND [ARGUMENTS]" }
    // What every command understands need not be said of each.
    let own = arguments.filter { !["version", "help"].contains(Self.longName(of: $0)) }
    return own.map { argument in
      let form =
        Self.form(of: argument) + (argument["isRepeating"]?.boolValue == true ? " ..." : "")
      return argument["isOptional"]?.boolValue == true ? "[\(form)]" : form
    }.joined(separator: " ")
  }

  private func writeArguments(to page: inout TroffText) {
    for (title, kind) in [("ARGUMENTS", true), ("OPTIONS", false)] {
      let chosen = arguments.filter { ($0["kind"]?.stringValue == "positional") == kind }
      if chosen.isEmpty { continue }
      page.section(title)
      for argument in chosen {
        page.item(Self.forms(of: argument), Self.meaning(of: argument))
      }
    }
  }

  private func writeCommands(to page: inout TroffText) {
    if commands.isEmpty { return }
    page.section("COMMANDS")
    for command in commands {
      let name = command["commandName"]?.stringValue ?? ""
      page.item(
        "\(self.name)-\(name)(1)", command["abstract"]?.stringValue ?? "")
    }
  }

  private static func forms(of argument: JSONValue) -> String {
    let value = self.value(of: argument)
    guard argument["kind"]?.stringValue != "positional" else { return value }
    let names = (argument["names"]?.arrayValue ?? []).map(name)
    return names.joined(separator: ", ") + (value.isEmpty ? "" : " \(value)")
  }

  private static func form(of argument: JSONValue) -> String {
    let value = self.value(of: argument)
    guard argument["kind"]?.stringValue != "positional" else { return value }
    let preferred = argument["preferredName"].map(name) ?? ""
    return preferred + (value.isEmpty ? "" : " \(value)")
  }

  private static func value(of argument: JSONValue) -> String {
    argument["kind"]?.stringValue == "flag"
      ? "" : "<\(argument["valueName"]?.stringValue ?? "value")>"
  }

  private static func name(_ name: JSONValue) -> String {
    (name["kind"]?.stringValue == "short" ? "-" : "--") + (name["name"]?.stringValue ?? "")
  }

  private static func meaning(of argument: JSONValue) -> String {
    var text = argument["abstract"]?.stringValue ?? ""
    let values = (argument["allValueStrings"] ?? argument["allValues"])?.arrayValue ?? []
    if !values.isEmpty {
      text += " (values: \(values.compactMap(\.stringValue).joined(separator: ", ")))"
    }
    if let value = argument["defaultValue"]?.stringValue, argument["kind"] != "flag" {
      text += " (default: \(value))"
    }
    return text
  }

  private static func longName(of argument: JSONValue) -> String {
    argument["preferredName"]?["name"]?.stringValue ?? ""
  }

  private static func withoutPoint(_ text: String) -> String {
    text.hasSuffix(".") ? String(text.dropLast()) : text
  }
}

/// A help text taken apart: paragraphs, then sections below titles in capitals.
struct HelpText {
  /// What stands below a title.
  struct Section {
    let title: String
    /// Its lines, without the indentation that all have.
    var lines: [String] = []
  }

  private(set) var paragraphs: [String] = []
  private(set) var sections: [Section] = []

  init(_ text: String) {
    var paragraph: [Substring] = []
    func isTitle(_ line: Substring) -> Bool {
      !line.isEmpty && line.allSatisfy { $0.isUppercase || $0 == " " } && line.first != " "
    }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if isTitle(line) {
        sections.append(Section(title: String(line)))
      } else if !sections.isEmpty {
        let indented = line.hasPrefix("  ") ? line.dropFirst(2) : line
        if !indented.isEmpty { sections[sections.count - 1].lines.append(String(indented)) }
      } else if line.isEmpty {
        if !paragraph.isEmpty { paragraphs.append(paragraph.joined(separator: " ")) }
        paragraph = []
      } else {
        paragraph.append(line)
      }
    }
    if !paragraph.isEmpty { paragraphs.append(paragraph.joined(separator: " ")) }
  }
}
