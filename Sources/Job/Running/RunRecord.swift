import Foundation
import Recommenders
import Storage

/// What `run.json` says: when, where and by which program a run was made. Nothing in it has an
/// influence on a result.
struct RunRecord {
  var identifier: String
  var plan: Plan
  var jobFile: JobFile
  var resultPlanHash: SHA256Digest
  var fetched: FetchedFiles
  var started: Date
  var finished: Date
  var stageSeconds: [StageSeconds]
  var threads: Int
  var warnings: [String]
  var estimatedMemoryBytes: Int
  var ignoredGates: [String]
  /// What the gates said of a result that they refused; empty for a run that is published.
  var refusals: [String] = []
  /// How long each epoch took that was trained by this process.
  var epochs: [EpochSeconds] = []
  var host = Machine.hostName

  var json: JSONValue {
    .object(place.objectMembers + ProgramBuild.current.members + course.objectMembers)
  }

  /// The job and its data.
  private var place: JSONValue {
    [
      "run": .string(identifier),
      "job": .string(plan.name),
      "job_file": .string(jobFile.name),
      "job_directory": .string(Machine.absolutePath(jobFile.baseDirectory)),
      "plan_sha256": .string(plan.planHash.hex),
      "result_plan_sha256": .string(resultPlanHash.hex),
      "dataset": fetched.record,
    ]
  }

  /// The machine, and how the run went on it.
  private var course: JSONValue {
    .object(
      times.objectMembers + [
        JSONMember(key: "warnings", value: .array(warnings.map { .string($0) })),
        JSONMember(key: "ignored_gates", value: .array(ignoredGates.map { .string($0) })),
      ]
        + (refusals.isEmpty
          ? [] : [JSONMember(key: "refused", value: .array(refusals.map { .string($0) }))]))
  }

  private var times: JSONValue {
    [
      "host": .string(host),
      "threads": .integer(threads),
      "started": .string(Machine.timeText(started)),
      "finished": .string(Machine.timeText(finished)),
      "stage_seconds": .object(
        stageSeconds.map {
          JSONMember(key: $0.stage.rawValue, value: .numberOrNull($0.seconds))
        }),
      "epochs": .array(
        epochs.map { epoch in
          [
            "phase": .string(epoch.phase), "epoch": .integer(epoch.epoch),
            "seconds": .numberOrNull(epoch.seconds),
          ]
        }),
      "estimated_memory_bytes": .integer(estimatedMemoryBytes),
      "peak_memory_bytes": Machine.peakMemoryBytes.map { .integer($0) } ?? .null,
    ]
  }
}

extension JSONValue {
  /// The members of an object; none where this is another value.
  var objectMembers: [JSONMember] { objectValue ?? [] }
}

/// How long a stage took.
public struct StageSeconds: Equatable, Sendable {
  /// The stage.
  public let stage: Stage
  /// Seconds of a monotonic clock.
  public let seconds: Double
}

/// How long an epoch took, with what was done before it: the first of a training includes its start.
struct EpochSeconds: Equatable, Sendable {
  /// The phase, as `history.csv` has it.
  let phase: String
  /// The number of the epoch, from 1.
  let epoch: Int
  /// Seconds of a monotonic clock.
  let seconds: Double

  /// Notes an epoch that has ended; `nil` if its training leaves out a fold.
  init?(_ ended: EndedEpoch) {
    guard ended.epoch.fold == nil else { return nil }
    phase = ended.epoch.label
    epoch = ended.epoch.record.epoch
    seconds = (ended.duration / .microseconds(1)).rounded() / 1_000_000
  }
}

/// What this program is.
public enum Program {
  /// The version of the program, as `--version` prints it.
  public static let version = "0.1.0"
  /// Is raised whenever the bytes of a result change for the same plan and data.
  public static let resultsRevision = 7
}

/// What is asked of the machine, for records and messages only.
enum Machine {
  /// The name of the host, without asking the network.
  static var hostName: String {
    let name = try? FileSystem.readText("/proc/sys/kernel/hostname")
    return name?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "unknown"
  }

  /// The most memory that the process has held, in bytes.
  static var peakMemoryBytes: Int? {
    guard let status = try? FileSystem.readText("/proc/self/status"),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
      let kibibytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    else { return nil }
    return kibibytes * 1024
  }

  /// The number of processors that may be used.
  static var processorCount: Int { ProcessInfo.processInfo.activeProcessorCount }

  /// Who holds a lock: the process, the host, what it does and since when.
  static func holderText(_ work: String, since start: Date) -> String {
    "process \(ProcessInfo.processInfo.processIdentifier) on \(hostName), \(work), started "
      + timeText(start)
  }

  /// A time in UTC, to the second.
  static func timeText(_ time: Date) -> String { time.ISO8601Format() }

  /// A path from the root.
  static func absolutePath(_ path: String) -> String {
    let directory = path.isEmpty ? "." : path
    return (try? FileSystem.resolved(directory)) ?? directory
  }
}
