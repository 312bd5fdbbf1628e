import Glibc

extension FileSystem {
  /// Whether this user may read what is at the path.
  public static func isReadable(_ path: String) -> Bool { permits(path, R_OK) }

  /// Whether this user may write the file at the path, or make and remove names in the directory.
  public static func isWritable(_ path: String) -> Bool {
    permits(path, isDirectory(path) ? W_OK | X_OK : W_OK)
  }

  private static func permits(_ path: String, _ mode: Int32) -> Bool {
    // Safety: the string lends its bytes for the call. The effective user counts, as for opening.
    unsafe faccessat(AT_FDCWD, path, mode, AT_EACCESS) == 0
  }

  /// The number of the file that the path leads to, which it shares with no other on its device.
  static func inode(_ path: String) throws(StorageError) -> UInt64 {
    UInt64(try status(path).st_ino)
  }
}

extension FileLock {
  /// The line of who holds a lock, or `nil` where nobody does; looking takes no lock.
  ///
  /// The kernel's list of locks is read. The result is an empty line where the holder has not written
  /// one yet.
  ///
  /// - Throws: `StorageError` where the list cannot be read.
  public static func currentHolder(_ path: String) throws(StorageError) -> String? {
    guard FileSystem.exists(path) else { return nil }
    let inode = try FileSystem.inode(path)
    let isHeld = try FileSystem.readText("/proc/locks").split(separator: "\n").contains { line in
      let words = line.split(separator: " ")
      // A waiting process has an arrow in its line.
      return words.count > 5 && words[1] == "FLOCK"
        && words[5].split(separator: ":").last.flatMap { UInt64($0) } == inode
    }
    guard isHeld else { return nil }
    return String(((try? FileSystem.readText(path)) ?? "").prefix { $0 != "\n" })
  }
}
