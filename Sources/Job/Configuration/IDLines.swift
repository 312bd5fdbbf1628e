import Foundation
import Storage

/// The ids of a text with one on each line, as people list users and items.
enum IDLines {
  /// Finds the ids.
  ///
  /// A line ends with a line feed, a carriage return or both; a line without an id and a byte order mark
  /// at the beginning do not count. Blanks are part of an id.
  static func ids(of text: String) -> [String] {
    let scalars = text.unicodeScalars
    return scalars.dropFirst(scalars.first == "\u{FEFF}" ? 1 : 0)
      .split { $0 == "\n" || $0 == "\r" }.map { String(Substring($0)) }
  }

  /// Reads the ids of a file, of standard input if its name is `-`.
  ///
  /// - Throws: `StorageError` if it cannot be read or is not UTF-8.
  static func ids(ofFile path: String) throws -> [String] {
    guard path == "-" else { return ids(of: try FileSystem.readText(path)) }
    let bytes = Array(try FileHandle.standardInput.readToEnd() ?? Data())
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw StorageError.notUTF8(path: "standard input")
    }
    return ids(of: text)
  }
}
