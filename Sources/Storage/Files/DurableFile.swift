/// Small files that are either wholly the old or wholly the new one, whatever happens meanwhile.
public enum DurableFile {
  /// Replaces a file by new bytes and returns once the device has them.
  ///
  /// The bytes go to a temporary file beside it, which is synced and renamed; then the directory is
  /// synced. On failure the temporary file is removed and the old file stays as it was. The mode is
  /// 0640, or 0644 for a file that `isForAll`.
  public static func write(
    _ bytes: [UInt8], to path: String, isForAll: Bool = false
  ) throws(StorageError) {
    let temporary = try writeTemporary(bytes, beside: path, isForAll: isForAll)
    do throws(StorageError) {
      try FileSystem.rename(temporary, to: path)
    } catch {
      try? FileSystem.removeFile(temporary)
      throw error
    }
    try syncDirectory(PathName.parent(of: path))
  }

  /// Replaces a file by the UTF-8 bytes of a text.
  public static func write(
    _ text: String, to path: String, isForAll: Bool = false
  ) throws(StorageError) {
    try write(Array(text.utf8), to: path, isForAll: isForAll)
  }

  /// Removes the temporary files that killed processes have left beside a file, as far as possible.
  ///
  /// Only the one writer of the file may call this: another's temporary file would be gone too.
  public static func removeLeftovers(of path: String) {
    let directory = PathName.parent(of: path)
    for name in (try? FileSystem.list(directory)) ?? []
    where TemporaryName.isTemporary(name, of: PathName.lastComponent(of: path)) {
      try? FileSystem.removeFile(PathName.joined(directory, name))
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

  static func syncDirectory(_ path: String) throws(StorageError) {
    let directory = try OpenFile(path, .directory)
    try directory.sync()
    try directory.close()
  }

  private static func writeTemporary(
    _ bytes: [UInt8], beside path: String, isForAll: Bool
  ) throws(StorageError) -> String {
    let temporary = try TemporaryName.unused(beside: path)
    let file = try OpenFile(temporary, .createNew)
    do throws(StorageError) {
      if isForAll { try file.letAllRead() }
      try file.write(bytes.span)
      try file.sync()
      try file.close()
    } catch {
      try? FileSystem.removeFile(temporary)
      throw error
    }
    return temporary
  }
}
