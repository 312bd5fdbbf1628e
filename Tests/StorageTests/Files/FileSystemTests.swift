import Storage
import TestSupport
import Testing

@Suite struct FileSystemTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func textAndBytesAreReadWhole() throws {
    let long = String(repeating: "é", count: 100_000)
    let path = try directory.write(long, to: "a")
    #expect(try FileSystem.readText(path) == long)
    #expect(try FileSystem.fileSize(path) == 200_000)
    #expect(throws: StorageError.self) { try FileSystem.readBytes(path, limit: 199_999) }
    #expect(try FileSystem.readBytes(path, limit: 200_000).count == 200_000)
  }

  @Test func textThatIsNotUTF8IsRefused() throws {
    let path = try directory.write([0xe9], to: "a")
    #expect(throws: StorageError.notUTF8(path: path)) { try FileSystem.readText(path) }
  }

  @Test func missingFilesAreNotFound() {
    let missing = directory.path("a/b")
    #expect(throws: StorageError.notFound(path: missing)) { try FileSystem.readBytes(missing) }
    #expect(throws: StorageError.notFound(path: missing)) { try FileSystem.fileSize(missing) }
    #expect(throws: StorageError.notFound(path: missing)) { try FileSystem.list(missing) }
    #expect(!FileSystem.exists(missing))
  }

  @Test func directoryIsNoFile() {
    #expect(throws: StorageError.self) { try FileSystem.readBytes(directory.path) }
    #expect(FileSystem.isDirectory(directory.path))
    #expect(!FileSystem.isRegularFile(directory.path))
  }

  @Test func listsAreSortedByBytes() throws {
    for name in ["b", "a/z", "a/B", "é", "Z", ".hidden"] { try directory.write("", to: name) }
    #expect(try FileSystem.list(directory.path) == [".hidden", "Z", "a", "b", "é"])
    #expect(try FileSystem.listTree(directory.path) == [".hidden", "Z", "a/B", "a/z", "b", "é"])
  }

  @Test func linkedDirectoriesAreNeitherEnteredNorEmptied() throws {
    try directory.write("kept", to: "outside/a")
    try FileSystem.makeDirectory(directory.path("inside"))
    try FileSystem.makeSymbolicLink(directory.path("inside/link"), to: "../outside")
    #expect(try FileSystem.readLink(directory.path("inside/link")) == "../outside")
    #expect(try FileSystem.listTree(directory.path("inside")) == [])
    try FileSystem.removeTree(directory.path("inside"))
    #expect(!FileSystem.exists(directory.path("inside")))
    #expect(try FileSystem.readText(directory.path("outside/a")) == "kept")
  }

  @Test func directoriesAreMadeWithTheirParents() throws {
    try FileSystem.makeDirectory(directory.path("a/b/c"))
    try FileSystem.makeDirectory(directory.path("a/b/c"))
    #expect(FileSystem.isDirectory(directory.path("a/b/c")))
    let file = try directory.write("", to: "file")
    #expect(throws: StorageError.self) { try FileSystem.makeDirectory(file + "/below") }
  }

  @Test func removingWhatIsNotThereIsNoError() throws {
    try FileSystem.removeTree(directory.path("nothing"))
    try FileSystem.removeFile(directory.path("nothing"))
  }

  @Test func freeBytesOfAPlaceToComeAreThoseOfItsParent() throws {
    let free = try #require(FileSystem.freeBytes(at: directory.path("not/yet")))
    #expect(free > 0)
  }
}
