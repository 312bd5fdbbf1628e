public import ArgumentParser
public import Job
import Logging

extension LogFormat: ExpressibleByArgument {}

/// The options of every command that logs.
struct LoggingOptions: ParsableArguments {
  @Option(help: "How messages are written to standard error.")
  var logFormat: LogFormat = .text

  @Flag(help: "Write warnings and errors only.")
  var quiet = false

  @Flag(help: "Write the stages and other details too.")
  var verbose = false

  func validate() throws {
    if quiet && verbose { throw ValidationError("--quiet and --verbose exclude each other.") }
  }

  /// The logger of the command, whose end a tail keeps, and for which a progress line makes room.
  func makeLogger(tail: LogTail? = nil, progress: RunProgress? = nil) -> Logger {
    let level: Logger.Level = quiet ? .warning : verbose ? .debug : .info
    return Logger(label: "recjob") { _ in
      StandardErrorLog(format: logFormat, logLevel: level, tail: tail, progress: progress?.line)
    }
  }

  /// What shows on a terminal how far the command is, unless it is to be quiet or logs for programs.
  func makeProgress() -> RunProgress {
    RunProgress(line: ProgressLine(isShown: !quiet && logFormat == .text))
  }
}
