import Glibc

/// Names for files that are about to be renamed.
enum TemporaryName {
  /// A hidden name beside `path` that nothing has, marked with the process that uses it.
  static func unused(beside path: String) throws(StorageError) -> String {
    let directory = PathName.parent(of: path)
    let name = PathName.lastComponent(of: path)
    for number in 0..<1000 {
      let candidate = PathName.joined(directory, ".\(name).\(getpid()).\(number).tmp")
      if !FileSystem.exists(candidate) { return candidate }
    }
    throw .cannotCreate(path: path, reason: "its directory is full of temporary files")
  }
}
