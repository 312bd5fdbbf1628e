import Storage

extension Plan {
  /// What is wrong with the values that a search would give its keys: each is read in its place.
  ///
  /// A key that has a meaning for some of the types of model that are searched is right. Values that
  /// are each right and wrong together are drawn anew by the search.
  func tuningFaults(in root: JSONNode) -> [StrictDecoder.Fault] {
    guard case .object(let members)? = root["tune"]?["ranges"]?.kind, let tune else { return [] }
    let types = types(in: root)
    var faults: [StrictDecoder.Fault] = []
    for member in members {
      guard let key = tune.ranges.first(where: { $0.path == member.key }) else { continue }
      let place = JSONPointer(["tune", "ranges", member.key])
      for (token, value) in Self.ends(of: member.node) {
        let found = types.map { Self.faults(of: value, at: key.pointer, type: $0, in: root) }
        guard !found.contains(where: \.isEmpty), var first = found.first else { continue }
        for index in first.indices {
          let rest = first[index].pointer.tokens.dropFirst(key.pointer.tokens.count)
          first[index].pointer = JSONPointer(place.tokens + [token] + rest)
        }
        faults += first
      }
    }
    return faults
  }

  /// The types of model that are searched; `nil` is the job's own.
  private func types(in root: JSONNode) -> [JSONNode?] {
    guard case .array(let types)? = root["tune"]?["ranges"]?["model.type"]?.kind, !types.isEmpty
    else { return [nil] }
    return types
  }

  /// The values of a range, or its ends, with their places.
  private static func ends(of range: JSONNode) -> [(String, JSONNode)] {
    switch range.kind {
    case .array(let values): values.enumerated().map { ("\($0.offset)", $0.element) }
    default: ["from", "to"].compactMap { key in range[key].map { (key, $0) } }
    }
  }

  private static func faults(
    of value: JSONNode, at pointer: JSONPointer, type: JSONNode?, in root: JSONNode
  ) -> [StrictDecoder.Fault] {
    var root = root.withoutSearch
    if let type { _ = root.set(type, at: ["model", "type"]) }
    guard root.set(value, at: pointer.tokens[...]) == nil else {
      return [
        StrictDecoder.Fault(
          position: value.position, pointer: pointer,
          reason: "the job's own value cannot hold this key")
      ]
    }
    return Plan.read(root).faults.filter {
      $0.pointer.tokens.starts(with: pointer.tokens) && $0.kind != .combination
    }
  }
}
