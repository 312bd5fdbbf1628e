import Foundation
import TestSupport
import Testing

@testable import Storage

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

  @Test func whoHoldsALockIsToldWithoutTakingIt() throws {
    #expect(try FileLock.currentHolder(path) == nil)
    let lock = try FileLock.acquire(path, holder: "process 12")
    #expect(try FileLock.currentHolder(path) == "process 12")
    lock.release()
    #expect(try FileLock.currentHolder(path) == nil)
  }

  @Test func aLockOfAnotherDeviceIsOfAnotherFile() {
    let locks = """
      1: POSIX  ADVISORY  WRITE 20 fe:10:7 0 EOF
      2: FLOCK  ADVISORY  WRITE 21 fe:10:8 0 EOF
      2: -> FLOCK  ADVISORY  WRITE 22 fe:10:9 0 EOF
      """
    func isHeld(_ inode: UInt64, _ major: UInt32, _ minor: UInt32) -> Bool {
      FileLock.isHeld(inode: inode, device: DeviceNumber(major: major, minor: minor), in: locks)
    }
    #expect(isHeld(8, 254, 16))
    #expect(!isHeld(8, 254, 10) && !isHeld(8, 8, 16))
    #expect(!isHeld(7, 254, 16) && !isHeld(9, 254, 16))
    #expect(DeviceNumber(65_040) == DeviceNumber(major: 254, minor: 16))
  }

  @Test func lockEndsWithItsOwner() throws {
    do {
      _ = try FileLock.acquire(path, holder: "first")
    }
    let lock = try FileLock.acquire(path, holder: "second")
    lock.release()
  }
}
