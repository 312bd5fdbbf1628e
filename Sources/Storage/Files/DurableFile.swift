/// Small files that are either wholly the old or wholly the new one, whatever happens meanwhile.
public enum DurableFile {
  /// Replaces a file by new bytes and returns once the device has them.
  ///
  /// The bytes go to a temporary file beside it, `.NAME.tmp`, which is synced and renamed; then the
  /// directory is synced. On failure the temporary file is removed and the old file stays as it was;
  /// what a killed process left is used by the next one. Who writes the same file at the same time
  /// waits. The mode is 0640, or 0644 for a file that `isForAll`.
  public static func write(
    _ bytes: [UInt8], to path: String, isForAll: Bool = false
  ) throws(StorageError) {
    let directory = PathName.parent(of: path)
    let temporary = PathName.joined(directory, TemporaryName.of(path))
    let file = try openTemporary(temporary)
    do throws(StorageError) {
      try file.truncate()
      if isForAll { try file.letAllRead() }
      try file.write(bytes.span)
      try file.sync()
      // Its lock is held until it has its name.
      try FileSystem.rename(temporary, to: path)
    } catch {
      try? FileSystem.removeFile(temporary)
      throw error
    }
    try file.close()
    try syncDirectory(directory)
  }

  /// Replaces a file by the UTF-8 bytes of a text.
  public static func write(
    _ text: String, to path: String, isForAll: Bool = false
  ) throws(StorageError) {
    try write(Array(text.utf8), to: path, isForAll: isForAll)
  }

  /// Makes a symbolic link and returns once the device has it; one that is there is refused.
  public static func writeSymbolicLink(
    _ path: String, to target: String
  ) throws(StorageError) {
    try FileSystem.makeSymbolicLink(path, to: target)
    try syncDirectory(PathName.parent(of: path))
  }

  /// Removes the temporary files that killed processes have left in a directory.
  ///
  /// Nobody may write there meanwhile: the caller holds the lock of whatever the directory belongs to.
  public static func sweepTemporaries(in directory: String) throws(StorageError) {
    guard FileSystem.isDirectory(directory) else { return }
    for name in try FileSystem.list(directory) where TemporaryName.isOne(name) {
      try FileSystem.removeFile(PathName.joined(directory, name))
    }
  }

  /// Moves a finished file to its place and returns once the device knows; one that is there is
  /// replaced.
  ///
  /// The bytes of the file must have been synced by whoever wrote them.
  public static func move(_ source: String, to target: String) throws(StorageError) {
    try FileSystem.rename(source, to: target)
    try syncDirectory(PathName.parent(of: target))
    if PathName.parent(of: source) != PathName.parent(of: target) {
      try syncDirectory(PathName.parent(of: source))
    }
  }

  /// Waits until the device has the names in a directory.
  public static func syncDirectory(_ path: String) throws(StorageError) {
    let directory = try OpenFile(path, .directory)
    try directory.sync()
    try directory.close()
  }

  /// Opens a temporary file that nobody else writes.
  private static func openTemporary(_ path: String) throws(StorageError) -> OpenFile {
    while true {
      let file = try OpenFile(path, .update)
      try file.lock()
      // Whoever had the lock before may have given the file its name.
      if try file.isStill(at: path) { return file }
    }
  }
}
