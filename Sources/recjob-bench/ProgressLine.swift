import Foundation

/// One line on standard error that says how far a measurement is; silent unless it is a terminal.
struct ProgressLine: Sendable {
  private let isTerminal = isatty(STDERR_FILENO) == 1

  /// Puts a text in the place of the last one.
  func show(_ text: String) {
    write("\r\u{1B}[K" + text)
  }

  /// Removes the line.
  func clear() {
    write("\r\u{1B}[K")
  }

  private func write(_ text: String) {
    guard isTerminal else { return }
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }
}
