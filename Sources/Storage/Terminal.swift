import Glibc

/// What can be asked of a file descriptor that may be a terminal.
public enum Terminal {
  /// Whether the descriptor leads to a terminal.
  public static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// The columns of the terminal, or `nil` where it is none or does not say.
  public static func columns(_ descriptor: Int32) -> Int? {
    var size = winsize()
    // Safety: the structure is lent for the call, which fills it.
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return nil
    }
    return Int(size.ws_col)
  }
}
