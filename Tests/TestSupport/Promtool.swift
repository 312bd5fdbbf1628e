import Foundation

/// Prometheus' checker of metrics, which `Tests/run` fetches.
public enum Promtool {
  private static let environment = ProcessInfo.processInfo.environment

  /// Whether tests may use it: it is on the `PATH`, or `CI` is `true` and it must be.
  public static let isExpected =
    environment["CI"] == "true"
    || (environment["PATH"] ?? "").split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/promtool")
    }

  /// Checks a file and returns the status and all that is printed: nothing, if nothing is wrong.
  public static func check(_ path: String) throws -> (status: Int32, text: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", "exec promtool check metrics <\"$0\" 2>&1", path]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
  }
}
