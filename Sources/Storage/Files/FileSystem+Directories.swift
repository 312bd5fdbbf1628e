import Glibc

extension FileSystem {
  /// The names in a directory, without `.` and `..`, sorted by their bytes.
  public static func list(_ directory: String) throws(StorageError) -> [String] {
    // Safety: the stream is owned here and closed once on every way out; an entry is read before
    // the next call that may replace it, and its name ends in a zero byte.
    guard let stream = unsafe opendir(directory) else {
      throw StorageError(errno: errno, path: directory, operation: .open)
    }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(stream) else {
        let code = errno
        guard code == 0 else { throw StorageError(errno: code, path: directory, operation: .list) }
        return names.sorted(by: PathName.byteOrder)
      }
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { buffer in
        unsafe String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
  }

  /// The paths of all regular files below a directory, relative to it and sorted by their bytes.
  ///
  /// Symbolic links to files count as files; linked directories are not entered.
  public static func listTree(_ directory: String) throws(StorageError) -> [String] {
    var files: [String] = []
    var pending = [""]
    while let relative = pending.popLast() {
      for name in try list(PathName.joined(directory, relative)) {
        let path = PathName.joined(relative, name)
        let full = PathName.joined(directory, path)
        switch try kind(full, followingLinks: false) {
        case S_IFREG: files.append(path)
        case S_IFDIR: pending.append(path)
        case S_IFLNK where isRegularFile(full): files.append(path)
        default: break
        }
      }
    }
    return files.sorted(by: PathName.byteOrder)
  }

  /// Makes a directory and those above it that are missing, with mode 0750, and waits until the
  /// device has their names; one that exists is left as it is.
  public static func makeDirectory(_ path: String) throws(StorageError) {
    if isDirectory(path) { return }
    let parent = PathName.parent(of: path)
    if parent != path { try makeDirectory(parent) }
    // Safety: the string lends its bytes for the calls.
    guard unsafe mkdir(path, OpenFile.directoryMode) == 0 else {
      let code = errno
      // Another process may have made it meanwhile.
      if code == EEXIST, isDirectory(path) { return }
      throw StorageError(errno: code, path: path, operation: .create)
    }
    unsafe chmod(path, OpenFile.directoryMode)
    try DurableFile.syncDirectory(parent)
  }

  /// Removes a file or symbolic link; one that is not there is no error.
  public static func removeFile(_ path: String) throws(StorageError) {
    // Safety: the string lends its bytes for the call.
    guard unsafe unlink(path) == 0 || errno == ENOENT else {
      throw StorageError(errno: errno, path: path, operation: .remove)
    }
  }

  /// Removes a directory with all that is in it; symbolic links are removed and never followed.
  public static func removeTree(_ path: String) throws(StorageError) {
    guard let kind = try kindIfPresent(path) else { return }
    guard kind == S_IFDIR else { return try removeFile(path) }
    for name in try list(path) { try removeTree(PathName.joined(path, name)) }
    // Safety: the string lends its bytes for the call.
    guard unsafe rmdir(path) == 0 || errno == ENOENT else {
      throw StorageError(errno: errno, path: path, operation: .remove)
    }
  }

  /// Moves a file or directory within a file system; a file at the target is replaced.
  public static func rename(_ source: String, to target: String) throws(StorageError) {
    // Safety: both strings lend their bytes for the call.
    try once(path: target, operation: .rename) { unsafe Glibc.rename(source, target) }
  }

  /// Makes a symbolic link that holds `target`.
  public static func makeSymbolicLink(
    _ path: String, to target: String
  ) throws(StorageError) {
    // Safety: both strings lend their bytes for the call.
    try once(path: path, operation: .create) { unsafe symlink(target, path) }
  }
}
