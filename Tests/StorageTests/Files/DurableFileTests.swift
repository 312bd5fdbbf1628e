import Glibc
import TestSupport
import Testing

@testable import Storage

@Suite struct DurableFileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func newBytesReplaceTheOldAndNothingElseStays() throws {
    let path = directory.path("state.json")
    try DurableFile.write("old", to: path)
    try DurableFile.write("new", to: path)
    #expect(try FileSystem.readText(path) == "new")
    #expect(try FileSystem.list(directory.path) == ["state.json"])
    #expect(try FileSystem.status(path).st_mode & 0o777 == 0o640)
  }

  @Test func failureKeepsTheOldAndLeavesNoTemporaryFile() throws {
    // A directory cannot be replaced by a file, so that the rename fails.
    try directory.write("kept", to: "taken/a")
    #expect(throws: StorageError.self) {
      try DurableFile.write("new", to: directory.path("taken"))
    }
    #expect(try FileSystem.list(directory.path) == ["taken"])
    #expect(try FileSystem.readText(directory.path("taken/a")) == "kept")
  }

  @Test func whatAKilledProcessLeftIsUsed() throws {
    let path = try directory.write("old", to: "state.json")
    try directory.write("longer than what is written next", to: ".state.json.tmp")
    try DurableFile.write("new", to: path)
    #expect(try FileSystem.readText(path) == "new")
    #expect(try FileSystem.list(directory.path) == ["state.json"])
  }

  @Test func severalWritersLeaveTheBytesOfOneOfThem() async throws {
    let path = directory.path("state.json")
    try await withThrowingTaskGroup { group in
      for writer in 0..<8 {
        group.addTask {
          for _ in 0..<25 {
            try DurableFile.write(
              [UInt8](repeating: UInt8(writer), count: 5_000 + writer), to: path)
          }
        }
      }
      while try await group.next() != nil {
        let bytes = try FileSystem.readBytes(path)
        #expect(bytes.count == 5_000 + Int(bytes[0]) && Set(bytes).count == 1)
      }
    }
    #expect(try FileSystem.list(directory.path) == ["state.json"])
  }

  @Test func whatKilledProcessesLeftIsSwept() throws {
    for name in [".state.json.tmp", ".latest.tmp", ".hidden", "kept.tmp", "kept"] {
      try directory.write("x", to: name)
    }
    try DurableFile.sweepTemporaries(in: directory.path)
    #expect(try FileSystem.list(directory.path) == [".hidden", "kept", "kept.tmp"])
    try DurableFile.sweepTemporaries(in: directory.path("missing"))
  }

  @Test func missingDirectoryIsToldAsSuch() {
    let path = directory.path("missing/a")
    let error = #expect(throws: StorageError.self) { try DurableFile.write("new", to: path) }
    guard case .cannotCreate(_, "its directory does not exist") = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func aFileForAllMayBeReadByAll() throws {
    let path = directory.path("a.prom")
    try DurableFile.write("old", to: path)
    try DurableFile.write("new", to: path, isForAll: true)
    #expect(try FileSystem.status(path).st_mode & 0o777 == 0o644)
  }
}
