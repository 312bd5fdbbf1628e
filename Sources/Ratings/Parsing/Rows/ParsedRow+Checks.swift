extension ParsedRow {
  /// Checks that a field can be the id of a user or an item.
  func requireID(_ field: Int, of entity: String) throws(RowFault) {
    if fields[field].content.isEmpty {
      throw RowFault(
        reason: .emptyID, position: fields[field].start, text: "the \(entity) has no id")
    }
    if isPlain(field) { return }
    _ = try requireText(field, of: "id of the \(entity)")
  }

  /// Returns the text of a field.
  func requireText(_ field: Int, of name: String) throws(RowFault) -> String {
    if let text = text(field) { return text }
    throw RowFault(
      reason: .invalidText, position: fields[field].start, text: "the \(name) is not UTF-8 text")
  }

  /// Returns a field in quotes for a message: cut where it is long, and without what could upset
  /// a terminal.
  func excerpt(_ field: Int) -> String {
    let content = bytes[fields[field].content]
    let text = String(decoding: content.prefix(40), as: UTF8.self)
    let shown = text.unicodeScalars.map { scalar in
      scalar.isTerminalControl ? scalar.escaped(asASCII: true) : String(scalar)
    }
    return "\"\(shown.joined())\(content.count > 40 ? "…" : "")\""
  }
}
