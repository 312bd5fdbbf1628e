/// A page: one file that needs no other, no script and no network.
public struct HTMLDocument: Sendable {
  /// A part of a page with a heading of its own.
  public struct Section: Sendable {
    let identifier: String
    let title: String
    let content: Markup

    /// Names a part; the identifier is what links lead to.
    public init(_ identifier: String, _ title: String, _ content: [Markup]) {
      self.identifier = identifier
      self.title = title
      self.content = .joined(content)
    }
  }

  private let title: String
  private let lead: [Markup]
  private let sections: [Section]
  private let footer: Markup

  /// Puts a page together: a heading, what stands before the parts, the parts, and the last line.
  public init(_ title: String, lead: [Markup], sections: [Section], footer: Markup) {
    self.title = title
    self.lead = lead
    self.sections = sections
    self.footer = footer
  }

  /// The text of the file.
  public var text: String {
    let head: [Markup] = [
      .element("meta", ["charset": "utf-8"]),
      .element(
        "meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
      .element("meta", ["name": "color-scheme", "content": "light dark"]),
      // Whatever a title may try, nothing is run and nothing is fetched.
      .element(
        "meta",
        [
          "http-equiv": "Content-Security-Policy",
          "content": "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
        ]),
      .element("title", [:], Markup(title)),
      .element("link", ["rel": "icon", "href": "data:,"]),
      .styleSheet(ReportStyle.css),
    ]
    let contents = Markup.element(
      "nav", ["aria-label": "Sections"],
      [
        .element(
          "ul", [:],
          sections.map {
            .element(
              "li", [:], [.element("a", ["href": "#\($0.identifier)"], Markup($0.title))])
          })
      ])
    let body: [Markup] =
      [.element("header", [:], [.element("h1", [:], .isolated(title))] + lead), contents]
      + [
        .element(
          "main", [:],
          sections.map {
            .element(
              "section", ["id": $0.identifier, "aria-labelledby": "\($0.identifier)-heading"],
              [
                .element("h2", ["id": "\($0.identifier)-heading"], Markup($0.title)), $0.content,
              ])
          }),
        .element("footer", [:], [.element("p", [:], footer)]),
      ]
    return
      (Markup.documentType
      + .element(
        "html", ["lang": "en"],
        [.element("head", [:], head), .element("body", [:], body)])).text
  }

  /// A heading within a part.
  public static func heading(_ text: String) -> Markup { .element("h3", [:], Markup(text)) }

  /// A paragraph.
  public static func paragraph(_ pieces: Markup...) -> Markup { .element("p", [:], pieces) }

  /// A remark in smaller type.
  public static func note(_ pieces: Markup...) -> Markup {
    .element("p", ["class": "note"], pieces)
  }

  /// Pictures side by side where there is room.
  public static func row(_ figures: [Markup]) -> Markup {
    figures.isEmpty ? .empty : .element("div", ["class": "row"], figures)
  }

  /// Tables and pictures of their own widths, beside one another where there is room.
  public static func beside(_ pieces: [Markup]) -> Markup {
    pieces.isEmpty ? .empty : .element("div", ["class": "beside"], pieces)
  }

  /// Numbers with their names.
  public static func facts(_ facts: [(name: String, value: Markup)]) -> Markup {
    .element(
      "ul", ["class": "facts"],
      facts.map { fact in
        .element(
          "li", [:],
          [
            .element("span", ["class": "name"], Markup(fact.name)), " ",
            .element("span", ["class": "value"], [fact.value]),
          ])
      })
  }

  /// Commands and texts in a fixed pitch, line by line, with a name for those who do not see them.
  public static func code(_ name: String, _ lines: [String]) -> Markup {
    HTMLTable.scrolling(
      name,
      .element("pre", [:], [.element("code", [:], Markup(lines.joined(separator: "\n")))]))
  }
}
