/// What is wrong with a page: a strict reader of the HTML that we write.
public struct PageCheck {
  /// What was found, in the order of the page.
  public private(set) var problems: [String] = []
  /// The levels of the headings.
  public private(set) var headings: [Int] = []
  /// The page without its tags and its style sheet.
  public private(set) var text = ""

  private static let voidNames: Set<String> = ["br", "col", "link", "meta"]
  private static let shapes: Set<String> = ["circle", "line", "path", "polyline", "rect"]

  private struct Element {
    let name: String
    let attributes: [String: String]
    var children: [String] = []
  }

  private var rest: Substring
  private var open: [Element] = []
  private var identifiers: Set<String> = []
  private var references: [String] = []

  /// Reads a page.
  public init(_ page: String) {
    rest = page[...]
    if page.utf8.count > 500_000 { problems.append("the page has \(page.utf8.count) bytes") }
    let start = "<!DOCTYPE html>\n<html lang=\"en\">"
    if page.hasPrefix(start) { rest.removeFirst(16) } else { problems.append("no \(start)") }
    while let next = rest.first {
      if next == "<" { readTag() } else { readText() }
    }
    for element in open { problems.append("<\(element.name)> is not closed") }
    for name in references where !identifiers.contains(name) {
      problems.append("nothing is named \(name)")
    }
    if headings.count(where: { $0 == 1 }) != 1 { problems.append("not one h1: \(headings)") }
    for (before, level) in zip(headings, headings.dropFirst()) where level > before + 1 {
      problems.append("h\(level) after h\(before)")
    }
  }

  private mutating func readText() {
    let end = rest.firstIndex(of: "<") ?? rest.endIndex
    check(rest[..<end])
    text += rest[..<end]
    rest = rest[end...]
  }

  /// A text may have no sign that is markup, and no control characters.
  private mutating func check(_ part: Substring) {
    for piece in part.split(separator: "&", omittingEmptySubsequences: false).dropFirst() {
      let known = ["amp;", "lt;", "gt;", "quot;", "#39;"]
      if !known.contains(where: { piece.hasPrefix($0) }) { problems.append("a bare & in \(part)") }
    }
    if part.contains(">") { problems.append("a bare > in \(part)") }
    if part.unicodeScalars.contains(where: { $0.value < 32 && $0 != "\n" && $0 != "\t" }) {
      problems.append("a control character in \(part)")
    }
  }

  private mutating func readTag() {
    guard let end = rest.firstIndex(of: ">") else {
      problems.append("a tag does not end")
      rest = ""
      return
    }
    var tag = rest[rest.index(after: rest.startIndex)..<end]
    rest = rest[rest.index(after: end)...]
    if tag.hasPrefix("/") { return close(String(tag.dropFirst())) }
    let closesItself = tag.hasSuffix("/")
    if closesItself { tag.removeLast() }
    let name = String(tag.prefix { $0 != " " })
    let attributes = attributes(tag.dropFirst(name.count))
    let element = Element(name: name, attributes: attributes)
    if !open.isEmpty { open[open.count - 1].children.append(name) }
    inspect(element)
    if closesItself {
      if !Self.shapes.contains(name) { problems.append("<\(name)/> closes itself") }
    } else if name == "style" {
      let end = rest.firstRange(of: "</style>")?.lowerBound ?? rest.endIndex
      if rest[..<end].contains("url(") || rest[..<end].contains("@import") {
        problems.append("the style sheet fetches something")
      }
      rest = rest[end...].dropFirst("</style>".count)
    } else if !Self.voidNames.contains(name) {
      open.append(element)
    }
  }

  private mutating func attributes(_ text: Substring) -> [String: String] {
    var (text, found) = (text, [String: String]())
    while text.first == " " {
      text.removeFirst()
      guard let match = text.prefixMatch(of: /([a-zA-Z][a-zA-Z0-9-]*)="([^"<>]*)"/) else {
        problems.append("attributes that cannot be read: \(text)")
        return found
      }
      let (name, value) = (String(match.1), String(match.2))
      if found.updateValue(value, forKey: name) != nil { problems.append("\(name) twice") }
      check(match.2)
      text = text[match.range.upperBound...]
    }
    if !text.isEmpty { problems.append("attributes that cannot be read: \(text)") }
    return found
  }

  private mutating func inspect(_ element: Element) {
    let attributes = element.attributes
    if ["script", "img", "iframe", "object", "embed", "form", "base"].contains(element.name) {
      problems.append("a <\(element.name)>")
    }
    for (name, value) in attributes {
      if name.hasPrefix("on") || name == "src" || name == "style" {
        problems.append("an attribute \(name)")
      }
      if name == "href", value != "data:," {
        if value.hasPrefix("#") {
          references.append(String(value.dropFirst()))
        } else {
          problems.append("a link to \(value)")
        }
      }
      if name == "aria-labelledby" { references += value.split(separator: " ").map(String.init) }
      if name == "id", !identifiers.insert(value).inserted { problems.append("two named \(value)") }
    }
    if let level = element.name.wholeMatch(of: /h([1-6])/).flatMap({ Int($0.1) }) {
      headings.append(level)
    }
    if element.name == "th", attributes["scope"] == nil { problems.append("a <th> without scope") }
    if attributes["tabindex"] != nil,
      attributes["role"] == nil || attributes["aria-label"]?.isEmpty != false
    {
      problems.append("a focusable <\(element.name)> without role and name")
    }
    if element.name == "svg", attributes["role"] != "img", attributes["aria-hidden"] != "true" {
      problems.append("an <svg> that is nothing to a screen reader")
    }
  }

  private mutating func close(_ name: String) {
    guard let element = open.popLast(), element.name == name else {
      problems.append("</\(name)> closes nothing")
      return
    }
    if name == "table", element.children.first != "caption" {
      problems.append("a table without a caption")
    }
    if name == "svg", element.attributes["role"] == "img",
      element.children.prefix(2) != ["title", "desc"]
    {
      problems.append("a picture without title and description")
    }
  }
}
