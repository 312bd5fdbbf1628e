import Glibc

/// An exclusive lock that ends with its owner, or with the process, whichever comes first.
///
/// It is the kernel's `flock` on an open file, so that a killed process leaves nothing to clean up;
/// the file itself stays and holds a line about its last holder.
public struct FileLock: ~Copyable {
  private static let pollInterval: UInt32 = 100_000

  private let file: OpenFile

  private init(_ file: consuming OpenFile) {
    self.file = file
  }

  /// Takes the lock, waiting up to `waitSeconds` for another holder.
  ///
  /// The lock file is made if it is missing; `holder` is one line that tells others who has the
  /// lock. If another keeps it, or the task is cancelled, the error is `StorageError.locked` with that holder's line.
  public static func acquire(
    _ path: String, holder: String, waitSeconds: Int = 0
  ) throws(StorageError) -> FileLock {
    let file = try OpenFile(path, .update)
    let start = ContinuousClock.now
    while flock(file.descriptor, LOCK_EX | LOCK_NB) != 0 {
      switch errno {
      case EINTR: continue
      case EWOULDBLOCK:
        guard ContinuousClock.now - start < .seconds(waitSeconds), !Task.isCancelled else {
          let line = (try? FileSystem.readText(path)) ?? ""
          throw .locked(path: path, holder: String(line.prefix { $0 != "\n" }))
        }
        usleep(pollInterval)
      default:
        throw StorageError(errno: errno, path: path, operation: .lock)
      }
    }
    try file.truncate()
    try file.write(Array("\(holder)\n".utf8).span)
    return FileLock(file)
  }

  /// Gives the lock up.
  public consuming func release() {}
}
