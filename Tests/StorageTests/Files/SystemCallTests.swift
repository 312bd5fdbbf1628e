import Glibc
import TestSupport
import Testing

@testable import Storage

@Suite struct SystemCallTests {
  @Test func systemErrorsHaveOneMeaningEach() throws {
    let path = "/tmp/recjob-no-such-place/a"
    #expect(StorageError(errno: ENOENT, path: path, operation: .open) == .notFound(path: path))
    #expect(
      StorageError(errno: ENOENT, path: path, operation: .create)
        == .cannotCreate(path: path, reason: "its directory does not exist"))
    #expect(
      StorageError(errno: EACCES, path: path, operation: .open)
        == .permissionDenied(path: path, isWritten: false))
    #expect(
      StorageError(errno: EPERM, path: path, operation: .create)
        == .permissionDenied(path: path, isWritten: true))
    #expect(
      StorageError(errno: EROFS, path: path, operation: .create)
        == .cannotCreate(path: path, reason: "the file system is read-only"))
    #expect(
      StorageError(errno: EIO, path: path, operation: .sync)
        == .ioFailure(path: path, operation: "sync", reason: "input/output error"))
  }

  @Test func fullDeviceTellsNeededAndFreeBytes() throws {
    var file = try PartialFile("/dev/full")
    let bytes = [UInt8](repeating: 1, count: 5000)
    let error = #expect(throws: StorageError.self) { try file.append(bytes.span) }
    guard case .outOfSpace("/dev/full", 5000, let free, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(free != nil)
    #expect(error?.description.contains("5000 bytes were to be written") == true)
  }

  @Test(arguments: [FileOperation.create, .rename, .sync, .close, .write])
  func fullDeviceTellsNeededBytesWhateverFailed(operation: FileOperation) throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write([UInt8](repeating: 1, count: 777), to: "a")
    let error = StorageError(errno: ENOSPC, path: path, operation: operation)
    guard case .outOfSpace(path, let needed, let free, _) = error else {
      Issue.record("\(error)")
      return
    }
    // What is to reach the device is the file; a name takes a block.
    #expect([.sync, .close].contains(operation) ? needed == 777 : needed ?? 0 >= 512)
    #expect(free != nil)
  }

  @Test func interruptedCallsAreRepeated() throws {
    var calls = 0
    let result = try retryingInterrupts(path: "a", operation: .read) { () -> Int in
      calls += 1
      errno = EINTR
      return calls < 3 ? -1 : 7
    }
    #expect(result == 7)
    #expect(calls == 3)
  }

  @Test func failedSyncIsNotRepeated() {
    var calls = 0
    #expect(throws: StorageError.self) {
      try once(path: "a", operation: .sync) {
        calls += 1
        errno = EINTR
        return -1
      }
    }
    #expect(calls == 1)
  }
}
