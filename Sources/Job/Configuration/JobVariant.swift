import Storage

extension JSONNode {
  /// The keys that say what is compared and searched, and change nothing else.
  private static let searchKeys = ["compare", "tune"]

  /// The document of a job without what is compared and searched.
  var withoutSearch: JSONNode {
    removing(Self.searchKeys)
  }

  /// The object without some of its keys.
  func removing(_ keys: [String]) -> JSONNode {
    guard case .object(let members) = kind else { return self }
    return JSONNode(
      kind: .object(members.filter { !keys.contains($0.key) }), position: position)
  }

  /// The value without the key at a place.
  func removing(at tokens: ArraySlice<String>) -> JSONNode {
    guard let token = tokens.first, case .object(var members) = kind,
      let index = members.firstIndex(where: { $0.key == token })
    else { return self }
    if tokens.count == 1 {
      members.remove(at: index)
    } else {
      members[index].node = members[index].node.removing(at: tokens.dropFirst())
    }
    return JSONNode(kind: .object(members), position: position)
  }

  /// This value with another over it: the members of objects one by one, all else as a whole.
  func merging(_ other: JSONNode) -> JSONNode {
    guard case .object(var members) = kind, case .object(let others) = other.kind else {
      return other
    }
    for member in others {
      if let index = members.firstIndex(where: { $0.key == member.key }) {
        members[index] = Member(
          key: member.key, keyPosition: member.keyPosition,
          node: members[index].node.merging(member.node))
      } else {
        members.append(member)
      }
    }
    return JSONNode(kind: .object(members), position: position)
  }

  /// Whether there is a value at the place of some tokens.
  func holds(_ tokens: some Collection<String>) -> Bool {
    guard let token = tokens.first else { return true }
    switch kind {
    case .object(let members):
      return members.first { $0.key == token }?.node.holds(tokens.dropFirst()) ?? false
    case .array(let elements):
      guard let index = Int(token), elements.indices.contains(index) else { return false }
      return elements[index].holds(tokens.dropFirst())
    default: return false
    }
  }
}
