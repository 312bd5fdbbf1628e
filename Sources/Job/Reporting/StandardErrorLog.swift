import Foundation
public import Logging
import Storage

/// How messages are written to standard error.
public enum LogFormat: String, CaseIterable, Sendable {
  /// A line for people: time, level, message, then the details as `key=value`.
  case text
  /// A JSON object on each line.
  case json
}

/// Writes one line for each message to standard error.
public struct StandardErrorLog: LogHandler {
  /// The least level that is written.
  public var logLevel: Logger.Level
  /// What is added to every message.
  public var metadata: Logger.Metadata = [:]
  private let format: LogFormat

  /// Creates a log.
  public init(format: LogFormat, logLevel: Logger.Level) {
    self.format = format
    self.logLevel = logLevel
  }

  /// One entry of ``metadata``.
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Writes a message.
  public func log(event: LogEvent) {
    let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }
      .sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
    let time = Machine.timeText(Date())
    let line =
      switch format {
      case .text:
        ([time, event.level.rawValue, "\(event.message)"]
          + fields.map { "\($0.0)=\(Self.quoted($0.1))" }).joined(separator: " ")
      case .json:
        JSONValue.object(
          ([("time", time), ("level", event.level.rawValue), ("message", "\(event.message)")]
            + fields).map { JSONMember(key: $0.0, value: .string($0.1)) }
        ).text()
      }
    // A log that cannot be written is no reason to end the run.
    try? FileHandle.standardError.write(contentsOf: Data("\(line)\n".utf8))
  }

  private static func quoted(_ text: String) -> String {
    text.isEmpty || text.contains { $0.isWhitespace || $0 == "\"" || $0 == "=" }
      ? JSONValue.string(text).text() : text
  }
}
