/// The place of a value inside a JSON document, as RFC 6901 writes it.
public struct JSONPointer: Sendable, Hashable, CustomStringConvertible {
  /// The keys and array positions from the root to the value.
  public var tokens: [String]

  /// Creates a pointer; without tokens it is the whole document.
  public init(_ tokens: [String] = []) {
    self.tokens = tokens
  }

  /// Returns the pointer of a member of the object at this pointer.
  public func appending(_ key: String) -> JSONPointer {
    JSONPointer(tokens + [key])
  }

  /// Returns the pointer of an element of the array at this pointer.
  public func appending(_ position: Int) -> JSONPointer {
    JSONPointer(tokens + [String(position)])
  }

  /// The pointer with its slashes, such as `/training/seed`; empty for the whole document.
  public var description: String {
    tokens.map { token in
      "/"
        + token.split(separator: "~", omittingEmptySubsequences: false).joined(separator: "~0")
        .split(separator: "/", omittingEmptySubsequences: false).joined(separator: "~1")
    }.joined()
  }

  /// Reads a pointer, or returns `nil` if the text does not start with a slash.
  public init?(text: String) {
    guard !text.isEmpty else {
      self.init()
      return
    }
    guard text.hasPrefix("/") else { return nil }
    let parts = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    self.init(
      parts.map { part in
        part.split(separator: "~1", omittingEmptySubsequences: false).joined(separator: "/")
          .split(separator: "~0", omittingEmptySubsequences: false).joined(separator: "~")
      })
  }
}
