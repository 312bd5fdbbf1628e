import Foundation
import Job
import Storage

/// The job files of the project and the means to read others from texts.
enum JobDocuments {
  /// The project's folder of job files.
  static let directory = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "jobs").path(percentEncoded: false)

  /// Whether generated parts of `jobs/` are written anew instead of compared.
  static let areRewritten = ProcessInfo.processInfo.environment["RECJOB_REWRITE_JOBS"] == "1"

  /// The least job, which the others add to.
  static let leastMembers = #""name": "least", "dataset": {"sources": ["a.zip"]}"#

  /// Reads a plan from a text.
  static func plan(_ text: String, set arguments: [String] = []) throws(PlanError) -> Plan {
    try Plan(
      JobFile(
        bytes: Array(text.utf8), path: "job.json", baseDirectory: "/jobs",
        overrides: arguments.compactMap { JobOverride(argument: $0) }))
  }

  /// Reads a plan from the least job with more members.
  static func plan(
    adding members: String, set arguments: [String] = []
  ) throws(PlanError) -> Plan {
    try plan("{\(leastMembers), \(members)}", set: arguments)
  }

  /// The faults of a text, one on each line; empty if it has none.
  static func faults(_ text: String, set arguments: [String] = []) -> [String] {
    do {
      _ = try plan(text, set: arguments)
      return []
    } catch {
      return error.description.split(separator: "\n").map(String.init)
    }
  }

  /// The faults of the least job with more members.
  static func faults(adding members: String, set arguments: [String] = []) -> [String] {
    faults("{\(leastMembers), \(members)}", set: arguments)
  }
}
