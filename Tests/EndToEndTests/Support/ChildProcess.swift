import Foundation
import Storage
import TestSupport

/// What a program came to.
struct Outcome {
  /// The exit status, or the number of the signal that ended it.
  let status: Int32
  /// Whether a signal ended it.
  let wasKilled: Bool
  /// What it wrote to standard output.
  let output: String
  /// What it wrote to standard error.
  let errors: String
}

/// A program that was started; it is killed with its owner.
final class ChildProcess {
  private let process = Process()
  private let directory: TemporaryDirectory

  /// Seconds after which a program is thought to hang.
  static let patience = 240

  /// A failure of a program to do what is waited for.
  struct NotInTime: Error {
    let errors: String
    /// What the system says of the process: whether it sleeps, works, or has ended unnoticed.
    let status: String
  }

  init(
    _ executable: String, _ arguments: [String], in workingDirectory: String,
    environment: [String: String]
  ) throws {
    directory = try TemporaryDirectory()
    process.executableURL = URL(filePath: executable)
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: workingDirectory)
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    // Files, unlike pipes, are never full.
    process.standardOutput = FileHandle(forWritingAtPath: try directory.write("", to: "output"))
    process.standardError = FileHandle(forWritingAtPath: try directory.write("", to: "errors"))
    try process.run()
  }

  deinit {
    kill()
  }

  /// The process' number.
  var identifier: Int32 { process.processIdentifier }

  /// Whether it has not ended.
  var isRunning: Bool { process.isRunning }

  /// What it has written to standard error so far.
  var errors: String {
    // A line may be cut within a character.
    let bytes = try? FileSystem.readBytes(directory.path("errors"))
    return String(decoding: bytes ?? [], as: UTF8.self)
  }

  /// Ends the process at once, as a power cut would.
  func kill() {
    if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
  }

  /// Sends it a signal.
  func send(_ signal: Int32) {
    if process.isRunning { Foundation.kill(process.processIdentifier, signal) }
  }

  /// Waits for a condition, as closely as can be, or the end of the process.
  func wait(until condition: () -> Bool) throws {
    let start = ContinuousClock.now
    while process.isRunning, !condition() {
      guard ContinuousClock.now - start < .seconds(Self.patience) else {
        throw notInTime
      }
    }
  }

  private var notInTime: NotInTime {
    let status = try? FileSystem.readText("/proc/\(process.processIdentifier)/status")
    return NotInTime(errors: errors, status: status ?? "there is no such process")
  }

  /// Waits for its end.
  func finish() throws -> Outcome {
    let start = ContinuousClock.now
    while process.isRunning {
      guard ContinuousClock.now - start < .seconds(Self.patience) else {
        let failure = notInTime
        kill()
        throw failure
      }
      usleep(2_000)
    }
    return Outcome(
      status: process.terminationStatus,
      wasKilled: process.terminationReason == .uncaughtSignal,
      output: String(decoding: try FileSystem.readBytes(directory.path("output")), as: UTF8.self),
      errors: errors)
  }
}
