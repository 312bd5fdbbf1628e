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

/// Writes one line for each message to standard error, and keeps the last ones.
///
/// Where standard error is systemd's journal, each line begins with its priority, and those for people
/// have no time, which the journal has itself.
public struct StandardErrorLog: LogHandler {
  /// The least level that is written or kept.
  public var logLevel: Logger.Level
  /// What is added to every message.
  public var metadata: Logger.Metadata = [:]
  private let format: LogFormat
  private let writtenLevel: Logger.Level
  private let tail: LogTail?
  private let isJournal: Bool
  private let progress: ProgressLine?
  private let style: TerminalStyle

  /// Creates a log that writes messages from a level on, and keeps those from `info` on in a tail.
  ///
  /// A progress line that is shown at the same time makes room for each message.
  public init(
    format: LogFormat, logLevel: Logger.Level, tail: LogTail? = nil, progress: ProgressLine? = nil
  ) {
    self.init(
      format: format, logLevel: logLevel, tail: tail, isJournal: JournalStream.isStandardError,
      progress: progress, style: format == .text ? .standardError : .plain)
  }

  init(
    format: LogFormat, logLevel: Logger.Level, tail: LogTail?, isJournal: Bool,
    progress: ProgressLine? = nil, style: TerminalStyle = .plain
  ) {
    self.format = format
    self.tail = tail
    self.isJournal = isJournal
    self.progress = progress
    self.style = style
    writtenLevel = logLevel
    self.logLevel = tail == nil ? logLevel : min(logLevel, .info)
  }

  /// One entry of ``metadata``.
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Writes a message, keeps it, or both.
  public func log(event: LogEvent) {
    let time = Machine.timeText(Date())
    tail?.append(line(event, time: time))
    guard event.level >= writtenLevel else { return }
    let line =
      isJournal
      ? JournalStream.prefix(event.level)
        + line(event, time: format == .text ? nil : time, style: style)
      : line(event, time: time, style: style)
    let write = {
      // A log that cannot be written is no reason to end the run.
      _ = try? FileHandle.standardError.write(contentsOf: Data("\(line)\n".utf8))
    }
    progress?.makingRoom(write) ?? write()
  }

  /// The line of a message.
  func line(_ event: LogEvent, time: String?, style: TerminalStyle = .plain) -> String {
    let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }
      .sorted { $0.key < $1.key }
    switch format {
    case .text:
      let level = event.level.tone.map { style.text(event.level.rawValue, $0) }
      let message = "\(event.message)".printableLines
      let words = [time, level ?? event.level.rawValue, message].compactMap(\.self)
      return (words + fields.map { "\($0.key)=\(Self.quoted("\($0.value)"))" })
        .joined(separator: " ")
    case .json:
      let first = [
        ("time", time), ("level", event.level.rawValue), ("message", "\(event.message)"),
      ].compactMap { name, value in value.map { JSONMember(key: name, value: .string($0)) } }
      return JSONValue.object(
        first + fields.map { JSONMember(key: $0.key, value: $0.value.json) }
      ).text()
    }
  }

  private static func quoted(_ text: String) -> String {
    let isPlain =
      !text.isEmpty && text == text.printable
      && !text.contains { $0.isWhitespace || $0 == "\"" || $0 == "=" }
    // JSON escapes some of what a terminal obeys, but not all of it.
    return isPlain ? text : JSONValue.string(text).text().printable
  }
}

extension Logger.Level {
  /// The colour of the level's word.
  fileprivate var tone: TerminalStyle.Tone? {
    switch self {
    case .trace, .debug: .faint
    case .info: nil
    case .notice: .good
    case .warning: .warning
    case .error, .critical: .bad
    }
  }
}
