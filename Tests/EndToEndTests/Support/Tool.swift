import Foundation
import Testing

/// Programs beside ours that tests use; `Tests/run` installs them.
enum Tool {
  /// Where programs are looked for: the path, that of the Python environment, and PostgreSQL's own.
  static let places: [String] = {
    let environment = ProcessInfo.processInfo.environment
    var places = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
    if let python = environment["RECJOB_TEST_PYTHON"] {
      places.insert(URL(filePath: python).deletingLastPathComponent().path, at: 0)
    }
    let versions = "/usr/lib/postgresql"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: versions)) ?? []
    return places + names.sorted().reversed().map { "\(versions)/\($0)/bin" }
  }()

  static func path(_ name: String) -> String? {
    places.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Runs a program of that name, with nothing of this process' environment but what it needs to find
  /// others.
  static func start(
    _ name: String, _ arguments: [String], environment: [String: String] = [:]
  ) throws -> ChildProcess {
    let path = try #require(
      name.contains("/") ? name : path(name), "there is no \(name); Tests/run installs it")
    let all = ["PATH": places.joined(separator: ":"), "HOME": "/", "LC_ALL": "C"]
    return try ChildProcess(
      path, arguments, in: "/", environment: all.merging(environment) { $1 })
  }

  static func run(
    _ name: String, _ arguments: [String], environment: [String: String] = [:]
  ) throws -> Outcome {
    try start(name, arguments, environment: environment).finish()
  }
}

extension Trait where Self == ConditionTrait {
  /// The test needs programs. It is skipped where they are missing, and fails where `CI` is `true`.
  static func needs(_ names: String...) -> Self {
    .enabled(
      if: ProcessInfo.processInfo.environment["CI"] == "true"
        || names.allSatisfy { Tool.path($0) != nil },
      "not all there: \(names.joined(separator: ", "))")
  }
}
