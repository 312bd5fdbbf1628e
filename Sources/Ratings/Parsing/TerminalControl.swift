extension Unicode.Scalar {
  /// Whether a terminal would do something other than show the character: move the cursor, change
  /// colours, end the line, or turn the direction of what stands around it.
  public var isTerminalControl: Bool {
    switch value {
    case 0..<0x20, 0x7F...0x9F, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
