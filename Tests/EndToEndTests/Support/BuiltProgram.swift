import Foundation

/// The programs as they were built, which stand beside the tests' own resources.
enum BuiltProgram {
  private static let place = Bundle.module.bundleURL.deletingLastPathComponent()
  static let path = place.appending(path: "recjob").path
  static let benchPath = place.appending(path: "recjob-bench").path

  /// Starts the program with no more of this process' environment than it needs.
  ///
  /// Its home is the working directory, so that nothing outside of that is touched.
  static func start(
    _ arguments: [String], in directory: String, environment: [String: String] = [:],
    umask: String? = nil
  ) throws -> ChildProcess {
    var all = ["HOME": directory]
    for name in ["PATH", "LD_LIBRARY_PATH"] {
      all[name] = ProcessInfo.processInfo.environment[name]
    }
    all.merge(environment) { _, given in given }
    guard let umask else {
      return try ChildProcess(path, arguments, in: directory, environment: all)
    }
    return try ChildProcess(
      "/bin/sh", ["-c", "umask \(umask) && exec \"$0\" \"$@\"", path] + arguments, in: directory,
      environment: all)
  }

  /// Runs the program to its end.
  static func run(
    _ arguments: [String], in directory: String, environment: [String: String] = [:],
    umask: String? = nil
  ) throws -> Outcome {
    try start(arguments, in: directory, environment: environment, umask: umask).finish()
  }
}

/// The files of the project that the tests read.
enum Project {
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  static let jobs = root + "/jobs"
  static let dataset = jobs + "/data/ml-latest-small.zip"
}
