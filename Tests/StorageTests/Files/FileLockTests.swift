import Storage
import TestSupport
import Testing

@Suite struct FileLockTests {
  private let path: String
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.path(".lock")
  }

  @Test func secondHolderIsToldWhoHasTheLock() throws {
    let lock = try FileLock.acquire(path, holder: "process 12 since noon, a long line")
    #expect(throws: StorageError.locked(path: path, holder: "process 12 since noon, a long line")) {
      _ = try FileLock.acquire(path, holder: "process 13")
    }
    lock.release()
    let next = try FileLock.acquire(path, holder: "process 14")
    #expect(try FileSystem.readText(path) == "process 14\n")
    next.release()
  }

  @Test func lockEndsWithItsOwner() throws {
    do {
      _ = try FileLock.acquire(path, holder: "first")
    }
    let lock = try FileLock.acquire(path, holder: "second")
    lock.release()
  }
}
