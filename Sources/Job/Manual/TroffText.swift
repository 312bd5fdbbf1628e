/// A text in the language of manual pages, man(7).
struct TroffText {
  private(set) var text = ""

  /// A request with arguments in quotes.
  mutating func request(_ name: String, _ arguments: [String] = []) {
    let quoted = arguments.map { "\"\(Self.escaped($0))\"" }
    text += ([".\(name)"] + quoted).joined(separator: " ") + "\n"
  }

  /// A heading.
  mutating func section(_ title: String) { request("SH", [title]) }

  /// A paragraph that is filled.
  mutating func paragraph(_ content: String) {
    request("PP")
    line(Self.escaped(content))
  }

  /// Text below a heading.
  mutating func plain(_ content: String) { line(Self.escaped(content)) }

  /// How a command is called: its words in bold, then what follows.
  mutating func synopsis(_ words: String, _ usage: String) {
    line("\\fB\(Self.escaped(words))\\fR \(Self.escaped(usage))")
  }

  /// A term and what it means.
  mutating func item(_ term: String, _ meaning: String) {
    request("TP")
    line("\\fB\(Self.escaped(term))\\fR")
    line(Self.escaped(meaning))
  }

  /// Lines that stay as they are.
  mutating func example(_ lines: [String]) {
    request("PP")
    request("nf")
    for example in lines { line(Self.escaped(example)) }
    request("fi")
  }

  private mutating func line(_ content: String) {
    // What begins as a request does would be taken for one.
    text += (content.hasPrefix(".") || content.hasPrefix("'") ? "\\&" : "") + content + "\n"
  }

  /// Text with what means something to troff, and what no ASCII terminal shows, in escapes.
  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text {
      switch character {
      case "\\": escaped += "\\e"
      case "-": escaped += "\\-"
      case "\"": escaped += "\\(dq"
      case "'": escaped += "\\(aq"
      case "`": escaped += "\\(ga"
      case "·": escaped += "\\(bu"
      case "–": escaped += "\\(en"
      case "…": escaped += "..."
      case "’": escaped += "\\(cq"
      default: escaped.append(character)
      }
    }
    return escaped
  }
}
