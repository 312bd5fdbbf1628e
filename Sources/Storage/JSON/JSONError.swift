/// The reason why a text is not the JSON that was expected.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file, or what stands for it in messages.
  public let path: String
  /// The line, from 1.
  public let line: Int
  /// The column in characters (Unicode scalars), from 1.
  public let column: Int
  /// What is wrong.
  public let reason: String

  /// Creates an error at a place of a file.
  public init(path: String, line: Int, column: Int, reason: String) {
    self.path = path
    self.line = line
    self.column = column
    self.reason = reason
  }

  /// The place and the reason in one line.
  public var description: String {
    "\(path):\(line):\(column): \(reason)"
  }
}

extension StorageError {
  /// Creates the storage error of a malformed JSON text.
  public init(_ error: JSONError) {
    self = .malformedJSON(
      path: error.path, line: error.line, column: error.column, reason: error.reason)
  }
}
