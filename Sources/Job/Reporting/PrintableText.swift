import Ratings

extension String {
  /// A text of the data as a terminal may show it on one line: whatever a terminal would obey becomes a
  /// replacement character.
  public var printable: String { replacingControls { $0.isTerminalControl } }

  /// A text of several lines as a terminal may show it; its ends of lines and tabs stay.
  public var printableLines: String {
    replacingControls { $0.isTerminalControl && $0 != "\n" && $0 != "\t" }
  }

  private func replacingControls(_ isControl: (Unicode.Scalar) -> Bool) -> String {
    guard unicodeScalars.contains(where: isControl) else { return self }
    return String(String.UnicodeScalarView(unicodeScalars.map { isControl($0) ? "\u{FFFD}" : $0 }))
  }
}
