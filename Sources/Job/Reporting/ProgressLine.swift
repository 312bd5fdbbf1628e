import Foundation

/// One line on standard error that says how far something is; silent unless it is a terminal.
public struct ProgressLine: Sendable {
  private let isShown: Bool
  private let write: @Sendable (String) -> Void

  /// Creates the line of standard error, which stays empty if it is not to be shown.
  public init(isShown: Bool = true) {
    self.init(isShown: isShown && isatty(STDERR_FILENO) == 1) {
      try? FileHandle.standardError.write(contentsOf: Data($0.utf8))
    }
  }

  init(isShown: Bool, write: @escaping @Sendable (String) -> Void) {
    self.isShown = isShown
    self.write = write
  }

  /// Puts a text in the place of the last one.
  public func show(_ text: String) {
    put("\r\u{1B}[K" + text)
  }

  /// Removes the line.
  public func clear() {
    put("\r\u{1B}[K")
  }

  private func put(_ text: String) {
    if isShown { write(text) }
  }
}
