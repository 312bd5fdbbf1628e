public import Storage

/// A value that the command line puts in the place of the job file's: `--set path=value`.
public struct JobOverride: Equatable, Sendable {
  /// The path as given. The value may be something that no message should repeat.
  public let path: String
  /// The key that is set.
  public let pointer: JSONPointer
  /// The value.
  public let value: JSONValue

  /// Reads `path=value`, or returns `nil` if there is no path or no equals sign.
  ///
  /// The path is dotted (`training.seed`) or a JSON pointer (`/training/seed`). The value is JSON
  /// if it can be read as such, and a text otherwise.
  public init?(argument: String) {
    guard let equals = argument.firstIndex(of: "=") else { return nil }
    let path = String(argument[..<equals])
    let text = String(argument[argument.index(after: equals)...])
    let pointer =
      path.hasPrefix("/")
      ? JSONPointer(text: path)
      : JSONPointer(path.split(separator: ".", omittingEmptySubsequences: false).map(String.init))
    guard let pointer, !pointer.tokens.isEmpty, !pointer.tokens.contains("") else { return nil }
    self.path = path
    self.pointer = pointer
    value = (try? JSONParser.parseValue(Array(text.utf8), path: argument)) ?? .string(text)
  }
}

extension JSONNode {
  /// Puts a value at a place, making the objects on the way where there are none.
  ///
  /// Returns the pointer of the value that stands in the way, or `nil` on success. An array takes
  /// a position up to its count.
  mutating func set(
    _ value: JSONNode, at tokens: ArraySlice<String>, parents: JSONPointer = JSONPointer()
  ) -> JSONPointer? {
    guard let token = tokens.first else {
      self = value
      return nil
    }
    let rest = tokens.dropFirst()
    let place = parents.appending(token)
    switch kind {
    case .object(var members):
      if let index = members.firstIndex(where: { $0.key == token }) {
        if let obstacle = members[index].node.set(value, at: rest, parents: place) {
          return obstacle
        }
        if rest.isEmpty {
          members[index].keyPosition = value.position
        }
      } else {
        var node = JSONNode(kind: .object([]), position: value.position)
        _ = node.set(value, at: rest, parents: place)
        members.append(Member(key: token, keyPosition: value.position, node: node))
      }
      kind = .object(members)
      return nil
    case .array(var elements):
      guard let index = Int(token), (0...elements.count).contains(index) else { return parents }
      if index == elements.count {
        elements.append(JSONNode(kind: .null, position: value.position))
      }
      let obstacle = elements[index].set(value, at: rest, parents: place)
      kind = .array(elements)
      return obstacle
    case .null:
      self = JSONNode(kind: .object([]), position: value.position)
      return set(value, at: tokens, parents: parents)
    case .bool, .number, .string:
      return parents
    }
  }

  /// Returns where the value at a pointer was written, or else the innermost object around it.
  func position(of pointer: JSONPointer) -> TextPosition {
    var node = self
    for token in pointer.tokens {
      switch node.kind {
      case .object(let members):
        guard let member = members.first(where: { $0.key == token }) else { return node.position }
        node = member.node
      case .array(let elements):
        guard let index = Int(token), elements.indices.contains(index) else { return node.position }
        node = elements[index]
      default: return node.position
      }
    }
    return node.position
  }
}
