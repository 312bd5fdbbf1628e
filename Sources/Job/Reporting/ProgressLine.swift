import Foundation
import Storage
import Synchronization

/// One line on standard error that says how far something is; silent unless it is a terminal.
///
/// It gives way to whatever else is written there: see ``makingRoom(_:)``.
public final class ProgressLine: Sendable {
  /// Whether anybody sees it.
  public let isShown: Bool
  private let columns: @Sendable () -> Int?
  private let write: @Sendable (String) -> Void
  private let shown = Mutex("")

  /// Creates the line of standard error, which stays empty if it is not to be shown, if that is no
  /// terminal, or one that can only append (`TERM=dumb`).
  public convenience init(isShown: Bool = true) {
    self.init(
      isShown: isShown && Terminal.isTerminal(STDERR_FILENO)
        && TerminalStyle.canMove(ProcessInfo.processInfo.environment),
      columns: { Terminal.columns(STDERR_FILENO) }
    ) {
      try? FileHandle.standardError.write(contentsOf: Data($0.utf8))
    }
  }

  init(
    isShown: Bool, columns: @escaping @Sendable () -> Int? = { nil },
    write: @escaping @Sendable (String) -> Void
  ) {
    self.isShown = isShown
    self.columns = columns
    self.write = write
  }

  /// Puts a text in the place of the last one; what the terminal has no room for is cut off.
  public func show(_ text: String) {
    guard isShown else { return }
    // A line that is as wide as the terminal would wrap, and the next could not take its place.
    let text = text.printable
    let fitting = columns().map { String(text.prefix(max($0 - 1, 1))) } ?? text
    shown.withLock { shown in
      shown = fitting
      write("\r\u{1B}[K" + fitting)
    }
  }

  /// Removes the line.
  public func clear() {
    guard isShown else { return }
    shown.withLock { shown in
      shown = ""
      write("\r\u{1B}[K")
    }
  }

  /// Does something that writes whole lines to the same place, and puts the text below them.
  public func makingRoom(_ body: () -> Void) {
    guard isShown else { return body() }
    shown.withLock { shown in
      if shown.isEmpty { return body() }
      write("\r\u{1B}[K")
      body()
      write(shown)
    }
  }
}
