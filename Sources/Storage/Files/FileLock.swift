import Glibc

/// An exclusive lock that ends with its owner, or with the process, whichever comes first.
///
/// It is the kernel's `flock` on an open file, so that a killed process leaves nothing to clean up;
/// the file itself stays and holds a line about its last holder.
public struct FileLock: ~Copyable, Sendable {
  private static let pollInterval: UInt32 = 100_000
  private static let attempts = 50
  private static let attemptInterval: UInt32 = 10_000

  private let file: OpenFile

  private init(_ file: consuming OpenFile) {
    self.file = file
  }

  /// Takes the lock, waiting up to `waitSeconds` for another holder.
  ///
  /// The lock file is made if it is missing; `holder`, which is asked for when the lock is taken, is one
  /// line that tells others who has it, with the number of this process before anything else. If another keeps it, or the task is
  /// cancelled, the error is `StorageError.locked` with that holder's line.
  public static func acquire(
    _ path: String, holder: @autoclosure () -> String, waitSeconds: Int = 0
  ) throws(StorageError) -> FileLock {
    let file = try OpenFile(path, .update)
    let start = ContinuousClock.now
    while flock(file.descriptor, LOCK_EX | LOCK_NB) != 0 {
      switch errno {
      case EINTR: continue
      case EWOULDBLOCK:
        guard ContinuousClock.now - start < .seconds(waitSeconds), !Task.isCancelled else {
          throw .locked(path: path, holder: Self.holder(of: path))
        }
        usleep(pollInterval)
      default:
        throw StorageError(errno: errno, path: path, operation: .lock)
      }
    }
    try file.truncate()
    try file.write(Array("\(holder())\n".utf8).span)
    return FileLock(file)
  }

  /// The line of the process that has the lock.
  ///
  /// A process writes it just after it got the lock: until then there is none, or that of the holder
  /// before, who is mostly gone.
  private static func holder(of path: String) -> String {
    var line = ""
    for _ in 0..<attempts {
      line = String(((try? FileSystem.readText(path)) ?? "").prefix { $0 != "\n" })
      let digits = line.drop { !$0.isNumber }.prefix { $0.isNumber }
      if let process = pid_t(digits), process > 0, kill(process, 0) == 0 || errno == EPERM { break }
      usleep(attemptInterval)
    }
    return line
  }

  /// Gives the lock up.
  public consuming func release() {}
}
