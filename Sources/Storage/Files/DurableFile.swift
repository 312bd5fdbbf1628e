/// Small files that are either wholly the old or wholly the new one, whatever happens meanwhile.
public enum DurableFile {
  /// Replaces a file by new bytes and returns once the device has them.
  ///
  /// The bytes go to a temporary file beside it, which is synced and renamed; then the directory is
  /// synced. On failure the temporary file is removed and the old file stays as it was.
  public static func write(_ bytes: [UInt8], to path: String) throws(StorageError) {
    let temporary = try writeTemporary(bytes, beside: path)
    do throws(StorageError) {
      try FileSystem.rename(temporary, to: path)
    } catch {
      try? FileSystem.removeFile(temporary)
      throw error
    }
    try syncDirectory(PathName.parent(of: path))
  }

  /// Replaces a file by the UTF-8 bytes of a text.
  public static func write(_ text: String, to path: String) throws(StorageError) {
    try write(Array(text.utf8), to: path)
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
    _ bytes: [UInt8], beside path: String
  ) throws(StorageError) -> String {
    let temporary = try TemporaryName.unused(beside: path)
    let file = try OpenFile(temporary, .createNew)
    do throws(StorageError) {
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
