/// Finds what a spreadsheet would compute in a text, and makes a text of it.
///
/// A spreadsheet computes a cell that begins with `=`, `+`, `-` or `@`, also in their full-width forms,
/// and some drop a tab or a line end that stands before. Where the list separator is `;`, and when text is
/// pasted, a cell begins after each semicolon, tab and line end as well, whatever quotes there are.
/// Spaces and quotes before the sign are taken for nothing.
enum FormulaGuard {
  private static let signs: Set<Unicode.Scalar> = [
    "=", "+", "-", "@", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}",
  ]
  private static let cellEnds: Set<Unicode.Scalar> = [";", "\t", "\n", "\r"]
  private static let passedOver: Set<Unicode.Scalar> = [" ", "\""]
  private static let leading: Set<Unicode.Scalar> = ["\t", "\n", "\r"]

  /// Whether a spreadsheet would compute something in the text.
  static func finds(in text: String) -> Bool {
    !places(in: text.unicodeScalars).isEmpty
  }

  /// The text with an apostrophe before everything that would be computed.
  static func escaping(_ text: String) -> String {
    let scalars = text.unicodeScalars
    var escaped = String.UnicodeScalarView()
    var start = scalars.startIndex
    for place in places(in: scalars) {
      escaped.append(contentsOf: scalars[start..<place])
      escaped.append("'")
      start = place
    }
    escaped.append(contentsOf: scalars[start...])
    return String(escaped)
  }

  /// Where a cell with something to compute begins.
  private static func places(
    in scalars: String.UnicodeScalarView
  ) -> [String.UnicodeScalarView.Index] {
    var places: [String.UnicodeScalarView.Index] = []
    // The begin of the cell as long as it has had nothing but what is passed over.
    var begin: String.UnicodeScalarView.Index? = scalars.startIndex
    for index in scalars.indices {
      let scalar = scalars[index]
      if index == scalars.startIndex, leading.contains(scalar) { places.append(index) }
      if cellEnds.contains(scalar) {
        begin = scalars.index(after: index)
      } else if signs.contains(scalar), let place = begin {
        places.append(place)
        begin = nil
      } else if !passedOver.contains(scalar) {
        begin = nil
      }
    }
    return places
  }
}
