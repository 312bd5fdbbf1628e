/// A place in a text file.
public struct TextPosition: Sendable, Hashable {
  /// The line, from 1.
  public var line: Int
  /// The column in characters (Unicode scalars), from 1.
  public var column: Int

  /// Creates a position.
  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// A parsed JSON value that knows where it stands in its file.
///
/// Members of an object are as written, repeated keys included: whoever decodes strictly reports
/// them with the place of the repetition.
public struct JSONNode: Sendable, Equatable {
  /// The kinds of value.
  public enum Kind: Sendable, Equatable {
    /// The literal `null`.
    case null
    /// The literal `true` or `false`.
    case bool(Bool)
    /// A number.
    case number(JSONNumber)
    /// A text.
    case string(String)
    /// A list of values.
    case array([JSONNode])
    /// Members in their order.
    case object([Member])
  }

  /// A key with its place and its value.
  public struct Member: Sendable, Equatable {
    /// The key.
    public var key: String
    /// Where the key starts.
    public var keyPosition: TextPosition
    /// The value.
    public var node: JSONNode

    /// Creates a member.
    public init(key: String, keyPosition: TextPosition, node: JSONNode) {
      self.key = key
      self.keyPosition = keyPosition
      self.node = node
    }
  }

  /// What the value is.
  public var kind: Kind
  /// Where the value starts.
  public var position: TextPosition

  /// Creates a node.
  public init(kind: Kind, position: TextPosition) {
    self.kind = kind
    self.position = position
  }

  /// Creates a tree whose every part stands at one place, for a value that comes from no file.
  public init(_ value: JSONValue, position: TextPosition) {
    self.position = position
    kind =
      switch value {
      case .null: .null
      case .bool(let value): .bool(value)
      case .number(let number): .number(number)
      case .string(let text): .string(text)
      case .array(let elements): .array(elements.map { JSONNode($0, position: position) })
      case .object(let members):
        .object(
          members.map { member in
            Member(
              key: member.key, keyPosition: position,
              node: JSONNode(member.value, position: position))
          })
      }
  }

  /// The value without its places.
  public var value: JSONValue {
    switch kind {
    case .null: .null
    case .bool(let value): .bool(value)
    case .number(let number): .number(number)
    case .string(let text): .string(text)
    case .array(let elements): .array(elements.map(\.value))
    case .object(let members):
      .object(members.map { JSONMember(key: $0.key, value: $0.node.value) })
    }
  }

  /// The first key that is written twice in one object, with the place of the second.
  ///
  /// - Complexity: O(n log n) in the number of keys.
  public var firstDuplicateKey: (key: String, position: TextPosition)? {
    switch kind {
    case .null, .bool, .number, .string:
      return nil
    case .array(let elements):
      for element in elements {
        if let found = element.firstDuplicateKey { return found }
      }
      return nil
    case .object(let members):
      var seen: Set<String> = []
      for member in members {
        guard seen.insert(member.key).inserted else { return (member.key, member.keyPosition) }
        if let found = member.node.firstDuplicateKey { return found }
      }
      return nil
    }
  }

  /// Throws at the first key that is written twice in one object.
  func checkUniqueKeys(path: String) throws(JSONError) {
    guard let (key, position) = firstDuplicateKey else { return }
    throw JSONError(
      path: path, line: position.line, column: position.column,
      reason: "the key \"\(key)\" is written twice")
  }
}
