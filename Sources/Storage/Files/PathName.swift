/// Paths as text: nothing here looks at the disk.
public enum PathName {
  /// Returns `path` itself if it is absolute, otherwise `path` below `base`.
  public static func joined(_ base: String, _ path: String) -> String {
    if path.utf8.first == UInt8(ascii: "/") || base.isEmpty { return path }
    if path.isEmpty { return base }
    return base.utf8.last == UInt8(ascii: "/") ? base + path : base + "/" + path
  }

  /// Returns the directory part of a path: `.` for a bare name, `/` for the root.
  public static func parent(of path: String) -> String {
    let bytes = trimmed(path)
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    let parent = bytes[..<slash]
    return parent.isEmpty ? "/" : String(decoding: parent, as: UTF8.self)
  }

  /// Returns the last part of a path, without a slash at its end.
  public static func lastComponent(of path: String) -> String {
    let bytes = trimmed(path)
    let start = bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? bytes.startIndex
    return String(decoding: bytes[start...], as: UTF8.self)
  }

  /// Whether a member name stays below the directory it is read against.
  ///
  /// It is not empty, not absolute, has no `..` part and no zero byte.
  public static func isContained(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.first != UInt8(ascii: "/") && !name.utf8.contains(0)
      && !name.utf8.split(separator: UInt8(ascii: "/")).contains { $0.elementsEqual("..".utf8) }
  }

  /// Whether the first string comes before the second by their UTF-8 bytes.
  public static func byteOrder(_ first: String, _ second: String) -> Bool {
    first.utf8.lexicographicallyPrecedes(second.utf8)
  }

  private static func trimmed(_ path: String) -> ArraySlice<UInt8> {
    var bytes = Array(path.utf8)[...]
    while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
    return bytes
  }
}
