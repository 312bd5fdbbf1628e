extension JSONValue {
  /// Returns the one form that RFC 8785 gives to equal values, for hashing: no space, keys in the
  /// order of their UTF-16 units, numbers as ECMAScript prints doubles.
  ///
  /// - Precondition: No object repeats a key.
  public func canonicalText() -> String {
    var text = ""
    appendCanonical(to: &text)
    return text
  }

  private func appendCanonical(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .number(let number): text += number.canonicalText
    case .string(let string): text.appendJSONString(string)
    case .array(let elements):
      text += "["
      for (position, element) in elements.enumerated() {
        if position > 0 { text += "," }
        element.appendCanonical(to: &text)
      }
      text += "]"
    case .object(let members):
      let sorted = members.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }
      text += "{"
      for (position, member) in sorted.enumerated() {
        if position > 0 {
          let previous = sorted[position - 1].key
          precondition(
            previous.utf16.lexicographicallyPrecedes(member.key.utf16), "an object repeats a key")
          text += ","
        }
        text.appendJSONString(member.key)
        text += ":"
        member.value.appendCanonical(to: &text)
      }
      text += "}"
    }
  }
}
