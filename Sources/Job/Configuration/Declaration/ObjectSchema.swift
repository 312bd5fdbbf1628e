import Storage

/// The description of an object of the job file: the one source of its decoder, its defaults, its
/// plan, its JSON Schema and its rows in the table of keys.
struct ObjectSchema<Root: Sendable>: Sendable {
  /// The object with every default.
  let prototype: Root
  /// The keys, in the order in which the plan writes them.
  let fields: [Field<Root>]

  init(_ prototype: Root, _ fields: [Field<Root>]) {
    self.prototype = prototype
    self.fields = fields
  }

  /// The keys that are allowed in every object and mean nothing.
  static var annotations: [String] { ["$schema", "$comment"] }

  // MARK: Reading and writing

  /// Reads an object over a value, noting every fault; `nil` only where it is no object.
  func read(_ node: JSONNode, over current: Root, _ decoder: inout StrictDecoder) -> Root? {
    guard case .object(let members) = node.kind else {
      decoder.mismatch(expected: "object", at: node)
      return nil
    }
    var root = current
    var places: [String: TextPosition] = [:]
    for member in members {
      if let first = places[member.key] {
        let place = first.line == 0 ? "by --set" : "in line \(first.line), column \(first.column)"
        decoder.fault(
          "the key is written twice, first \(place)", at: member.keyPosition,
          key: decoder.pointer.appending(member.key))
        continue
      }
      places[member.key] = member.keyPosition
      read(member, into: &root, &decoder)
    }
    for field in fields {
      let key = decoder.pointer.appending(field.key)
      guard let place = places[field.key] else {
        if field.isRequired {
          decoder.fault("the key is missing; it is required", at: node.position, key: key)
        }
        continue
      }
      // A key that decides is first put right itself.
      if let condition = field.condition, !condition.holds(root),
        !decoder.hasFault(at: decoder.pointer.appending(condition.key))
      {
        decoder.fault(
          "the key has no meaning here: it is \(condition.text)", at: place, key: key,
          kind: .meaninglessKey)
      }
    }
    return root
  }

  /// Writes every key that has a meaning, defaults filled in.
  func write(_ root: Root) -> JSONValue {
    .object(
      fields.compactMap { field in
        guard field.condition?.holds(root) ?? true, let value = field.write(root) else {
          return nil
        }
        return JSONMember(key: field.key, value: value)
      })
  }

  private func read(
    _ member: JSONNode.Member, into root: inout Root, _ decoder: inout StrictDecoder
  ) {
    if let field = fields.first(where: { $0.key == member.key }) {
      decoder.within(field.key) { decoder in field.read(member.node, &root, &decoder) }
    } else if Self.annotations.contains(member.key) {
      guard case .string = member.node.kind else {
        decoder.within(member.key) { $0.mismatch(expected: "text", at: member.node) }
        return
      }
    } else {
      decoder.fault(
        "unknown key" + suggestion(for: member.key), at: member.keyPosition,
        key: decoder.pointer.appending(member.key))
    }
  }

  private func suggestion(for key: String) -> String {
    if let guess = EditDistance.closest(to: key, among: fields.map(\.key)) {
      return "; did you mean \"\(guess)\"?"
    }
    // The key may be right and only its place wrong.
    if let home = JobSchema.rows.first(where: { $0.pointer.tokens.last == key }) {
      return "; a key of that name belongs at \(home.pointer)"
    }
    return ""
  }

  // MARK: Description

  /// The JSON Schema of the object.
  var schemaMembers: [JSONMember] {
    var properties = Self.annotations.map { JSONMember(key: $0, value: ["type": "string"]) }
    for field in fields {
      properties.append(JSONMember(key: field.key, value: schema(of: field)))
    }
    var members = [
      JSONMember(key: "type", value: "object"),
      JSONMember(key: "properties", value: .object(properties)),
    ]
    let required = fields.filter(\.isRequired).map { JSONValue.string($0.key) }
    if !required.isEmpty {
      members.append(JSONMember(key: "required", value: .array(required)))
    }
    members.append(JSONMember(key: "additionalProperties", value: false))
    return members
  }

  private func schema(of field: Field<Root>) -> JSONValue {
    var members = [JSONMember(key: "description", value: .string(description(of: field)))]
    members += field.members
    if let value = defaultValue(of: field) {
      members.append(JSONMember(key: "default", value: value))
    }
    return .object(members)
  }

  private func description(of field: Field<Root>) -> String {
    var parts = [field.meaning]
    if let text = field.defaultText {
      parts.append("The default is \(text).")
    }
    if let condition = field.condition {
      parts.append("It is \(condition.text).")
    }
    return parts.joined(separator: " ")
  }

  /// The default that stands in the schema; sections have none, since each of their keys does.
  private func defaultValue(of field: Field<Root>) -> JSONValue? {
    guard !field.isRequired, field.defaultText == nil, field.noun != "object",
      field.noun != "object or array"
    else {
      return nil
    }
    return field.write(prototype)
  }

  /// The rows of the table of keys.
  var rows: [KeyReference.Row] {
    fields.flatMap { field in
      let row = KeyReference.Row(
        pointer: JSONPointer([field.key]), type: field.noun, range: field.range,
        default: field.isRequired
          ? "required"
          : field.defaultText ?? defaultValue(of: field).map { "`\($0.text())`" } ?? "",
        meaning: field.meaning + (field.condition.map { " It is \($0.text)." } ?? ""))
      return [row] + field.rows.map { $0.moved(below: field.key) }
    }
  }
}
