import Storage

extension ValueSchema {
  /// An object with described keys.
  static func object(_ object: ObjectSchema<Value>) -> ValueSchema {
    ValueSchema(
      noun: "object", members: object.schemaMembers, rows: object.rows,
      read: { node, current, decoder in object.read(node, over: current, &decoder) },
      write: { object.write($0) })
  }

  /// A value or `null`; what is not null is read over `prototype`.
  static func nullable<Wrapped>(
    _ wrapped: ValueSchema<Wrapped>, prototype: Wrapped
  ) -> ValueSchema where Value == Wrapped? {
    ValueSchema(
      noun: "\(wrapped.noun) or null", range: wrapped.range, members: wrapped.members.orNull,
      rows: wrapped.rows,
      read: { node, _, decoder in
        if case .null = node.kind { return .some(nil) }
        return wrapped.read(node, prototype, &decoder).map { .some($0) }
      },
      write: { $0.map(wrapped.write) ?? .null })
  }

  /// A value, or a list of at least two of them; each is read over `prototype`.
  static func oneOrSeveral<Element: Equatable>(
    of element: ValueSchema<Element>, prototype: Element
  ) -> ValueSchema where Value == [Element] {
    let list = ValueSchema.array(of: element, prototype: prototype, count: 2...16)
    return ValueSchema(
      noun: "\(element.noun) or array", range: element.range,
      members: [JSONMember(key: "anyOf", value: [element.schema, list.schema])],
      rows: element.rows,
      read: { node, current, decoder in
        if case .array = node.kind { return list.read(node, [], &decoder) }
        return element.read(node, current.first ?? prototype, &decoder).map { [$0] }
      },
      write: { $0.count == 1 ? element.write($0[0]) : list.write($0) })
  }

  /// A value or the text "auto", which stands for `nil`.
  static func automatic<Wrapped>(
    _ wrapped: ValueSchema<Wrapped>, prototype: Wrapped
  ) -> ValueSchema where Value == Wrapped? {
    ValueSchema(
      noun: "\(wrapped.noun) or \"auto\"", range: wrapped.range,
      members: [
        JSONMember(key: "anyOf", value: [["const": "auto"], wrapped.schema])
      ],
      read: { node, _, decoder in
        switch node.kind {
        case .string("auto"): return .some(nil)
        case .string:
          decoder.mismatch(expected: "\(wrapped.noun) or \"auto\"", at: node)
          return nil
        default: return wrapped.read(node, prototype, &decoder).map { .some($0) }
        }
      },
      write: { $0.map(wrapped.write) ?? "auto" })
  }

  /// A list with a number of elements of a range; each is read over `prototype`.
  ///
  /// Where `areDistinct`, the list must not repeat an element.
  static func array<Element: Equatable>(
    of element: ValueSchema<Element>, prototype: Element, count: ClosedRange<Int>,
    areDistinct: Bool = false
  ) -> ValueSchema where Value == [Element] {
    var members = [
      JSONMember(key: "type", value: "array"), JSONMember(key: "items", value: element.schema),
      JSONMember(key: "minItems", value: .integer(count.lowerBound)),
      JSONMember(key: "maxItems", value: .integer(count.upperBound)),
    ]
    if areDistinct {
      members.append(JSONMember(key: "uniqueItems", value: true))
    }
    return ValueSchema(
      noun: "array", range: element.range.isEmpty ? "" : "each \(element.range)",
      members: members, rows: element.rows.map { $0.moved(below: "*") },
      read: { node, _, decoder in
        guard case .array(let nodes) = node.kind else {
          decoder.mismatch(expected: "array", at: node)
          return nil
        }
        guard count.contains(nodes.count) else {
          decoder.fault(
            "an array of \(nodes.count) elements; it must have "
              + "from \(count.lowerBound) to \(count.upperBound)",
            at: node)
          return nil
        }
        var values: [Element] = []
        var isWhole = true
        for (index, node) in nodes.enumerated() {
          decoder.within(String(index)) { decoder in
            guard let value = element.read(node, prototype, &decoder) else {
              isWhole = false
              return
            }
            if areDistinct, values.contains(value) {
              decoder.fault("\(StrictDecoder.describe(node)) is listed twice", at: node)
              isWhole = false
            }
            values.append(value)
          }
        }
        return isWhole ? values : nil
      },
      write: { .array($0.map(element.write)) })
  }
}

extension [JSONMember] {
  /// The members of a schema that accepts `null` beside what these accept.
  fileprivate var orNull: [JSONMember] {
    map { member in
      switch (member.key, member.value) {
      case ("type", .string): JSONMember(key: "type", value: [member.value, "null"])
      case ("type", .array(let types)): JSONMember(key: "type", value: .array(types + ["null"]))
      case ("enum", .array(let choices)): JSONMember(key: "enum", value: .array(choices + [nil]))
      case ("anyOf", .array(let options)):
        JSONMember(key: "anyOf", value: .array(options + [["type": "null"]]))
      default: member
      }
    }
  }
}
