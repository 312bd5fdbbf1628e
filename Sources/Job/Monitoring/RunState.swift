import Foundation
import Storage

/// The content of `state/last.json`: how the last run of an output directory ended, and the last one
/// that succeeded. The latter has no other place; the metrics file repeats it.
struct RunState: Equatable {
  /// The version of the file's layout.
  static let schemaVersion = 1
  static let directoryName = "state"
  static let fileName = "last.json"

  /// A run that published or found nothing new.
  struct Success: Equatable, Sendable {
    /// The run that was, and is, the result.
    var run: String?
    /// When, in seconds since 1970-01-01 UTC.
    var time: Int
    /// Its figures.
    var figures: RunFigures
  }

  /// The whole content.
  let json: JSONValue
  /// The last success, if there ever was one.
  let success: Success?

  /// Notes how a run ended, over what was known before.
  init(_ report: RunReport, after earlier: RunState?) {
    success =
      report.failure == nil
      ? Success(
        run: report.run, time: Int(report.finished.timeIntervalSince1970), figures: report.figures)
      : earlier?.success
    json = [
      "schema_version": .integer(Self.schemaVersion),
      "job": .string(report.job),
      "outcome": .string(report.outcome.rawValue),
      "exit_status": .integer(Int(report.exitStatus)),
      "signal": report.signal.map { .integer(Int($0)) } ?? .null,
      "run": report.run.map { .string($0) } ?? .null,
      "started": .string(Machine.timeText(report.started)),
      "finished": .string(Machine.timeText(report.finished)),
      "seconds": .numberOrNull(report.seconds),
      "stage": report.failure.map { .string($0.stage.rawValue) } ?? .null,
      "reason": report.reason.map { .string($0) } ?? .null,
      "stage_seconds": .object(
        report.stages.map {
          JSONMember(key: $0.stage.rawValue, value: .numberOrNull($0.seconds))
        }),
      "last_success": success.map(Self.json) ?? .null,
    ]
  }

  /// Reads the state of an output directory; `nil` where there is none that can be read.
  init?(output: String) {
    let path = Self.path(in: output)
    guard let bytes = try? FileSystem.readBytes(path, limit: 1 << 20),
      let json = try? JSONParser.parseValue(bytes, path: path),
      json["schema_version"]?.intValue == Self.schemaVersion
    else { return nil }
    self.json = json
    success = json["last_success"].flatMap { last in
      last["time"]?.stringValue.flatMap { try? Date($0, strategy: .iso8601) }.map {
        Success(
          run: last["run"]?.stringValue, time: Int($0.timeIntervalSince1970),
          figures: RunFigures(json: last["metrics"]))
      }
    }
  }

  /// Replaces the state of an output directory.
  func write(to output: String) throws(StorageError) {
    let path = Self.path(in: output)
    try FileSystem.makeDirectory(PathName.parent(of: path))
    try DurableFile.write(json.prettyText(), to: path)
  }

  /// The place of one of the state's files.
  static func path(in output: String, _ name: String = fileName) -> String {
    PathName.joined(PathName.joined(output, directoryName), name)
  }

  private static func json(_ success: Success) -> JSONValue {
    let time = Date(timeIntervalSince1970: Double(success.time))
    return [
      "run": success.run.map { .string($0) } ?? .null,
      "time": .string(Machine.timeText(time)),
      "metrics": success.figures.json,
    ]
  }
}
