import Glibc

/// What was being done when a system call failed; it decides between two readings of one `errno`.
enum FileOperation: String {
  case open, read, write, sync, close, create, rename, remove, list, inspect, lock

  /// Whether it changes the file or its directory.
  var isWriting: Bool {
    switch self {
    case .open, .read, .list, .inspect: false
    case .write, .sync, .close, .create, .rename, .remove, .lock: true
    }
  }
}

extension StorageError {
  /// The error for an `errno`: the one place that gives system errors their meaning.
  init(
    errno code: Int32, path: String, operation: FileOperation, neededBytes: Int? = nil
  ) {
    switch code {
    case ENOENT where operation == .create || operation == .rename:
      self = .cannotCreate(path: path, reason: "its directory does not exist")
    case ENOENT:
      self = .notFound(path: path)
    case ENOTDIR where operation == .open || operation == .inspect:
      self = .notFound(path: path)
    case EACCES, EPERM:
      self = .permissionDenied(path: path, isWritten: operation.isWriting)
    case ENOSPC, EDQUOT:
      self = .outOfSpace(
        path: path, neededBytes: neededBytes ?? Self.neededBytes(path, operation),
        freeBytes: FileSystem.freeBytes(at: path), freeFiles: FileSystem.freeFiles(at: path))
    case EROFS, EEXIST, ENOTDIR, EISDIR, ELOOP, ENAMETOOLONG, ENOTEMPTY:
      self =
        operation == .create || operation == .rename
        ? .cannotCreate(path: path, reason: Self.reason(code))
        : .ioFailure(path: path, operation: operation.rawValue, reason: Self.reason(code))
    default:
      self = .ioFailure(path: path, operation: operation.rawValue, reason: Self.reason(code))
    }
  }

  /// What an operation needs at least: the file that is to reach the device, else the block that a
  /// name or a directory takes.
  private static func neededBytes(_ path: String, _ operation: FileOperation) -> Int? {
    let isOfWholeFile = [.sync, .close].contains(operation) && FileSystem.isRegularFile(path)
    let size = isOfWholeFile ? (try? FileSystem.fileSize(path)) ?? 0 : 0
    return size > 0 ? size : FileSystem.blockSize(at: path)
  }

  /// The system's words for an `errno`, in English and without the number.
  private static func reason(_ code: Int32) -> String {
    switch code {
    case EIO: return "input/output error"
    case EROFS: return "the file system is read-only"
    case EEXIST: return "it exists already"
    case ENOTDIR: return "a part of the path is not a directory"
    case EISDIR: return "it is a directory"
    case ELOOP: return "too many symbolic links"
    case ENAMETOOLONG: return "the name is too long"
    case ENOTEMPTY: return "the directory is not empty"
    case EMFILE, ENFILE: return "too many open files"
    default: return "system error \(code)"
    }
  }
}

/// Repeats a system call that a signal interrupted, and throws what it ended in.
///
/// `close` and `fsync` must not be repeated after a failure and so do not pass through here.
@discardableResult
func retryingInterrupts<Result: SignedInteger>(
  path: String, operation: FileOperation, neededBytes: Int? = nil, _ call: () -> Result
) throws(StorageError) -> Result {
  while true {
    let result = call()
    if result >= 0 { return result }
    let code = errno
    guard code == EINTR else {
      throw StorageError(errno: code, path: path, operation: operation, neededBytes: neededBytes)
    }
  }
}

/// Makes a system call once and throws what it ended in.
func once(
  path: String, operation: FileOperation, _ call: () -> Int32
) throws(StorageError) {
  guard call() >= 0 else {
    throw StorageError(errno: errno, path: path, operation: operation)
  }
}
