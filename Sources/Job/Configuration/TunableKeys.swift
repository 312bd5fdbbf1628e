import Storage

/// A key of the job file that can be searched.
struct TunableKey: Sendable {
  /// The key as `--set` takes it.
  let path: String
  /// What it means.
  let meaning: String
  /// The JSON Schema of its values.
  let schema: JSONValue

  /// Every key of the sections that a search may change, apart from those within arrays and the items
  /// that may be recommended, which are no setting.
  static let all: [TunableKey] = [
    ("model", JobSchema.model.rows, JobSchema.model.schemaMembers),
    ("training", JobSchema.training.rows, JobSchema.training.schemaMembers),
    ("recommend", JobSchema.recommend.rows, JobSchema.recommend.schemaMembers),
  ].flatMap { section, rows, members in
    rows.compactMap { row in
      guard row.type != "object", !row.pointer.tokens.contains("*"),
        row.pointer.tokens.first != "candidates",
        let schema = property(row.pointer.tokens[...], of: .object(members))
      else { return nil }
      return TunableKey(
        path: ([section] + row.pointer.tokens).joined(separator: "."), meaning: row.meaning,
        schema: schema)
    }
  }

  /// Whether the key's numbers have no fraction.
  var isWhole: Bool { numberSchema?["type"] == "integer" }

  /// The JSON Schema of the key's numbers; `nil` for one that has none.
  private var numberSchema: JSONValue? {
    for option in [schema] + (schema["anyOf"]?.arrayValue ?? []) {
      let types = option["type"]?.arrayValue ?? [option["type"] ?? .null]
      guard let type = types.first(where: { $0 == "integer" || $0 == "number" }) else { continue }
      let bounds = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"].compactMap {
        key in option[key].map { JSONMember(key: key, value: $0) }
      }
      return .object([JSONMember(key: "type", value: type)] + bounds)
    }
    return nil
  }

  /// The JSON Schema of a range of the key.
  var rangeSchema: JSONValue {
    let list: JSONValue = ["type": "array", "minItems": 1, "maxItems": 1_000, "items": schema]
    let interval: JSONValue? = numberSchema.map { number in
      [
        "type": "object",
        "properties": [
          "from": .described("The least value.", number),
          "to": .described("The greatest value.", number),
          "scale": .described("How the values are spread.", ValueSchema<TuneScale>.choice.schema),
        ],
        "required": ["from", "to"],
        "additionalProperties": false,
      ]
    }
    return .described(meaning, ["anyOf": .array([list] + (interval.map { [$0] } ?? []))])
  }

  /// The schema of a key below another, without its default.
  private static func property(_ tokens: ArraySlice<String>, of schema: JSONValue) -> JSONValue? {
    guard let token = tokens.first else {
      guard case .object(let members) = schema else { return schema }
      return .object(members.filter { $0.key != "default" && $0.key != "description" })
    }
    return schema["properties"]?[token].flatMap { property(tokens.dropFirst(), of: $0) }
  }
}

extension JSONValue {
  /// A schema with what it is for.
  fileprivate static func described(_ meaning: String, _ schema: JSONValue) -> JSONValue {
    .object(
      [JSONMember(key: "description", value: .string(meaning))] + (schema.objectValue ?? []))
  }
}
