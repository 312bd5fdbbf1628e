import Storage

extension ValueSchema where Value == [String] {
  /// Ids of items, inline or in a file of their own, whose ids ``JSONNode/readingItemLists(_:)`` puts in
  /// its place before anything is decoded.
  static func itemList(count: ClosedRange<Int>) -> ValueSchema {
    let list = ValueSchema.array(of: .text, prototype: "", count: count)
    let meaning = "A file with an id in each line, relative to the job file."
    let file: JSONValue = [
      "type": "object",
      "properties": [
        "file": ["type": "string", "minLength": 1, "description": .string(meaning)]
      ],
      "required": ["file"],
      "additionalProperties": false,
    ]
    return ValueSchema(
      noun: "array or object", range: "ids, or a file of them",
      members: [JSONMember(key: "anyOf", value: [list.schema, file])],
      rows: [
        KeyReference.Row(
          pointer: JSONPointer(["file"]), type: "text", range: "", default: "required",
          meaning: meaning)
      ],
      read: { node, current, decoder in
        guard case .array = node.kind else {
          decoder.mismatch(expected: "array of ids, or object with the key file alone,", at: node)
          return nil
        }
        return list.read(node, current, &decoder)
      },
      write: list.write)
  }
}

extension JSONNode {
  private static let itemLists = [
    ["recommend", "candidates", "allow"], ["recommend", "candidates", "deny"],
  ]

  /// The document of a job with the ids of each list of items in the place of the file that holds them.
  ///
  /// A plan thus has them all: it is another plan when the file has changed, and runs again without it.
  func readingItemLists(
    _ read: (_ path: String) throws(StorageError) -> String
  ) throws(StorageError) -> JSONNode {
    var places = Self.itemLists
    if case .array(let entries)? = self["compare"]?.kind {
      places += entries.indices.flatMap { entry in
        Self.itemLists.map { ["compare", "\(entry)"] + $0 }
      }
    }
    var document = self
    for place in places { document = try document.readingItemList(at: place[...], read) }
    return document
  }

  private func readingItemList(
    at place: ArraySlice<String>, _ read: (_ path: String) throws(StorageError) -> String
  ) throws(StorageError) -> JSONNode {
    guard let token = place.first else {
      guard case .object(let members) = kind, members.count == 1, members[0].key == "file",
        case .string(let path) = members[0].node.kind, !path.isEmpty
      else { return self }
      let ids = IDLines.ids(of: try read(path)).map {
        JSONNode(kind: .string($0), position: position)
      }
      return JSONNode(kind: .array(ids), position: position)
    }
    var node = self
    switch kind {
    case .object(var members):
      for index in members.indices where members[index].key == token {
        members[index].node = try members[index].node.readingItemList(at: place.dropFirst(), read)
      }
      node.kind = .object(members)
    case .array(var elements):
      if let index = Int(token), elements.indices.contains(index) {
        elements[index] = try elements[index].readingItemList(at: place.dropFirst(), read)
      }
      node.kind = .array(elements)
    default: break
    }
    return node
  }
}
