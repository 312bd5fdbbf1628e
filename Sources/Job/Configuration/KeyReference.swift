import Storage

/// The table of all keys of a job file, as the documentation shows it.
public enum KeyReference {
  /// A key with what there is to know about it.
  struct Row: Sendable, Equatable {
    /// The key; `*` stands for the position in an array.
    var pointer: JSONPointer
    /// The type in words.
    var type: String
    /// The accepted values in words.
    var range: String
    /// The default, or that there is none.
    var `default`: String
    /// What the key means.
    var meaning: String

    /// The row of the same key inside an outer one.
    func moved(below token: String) -> Row {
      var row = self
      row.pointer.tokens.insert(token, at: 0)
      return row
    }
  }

  /// The table in Markdown, with a final newline.
  public static func markdown() -> String {
    let rows = JobSchema.rows.map { row in
      let cells = ["`\(row.pointer)`", row.type, row.range, row.default, row.meaning]
      // A bar would begin the next cell.
      let escaped = cells.map { $0.replacing("|", with: #"\|"#) }
      return "| " + escaped.joined(separator: " | ") + " |\n"
    }
    return "| key | type | values | default | meaning |\n|---|---|---|---|---|\n" + rows.joined()
  }
}
