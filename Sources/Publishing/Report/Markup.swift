/// A piece of HTML or SVG.
///
/// Texts are escaped where they enter, so what stands in a piece is always markup, whatever titles and
/// ids the data has. Literals and interpolations are texts too: only ``element(_:_:_:)`` makes tags.
public struct Markup: Sendable, Equatable {
  /// The markup.
  public private(set) var text: String

  private init(markup: String) {
    text = markup
  }

  /// Nothing.
  public static let empty = Markup(markup: "")

  /// A text, escaped.
  public init(_ text: String) {
    self.text = Self.escaped(text)
  }

  /// A text that comes from the data: its direction is its own and does not turn what is around it.
  public static func isolated(_ text: String) -> Markup {
    element("bdi", [:], [Markup(text)])
  }

  /// An element with its children.
  ///
  /// - Precondition: The names of the element and of the attributes are no data; values may be.
  public static func element(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ children: [Markup] = []
  ) -> Markup {
    var markup = "<\(name)"
    for (key, value) in attributes { markup += " \(key)=\"\(escaped(value))\"" }
    if children.isEmpty, voidNames.contains(name) { return Markup(markup: markup + ">") }
    if children.isEmpty, shapeNames.contains(name) { return Markup(markup: markup + "/>") }
    markup += ">"
    for child in children { markup += child.text }
    return Markup(markup: markup + "</\(name)>" + (blockNames.contains(name) ? "\n" : ""))
  }

  /// An element that holds a text.
  public static func element(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ text: Markup
  ) -> Markup {
    element(name, attributes, [text])
  }

  /// The style sheet of a page, which is ours and is not escaped.
  ///
  /// - Precondition: It has no `<`.
  static func styleSheet(_ css: String) -> Markup {
    precondition(!css.contains("<"), "a style sheet that could end its element")
    return Markup(markup: "<style>\n\(css)</style>\n")
  }

  /// What every HTML file begins with.
  static let documentType = Markup(markup: "<!DOCTYPE html>\n")

  /// One piece after the other.
  public static func + (first: Markup, second: Markup) -> Markup {
    Markup(markup: first.text + second.text)
  }

  /// Pieces in a row.
  public static func joined(_ pieces: [Markup], separator: Markup = .empty) -> Markup {
    Markup(markup: pieces.map(\.text).joined(separator: separator.text))
  }

  /// Elements without content or end tag.
  private static let voidNames: Set<String> = ["br", "col", "link", "meta"]
  /// The SVG elements that are closed in themselves where they are empty.
  private static let shapeNames: Set<String> = ["circle", "line", "path", "polyline", "rect"]
  /// The elements after which a line ends, so that a page can be read and compared by lines.
  private static let blockNames: Set<String> = [
    "body", "caption", "dd", "div", "dl", "dt", "figcaption", "figure", "footer", "h1", "h2", "h3",
    "head", "header", "html", "li", "main", "nav", "ol", "p", "section", "svg", "table", "tbody",
    "thead", "title", "tr", "ul",
  ]

  /// A text in which nothing is markup, between tags and between quotes.
  ///
  /// What an HTML file may not have, control characters above all, becomes a replacement character.
  private static func escaped(_ text: String) -> String {
    var escaped = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
      case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
      case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
      case "\"": escaped.append(contentsOf: "&quot;".unicodeScalars)
      case "'": escaped.append(contentsOf: "&#39;".unicodeScalars)
      case "\t", "\n": escaped.append(scalar)
      default: escaped.append(isAllowed(scalar) ? scalar : "\u{FFFD}")
      }
    }
    return String(escaped)
  }

  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0xFDD0...0xFDEF: false
    case let value: value & 0xFFFE != 0xFFFE
    }
  }
}

extension Markup: ExpressibleByStringInterpolation {
  /// Creates an escaped text.
  public init(stringLiteral value: String) {
    self.init(value)
  }
}
