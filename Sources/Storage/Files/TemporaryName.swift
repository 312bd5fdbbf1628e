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

  /// Whether a name is one that this type gave to a temporary file of `file`.
  static func isTemporary(_ name: String, of file: String) -> Bool {
    guard name.hasPrefix(".\(file)."), name.hasSuffix(".tmp") else { return false }
    let middle = name.dropFirst(file.count + 2).dropLast(4).split(
      separator: ".", omittingEmptySubsequences: false)
    return middle.count == 2
      && middle.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }
  }
}
