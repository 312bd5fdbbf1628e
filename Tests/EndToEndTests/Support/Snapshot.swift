import Foundation
import Storage
import Testing

/// Texts of the program that change only when somebody means them to.
///
/// With `RECJOB_REWRITE_SNAPSHOTS=1` in the environment, the files become what the program writes.
enum Snapshot {
  private static let isRewriting =
    ProcessInfo.processInfo.environment["RECJOB_REWRITE_SNAPSHOTS"] == "1"

  static func expect(
    _ text: String, toBe name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    if isRewriting {
      let path = "\(Project.root)/Tests/EndToEndTests/Snapshots/\(name)"
      try DurableFile.write(text, to: path)
    } else {
      let path = Bundle.module.bundleURL.appending(path: "Snapshots/\(name)").path
      #expect(try text == FileSystem.readText(path), sourceLocation: sourceLocation)
    }
  }
}
