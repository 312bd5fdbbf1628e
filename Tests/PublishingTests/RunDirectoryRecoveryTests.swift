import Storage
import TestSupport
import Testing

@testable import Publishing

/// What the next start makes of a publishing that was killed.
struct RunDirectoryRecoveryTests {
  private let directory: TemporaryDirectory
  private var output: RunDirectory { RunDirectory(directory.path) }

  init() throws {
    directory = try TemporaryDirectory()
  }

  @discardableResult
  private func publish(at seconds: Int64) throws -> RunIdentifier {
    let run = try output.stage(planHash: SHA256Digest(of: []), now: seconds)
    try DurableFile.write("{}", to: run.path + "/metrics.json")
    try output.publish(run)
    return run.identifier
  }

  @Test func aRunThatWasMovedButNotPointedAtBecomesTheLatest() throws {
    let first = try publish(at: 1_000)
    let second = try publish(at: 2_000)
    #expect(try output.recover() == nil)
    try DurableDirectory.replaceSymbolicLink(
      directory.path + "/latest", target: "runs/\(first)")
    #expect(try output.recover() == second)
    #expect(try output.latest() == second)
    #expect(try output.recover() == nil)
  }

  @Test func theFirstRunToo() throws {
    #expect(try output.recover() == nil)
    let first = try publish(at: 1_000)
    try FileSystem.removeFile(directory.path + "/latest")
    #expect(try output.recover() == first)
    #expect(try output.latest() == first)
  }

  @Test func aDamagedRunIsLeftAlone() throws {
    let first = try publish(at: 1_000)
    let second = try publish(at: 2_000)
    try DurableDirectory.replaceSymbolicLink(
      directory.path + "/latest", target: "runs/\(first)")
    try DurableFile.write("{ }", to: directory.path + "/runs/\(second)/metrics.json")
    #expect(try output.recover() == nil)
    #expect(try output.latest() == first)
  }

  @Test func aRollbackIsNoInterruption() throws {
    let first = try publish(at: 1_000)
    try publish(at: 2_000)
    try output.rollback()
    #expect(try output.recover() == nil)
    #expect(try output.latest() == first)
    // The next run is another matter.
    let third = try publish(at: 3_000)
    try DurableDirectory.replaceSymbolicLink(
      directory.path + "/latest", target: "runs/\(first)")
    #expect(try output.recover() == third)
  }

  @Test func theStagingDirectoryIsSwept() throws {
    let run = try output.stage(planHash: SHA256Digest(of: []), now: 1_000)
    try DurableFile.write("half", to: run.path + "/metrics.json")
    #expect(try output.recover() == nil)
    #expect(try FileSystem.list(directory.path + "/.staging").isEmpty)
  }
}
