import Foundation
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

  @Test func theHolderBeforeIsNotNamed() throws {
    // Another holder has the lock and has not written its line yet: that of a process which is gone
    // is still there. No process has a number beyond 2^22.
    let (stale, fresh) = ("process 99999999 of last night", "process \(getpid()) of tonight")
    let lock = try FileLock.acquire(path, holder: stale)
    let path = path
    Thread.detachNewThread {
      usleep(30_000)
      try? "\(fresh)\n".write(toFile: path, atomically: false, encoding: .utf8)
    }
    #expect(throws: StorageError.locked(path: path, holder: fresh)) {
      _ = try FileLock.acquire(path, holder: "process 13")
    }
    lock.release()
  }

  @Test func lockEndsWithItsOwner() throws {
    do {
      _ = try FileLock.acquire(path, holder: "first")
    }
    let lock = try FileLock.acquire(path, holder: "second")
    lock.release()
  }
}
