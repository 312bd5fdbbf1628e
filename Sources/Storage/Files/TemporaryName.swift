/// Names of files that are about to be renamed.
enum TemporaryName {
  /// The hidden name of the file that is to take the place of another.
  static func of(_ path: String) -> String {
    ".\(PathName.lastComponent(of: path)).tmp"
  }

  /// Whether a name is one of these.
  static func isOne(_ name: String) -> Bool {
    name.utf8.first == UInt8(ascii: ".") && name.hasSuffix(".tmp")
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
