import Glibc

/// Plain reads and changes of files and directories; what must survive a power cut is in
/// `DurableFile` and `DurableDirectory`.
public enum FileSystem {
  /// Reads a whole file; a file beyond `limit` bytes is refused rather than read.
  public static func readBytes(
    _ path: String, limit: Int = Int.max
  ) throws(StorageError) -> [UInt8] {
    let file = try OpenFile(path, .read)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(limit, try fileSize(path)))
    while true {
      let chunk = try file.read(upTo: 1 << 16)
      if chunk.isEmpty { return bytes }
      guard chunk.count <= limit - bytes.count else {
        throw .ioFailure(path: path, operation: "read", reason: "it is over \(limit) bytes")
      }
      bytes += chunk
    }
  }

  /// Reads a whole file of UTF-8 text.
  public static func readText(
    _ path: String, limit: Int = Int.max
  ) throws(StorageError) -> String {
    guard let text = String(validating: try readBytes(path, limit: limit), as: UTF8.self) else {
      throw .notUTF8(path: path)
    }
    return text
  }

  /// Whether something is at the path, a dangling symbolic link included.
  public static func exists(_ path: String) -> Bool {
    (try? status(path, followingLinks: false)) != nil
  }

  /// Whether the path leads to a directory, through symbolic links if need be.
  public static func isDirectory(_ path: String) -> Bool {
    (try? kind(path)) == S_IFDIR
  }

  /// Whether the path leads to a regular file, through symbolic links if need be.
  public static func isRegularFile(_ path: String) -> Bool {
    (try? kind(path)) == S_IFREG
  }

  /// Whether the path itself is a symbolic link.
  public static func isSymbolicLink(_ path: String) -> Bool {
    (try? kind(path, followingLinks: false)) == S_IFLNK
  }

  /// The size of a file in bytes.
  public static func fileSize(_ path: String) throws(StorageError) -> Int {
    Int(try status(path).st_size)
  }

  /// When a file or directory was last changed, in seconds since 1970-01-01 UTC, rounded up.
  public static func changeTime(_ path: String) throws(StorageError) -> Int64 {
    let time = try status(path).st_mtim
    return Int64(time.tv_sec) + (time.tv_nsec > 0 ? 1 : 0)
  }

  /// Sets that time, by default to now.
  public static func setChangeTime(
    _ path: String, to seconds: Int64? = nil
  ) throws(StorageError) {
    let time = seconds.map { timespec(tv_sec: Int($0), tv_nsec: 0) }
    let times = time.map { [$0, $0] }
    // Safety: the string and both times are lent for the call; without times it takes the present.
    try once(path: path, operation: .inspect) {
      unsafe times.map { unsafe utimensat(AT_FDCWD, path, $0, 0) }
        ?? utimensat(AT_FDCWD, path, nil, 0)
    }
  }

  /// The bytes that this user may still write at the path, or `nil` where the system cannot say.
  ///
  /// A path that does not exist yet stands for its nearest directory that does.
  public static func freeBytes(at path: String) -> Int? {
    device(of: path).map { Int($0.f_bavail) * Int($0.f_frsize) }
  }

  /// How many more files this user may make at the path, or `nil` where there is no such bound.
  static func freeFiles(at path: String) -> Int? {
    device(of: path).flatMap { $0.f_files == 0 ? nil : Int($0.f_favail) }
  }

  /// The bytes in which room is given out at the path.
  static func blockSize(at path: String) -> Int? {
    device(of: path).map { Int($0.f_frsize) }
  }

  private static func device(of path: String) -> statvfs? {
    var place = path
    var information = statvfs()
    // Safety: the string and the structure are lent for the call, which fills the structure.
    while unsafe statvfs(place, &information) != 0 {
      let parent = PathName.parent(of: place)
      if parent == place { return nil }
      place = parent
    }
    return information
  }

  /// What an open file is, as its device and its number there; `nil` where nothing is open.
  public static func identity(ofDescriptor descriptor: Int32) -> String? {
    var information = stat()
    // Safety: the structure is lent for the call, which fills it.
    guard unsafe fstat(descriptor, &information) == 0 else { return nil }
    return "\(information.st_dev):\(information.st_ino)"
  }

  /// The path that a symbolic link holds.
  public static func readLink(_ path: String) throws(StorageError) -> String {
    var count = -1
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Int(PATH_MAX)) { buffer, initialized in
      // Safety: `readlink` writes at most the count of the buffer, and its result is the length.
      unsafe buffer.withMemoryRebound(to: CChar.self) { characters in
        guard let base = characters.baseAddress else { return }
        count = unsafe readlink(path, base, characters.count)
      }
      initialized = max(count, 0)
    }
    guard count >= 0 else { throw StorageError(errno: errno, path: path, operation: .inspect) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The absolute path without symbolic links that the path leads to.
  public static func resolved(_ path: String) throws(StorageError) -> String {
    // Safety: with a null buffer the result is allocated by the call and freed here, once.
    guard let result = unsafe realpath(path, nil) else {
      throw StorageError(errno: errno, path: path, operation: .inspect)
    }
    defer { unsafe free(result) }
    return unsafe String(cString: result)
  }

  static func status(
    _ path: String, followingLinks: Bool = true
  ) throws(StorageError) -> stat {
    var information = stat()
    try retryingInterrupts(path: path, operation: .inspect) {
      // Safety: the string and the structure are lent for the call, which fills the structure.
      unsafe followingLinks ? stat(path, &information) : lstat(path, &information)
    }
    return information
  }

  static func kind(
    _ path: String, followingLinks: Bool = true
  ) throws(StorageError) -> mode_t {
    try status(path, followingLinks: followingLinks).st_mode & S_IFMT
  }

  /// The kind of what is at the path itself, or `nil` if there is nothing.
  static func kindIfPresent(_ path: String) throws(StorageError) -> mode_t? {
    do throws(StorageError) {
      return try kind(path, followingLinks: false)
    } catch .notFound {
      return nil
    }
  }
}
