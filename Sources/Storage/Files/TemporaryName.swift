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
}
