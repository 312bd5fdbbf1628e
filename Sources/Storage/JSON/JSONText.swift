extension JSONValue {
  /// Returns the value on one line, members in their order, numbers without exponents.
  public func text() -> String {
    var text = ""
    append(to: &text, separator: ",", colon: ":")
    return text
  }

  /// Returns the value for people: indented by two spaces, short lists on one line, and a final
  /// newline.
  public func prettyText() -> String {
    var text = ""
    appendPretty(to: &text, indentation: "")
    return text + "\n"
  }

  private func append(to text: inout String, separator: String, colon: String) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .number(let number): text += number.text
    case .string(let string): text.appendJSONString(string)
    case .array(let elements):
      text += "["
      for (position, element) in elements.enumerated() {
        if position > 0 { text += separator }
        element.append(to: &text, separator: separator, colon: colon)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (position, member) in members.enumerated() {
        if position > 0 { text += separator }
        text.appendJSONString(member.key)
        text += colon
        member.value.append(to: &text, separator: separator, colon: colon)
      }
      text += "}"
    }
  }

  private func appendPretty(to text: inout String, indentation: String) {
    switch self {
    case .array(let elements) where !elements.isEmpty:
      if let line = shortLine(of: elements) {
        text += line
        return
      }
      text += "[\n"
      for (position, element) in elements.enumerated() {
        if position > 0 { text += ",\n" }
        text += indentation + "  "
        element.appendPretty(to: &text, indentation: indentation + "  ")
      }
      text += "\n\(indentation)]"
    case .object(let members) where !members.isEmpty:
      text += "{\n"
      for (position, member) in members.enumerated() {
        if position > 0 { text += ",\n" }
        text += indentation + "  "
        text.appendJSONString(member.key)
        text += ": "
        member.value.appendPretty(to: &text, indentation: indentation + "  ")
      }
      text += "\n\(indentation)}"
    default:
      append(to: &text, separator: ", ", colon: ": ")
    }
  }

  /// A list of plain values on one line of at most 80 bytes, or `nil`.
  private func shortLine(of elements: [JSONValue]) -> String? {
    for element in elements {
      switch element {
      case .array, .object: return nil
      case .null, .bool, .number, .string: continue
      }
    }
    var line = ""
    append(to: &line, separator: ", ", colon: ": ")
    return line.utf8.count <= 80 ? line : nil
  }
}

extension String {
  /// Appends a text in quotes, escaping only what JSON and RFC 8785 ask for.
  mutating func appendJSONString(_ string: String) {
    append("\"")
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": append("\\\"")
      case "\\": append("\\\\")
      case "\u{8}": append("\\b")
      case "\u{C}": append("\\f")
      case "\n": append("\\n")
      case "\r": append("\\r")
      case "\t": append("\\t")
      case "\u{0}"..<"\u{20}":
        let digits = String(scalar.value, radix: 16)
        append("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
      default: unicodeScalars.append(scalar)
      }
    }
    append("\"")
  }
}
