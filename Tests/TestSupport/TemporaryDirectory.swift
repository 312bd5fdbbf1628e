import Glibc
public import Storage

/// A new directory that is removed with all that is in it when its owner ends.
public final class TemporaryDirectory: Sendable {
  /// Where the directory is.
  public let path: String

  /// Makes a directory in the place that the system has for temporary files.
  public init() throws(StorageError) {
    var generator = SystemRandomNumberGenerator()
    let place = "/tmp/recjob-tests-\(getpid())-\(String(generator.next(), radix: 36))"
    try FileSystem.makeDirectory(place)
    path = place
  }

  deinit {
    try? FileSystem.removeTree(path)
  }

  /// The path of a name in the directory.
  public func path(_ name: String) -> String {
    PathName.joined(path, name)
  }

  /// Writes a file, with the directories it needs, and returns its path.
  @discardableResult
  public func write(_ bytes: [UInt8], to name: String) throws(StorageError) -> String {
    let file = path(name)
    try FileSystem.makeDirectory(PathName.parent(of: file))
    try? FileSystem.removeFile(file)
    var output = try OutputFile(file)
    try output.write(bytes)
    _ = try output.close(sync: false)
    return file
  }

  /// Writes a text file, with the directories it needs, and returns its path.
  @discardableResult
  public func write(_ text: String, to name: String) throws(StorageError) -> String {
    try write(Array(text.utf8), to: name)
  }
}
