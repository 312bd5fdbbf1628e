import Foundation
public import Logging
import Storage

/// What systemd's journal wants to see before a line, where standard error leads there.
public enum JournalStream {
  /// Whether standard error is the journal's: `$JOURNAL_STREAM` has its device and inode.
  ///
  /// A child that has its standard error elsewhere inherits the variable, and must not believe it.
  public static let isStandardError = matches(
    ProcessInfo.processInfo.environment["JOURNAL_STREAM"], descriptor: STDERR_FILENO)

  static func matches(_ stream: String?, descriptor: Int32) -> Bool {
    stream != nil && stream == FileSystem.identity(ofDescriptor: descriptor)
  }

  /// The priority of a level as sd-daemon(3) writes it before a line; the journal takes it off.
  public static func prefix(_ level: Logger.Level) -> String {
    switch level {
    case .trace, .debug: "<7>"
    case .info: "<6>"
    case .notice: "<5>"
    case .warning: "<4>"
    case .error: "<3>"
    case .critical: "<2>"
    }
  }
}
