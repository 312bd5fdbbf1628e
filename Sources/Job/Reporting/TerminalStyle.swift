import Foundation
import Storage

/// The colours of an output: none where nobody can see them or nobody wants them.
public struct TerminalStyle: Sendable {
  /// A colour by its meaning.
  public enum Tone: Sendable {
    /// All is well.
    case good
    /// A person should look.
    case warning
    /// Something failed.
    case bad
    /// Less important than the rest.
    case faint

    fileprivate var code: String {
      switch self {
      case .good: "32"
      case .warning: "33"
      case .bad: "1;31"
      case .faint: "2"
      }
    }
  }

  /// Whether texts are coloured.
  public let isColoured: Bool

  /// Texts as they are.
  public static let plain = TerminalStyle(isColoured: false)
  /// The style of standard output.
  public static let standardOutput = TerminalStyle(descriptor: STDOUT_FILENO)
  /// The style of standard error.
  public static let standardError = TerminalStyle(descriptor: STDERR_FILENO)

  init(isColoured: Bool) {
    self.isColoured = isColoured
  }

  private init(descriptor: Int32) {
    self.init(
      isTerminal: Terminal.isTerminal(descriptor),
      environment: ProcessInfo.processInfo.environment)
  }

  /// Decides by the environment: `NO_COLOR` forbids colours, `CLICOLOR_FORCE` wants them even where
  /// there is no terminal; otherwise a terminal gets them unless it is `dumb` or `CLICOLOR` is 0.
  init(isTerminal: Bool, environment: [String: String]) {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    if value("NO_COLOR") != nil {
      isColoured = false
    } else if let force = value("CLICOLOR_FORCE"), force != "0" {
      isColoured = true
    } else {
      isColoured =
        isTerminal && Self.canMove(environment) && value("CLICOLOR") != "0"
    }
  }

  /// Whether a terminal understands more than text, as the environment says.
  static func canMove(_ environment: [String: String]) -> Bool {
    environment["TERM"].map { !$0.isEmpty && $0 != "dumb" } ?? false
  }

  /// A text in a colour, or as it is.
  public func text(_ text: String, _ tone: Tone) -> String {
    isColoured ? "\u{1B}[\(tone.code)m\(text)\u{1B}[0m" : text
  }
}
