import Foundation
import Publishing
import Ratings
import Recommenders
import Storage
import TestSupport
import Testing

/// The Python reader that each bundle carries, run as it stands in the bundle.
///
/// It needs numpy and safetensors, in the Python that `RECJOB_TEST_PYTHON` names or else in
/// `python3`. Without them the test is skipped, and fails where `CI` is `true`.
@Suite struct ModelCardReaderTests {
  private static let python =
    ProcessInfo.processInfo.environment["RECJOB_TEST_PYTHON"] ?? "python3"
  private static let isRequired = ProcessInfo.processInfo.environment["CI"] == "true"
  private static let hasPython =
    (try? run(["-c", "import numpy, safetensors"])) != nil

  private struct PythonFailure: Error {
    let status: Int32
  }

  /// Runs Python and returns what it prints.
  private static func run(_ arguments: [String]) throws -> [UInt8] {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [python] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = isRequired ? FileHandle.standardError : FileHandle.nullDevice
    try process.run()
    let bytes = try output.fileHandleForReading.readToEnd().map { Array($0) } ?? []
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw PythonFailure(status: process.terminationStatus)
    }
    return bytes
  }

  private static func code(in card: String) throws -> String {
    let lines = card.split(separator: "\n", omittingEmptySubsequences: false)
    let start = try #require(lines.firstIndex(of: "```python"))
    let end = try #require(lines[start...].firstIndex(of: "```"))
    return lines[(start + 1)..<end].joined(separator: "\n") + "\n"
  }

  @Test(
    .enabled(if: hasPython || isRequired, "Python with numpy and safetensors is needed"),
    arguments: TinyBundle.configurations + [TinyBundle.blend, TinyBundle.stack])
  func itRecomputesTheListsOfAllUsers(configuration: ModelConfiguration) throws {
    let directory = try TemporaryDirectory()
    let bundle = try TinyBundle.bundle(configuration)
    try bundle.write(to: directory.path("model"))
    let code = try Self.code(in: FileSystem.readText(directory.path("model/README.md")))
    let script = try directory.write(
      code + "import sys\nprint(json.dumps(lists(sys.argv[1], 2)))\n", to: "reader.py")
    let printed = try Self.run([script, directory.path("model")])
    let lists = try JSONParser.parseValue(printed, path: "lists")

    for list in TinyBundle.lists(bundle, k: 2) {
      let user = bundle.users.label(of: list.user)
      let found = try #require(lists[user]?.arrayValue)
      #expect(
        found.map { $0.arrayValue?.first?.stringValue }
          == list.items.map { bundle.items.label(of: $0.item) })
      for (pair, scored) in zip(found, list.items) {
        let score = try #require(pair.arrayValue?.last?.doubleValue)
        #expect(abs(score - Double(scored.score)) < 1e-5)
      }
    }
  }
}
