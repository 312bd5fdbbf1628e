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

  @Test func onlyTheTemporaryFilesOfAFileAreLeftovers() throws {
    for name in [".a.7.0.tmp", ".a.19.3.tmp"] { try directory.write("", to: name) }
    let others = [".a.b.7.0.tmp", ".a.7.tmp", ".a.x.0.tmp", ".ab.7.0.tmp", "a", "a.7.0.tmp"]
    for name in others { try directory.write("", to: name) }
    DurableFile.removeLeftovers(of: directory.path("a"))
    #expect(try FileSystem.list(directory.path) == others.sorted())
  }
}
