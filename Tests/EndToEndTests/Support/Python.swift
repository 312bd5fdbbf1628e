import Foundation
import Testing

/// The Python that `Tests/run` prepares; tests that need it are skipped where there is none, and
/// fail where `CI` is `true`.
enum Python {
  private static let given = ProcessInfo.processInfo.environment["RECJOB_TEST_PYTHON"]
  static let isExpected =
    given != nil || ProcessInfo.processInfo.environment["CI"] == "true"

  /// Runs one of the scripts of the tests.
  static func run(_ script: String, _ arguments: [String]) throws -> Outcome {
    let python = try #require(given, "RECJOB_TEST_PYTHON names no Python; Tests/run sets it")
    let path = Bundle.module.bundleURL.appending(path: "Python/\(script)").path
    return try ChildProcess(
      python, [path] + arguments, in: "/", environment: ["PYTHONDONTWRITEBYTECODE": "1"]
    ).finish()
  }
}

extension Trait where Self == ConditionTrait {
  /// The test needs the Python libraries.
  static var needsPython: Self {
    .enabled(if: Python.isExpected, "RECJOB_TEST_PYTHON names no Python with numpy and safetensors")
  }
}
