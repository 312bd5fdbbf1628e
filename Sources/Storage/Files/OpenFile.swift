import Glibc

/// An open file that is closed when its owner ends.
///
/// Every descriptor is close-on-exec, so that no child keeps a file or a lock alive.
struct OpenFile: ~Copyable, Sendable {
  /// How a file is opened.
  enum Mode {
    /// To be read from its start.
    case read
    /// To be written, and refused if it exists.
    case createNew
    /// To be written after what it holds, and made if it is missing.
    case append
    /// To be read and written in place, and made if it is missing.
    case update
    /// A directory, to be synced.
    case directory
  }

  /// The mode of every file that is made, whatever the umask.
  static let fileMode: mode_t = 0o640
  /// The mode of every directory that is made, whatever the umask.
  static let directoryMode: mode_t = 0o750

  let path: String
  private let file: Descriptor
  var descriptor: Int32 { file.number }

  init(_ path: String, _ mode: Mode) throws(StorageError) {
    let flags =
      switch mode {
      case .read: O_RDONLY
      case .createNew: O_WRONLY | O_CREAT | O_EXCL
      case .append: O_WRONLY | O_CREAT | O_APPEND
      case .update: O_RDWR | O_CREAT
      case .directory: O_RDONLY | O_DIRECTORY
      }
    let creates = flags & O_CREAT != 0
    let existed = !creates || FileSystem.exists(path)
    // Safety: the string lends its bytes, ended by zero, for the call.
    let descriptor = try retryingInterrupts(path: path, operation: creates ? .create : .open) {
      unsafe open(path, flags | O_CLOEXEC, Self.fileMode)
    }
    if !existed { fchmod(descriptor, Self.fileMode) }
    self.path = path
    file = Descriptor(descriptor)
  }

  /// Reads up to the size of the buffer and returns the number of bytes, 0 at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(StorageError) -> Int {
    try retryingInterrupts(path: path, operation: .read) {
      // Safety: the kernel writes at most `count` bytes, which the caller's buffer has.
      unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
    }
  }

  /// Reads up to `count` bytes; an empty array is the end of the file.
  func read(upTo count: Int) throws(StorageError) -> [UInt8] {
    var failure: StorageError?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(StorageError) {
        // Safety: `read` reports how many bytes of the buffer it has filled.
        initialized = try unsafe read(into: UnsafeMutableRawBufferPointer(buffer))
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Reads bytes of a range of the file; fewer if the file ends before.
  func read(_ range: Range<Int>) throws(StorageError) -> [UInt8] {
    var failure: StorageError?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: range.count) { buffer, initialized in
      do throws(StorageError) {
        while initialized < range.count {
          // Safety: the kernel writes at most what is left of the buffer after `initialized`.
          let count = try retryingInterrupts(path: path, operation: .read) {
            unsafe pread(
              descriptor, buffer.baseAddress?.advanced(by: initialized),
              range.count - initialized, range.lowerBound + initialized)
          }
          if count == 0 { return }
          initialized += count
        }
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Writes all the bytes, however often the system takes only a part.
  func write(_ bytes: Span<UInt8>) throws(StorageError) {
    // Safety: bytes have no padding, so that each is set.
    try write(unsafe bytes.bytes)
  }

  /// Writes all the bytes, however often the system takes only a part.
  func write(_ bytes: RawSpan) throws(StorageError) {
    try unsafe bytes.withUnsafeBytes { (buffer) throws(StorageError) in
      var written = 0
      while written < buffer.count {
        let remaining = buffer.count - written
        written += try retryingInterrupts(path: path, operation: .write, neededBytes: remaining) {
          // Safety: `written` is below the count, so that base and remainder lie in the buffer.
          unsafe Glibc.write(descriptor, buffer.baseAddress?.advanced(by: written), remaining)
        }
      }
    }
  }

  /// Lets every user read the file.
  func letAllRead() throws(StorageError) {
    try once(path: path, operation: .write) { fchmod(descriptor, Self.fileMode | S_IROTH) }
  }

  /// Waits for the file's exclusive lock, which ends when the file is closed.
  func lock() throws(StorageError) {
    try retryingInterrupts(path: path, operation: .lock) { flock(descriptor, LOCK_EX) }
  }

  /// Whether a path leads to this very file.
  func isStill(at path: String) throws(StorageError) -> Bool {
    var own = stat()
    // Safety: the structure is lent for the call, which fills it.
    try retryingInterrupts(path: path, operation: .inspect) { unsafe fstat(descriptor, &own) }
    do throws(StorageError) {
      let other = try FileSystem.status(path)
      return own.st_dev == other.st_dev && own.st_ino == other.st_ino
    } catch .notFound {
      return false
    }
  }

  /// Drops all bytes of the file.
  func truncate() throws(StorageError) {
    try retryingInterrupts(path: path, operation: .write) { ftruncate(descriptor, 0) }
  }

  /// Waits until the device has the bytes.
  ///
  /// A failure is final: the system may have dropped the pages, and a second call would lie.
  func sync() throws(StorageError) {
    try once(path: path, operation: .sync) { fsync(descriptor) }
  }

  /// Closes the file and reports what only closing shows.
  consuming func close() throws(StorageError) {
    let path = path
    let code = file.close()
    guard code == 0 else { throw StorageError(errno: code, path: path, operation: .close) }
  }
}
