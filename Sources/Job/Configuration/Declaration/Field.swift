import Storage

/// A key of an object of the job file, bound to the property that holds its value.
struct Field<Root: Sendable>: Sendable {
  /// When a key has a meaning.
  struct Condition: Sendable {
    /// The key of the same object that decides.
    let key: String
    /// The condition in words: "only for the model types …".
    let text: String
    /// Whether the key has a meaning in an object.
    let holds: @Sendable (Root) -> Bool
  }

  /// The key.
  let key: String
  /// What it means, for the schema and the table of keys.
  let meaning: String
  /// The type in words.
  let noun: String
  /// The accepted values in words.
  let range: String
  /// The members of its JSON Schema, without description and default.
  let members: [JSONMember]
  /// The keys inside.
  let rows: [KeyReference.Row]
  /// The default in words, for one that depends on other keys.
  let defaultText: String?
  /// Whether the object must have the key.
  var isRequired = false
  /// When the key has a meaning; always if `nil`.
  var condition: Condition?
  /// Reads the value into an object, noting faults.
  let read: @Sendable (JSONNode, inout Root, inout StrictDecoder) -> Void
  /// Writes the value of an object, or returns `nil` while it is undecided.
  let write: @Sendable (Root) -> JSONValue?

  /// Describes a key whose default is the one of its property.
  init<Value>(
    _ key: String, _ path: any WritableKeyPath<Root, Value> & Sendable,
    _ schema: ValueSchema<Value>,
    _ meaning: String
  ) {
    self.key = key
    self.meaning = meaning
    noun = schema.noun
    range = schema.range
    members = schema.members
    rows = schema.rows
    defaultText = nil
    read = { node, root, decoder in
      if let value = schema.read(node, root[keyPath: path], &decoder) {
        root[keyPath: path] = value
      }
    }
    write = { root in schema.write(root[keyPath: path]) }
  }

  /// Describes a key whose default is decided later, from other keys, as `default` says; until
  /// then the property is `nil`.
  init<Value>(
    _ key: String, deciding path: any WritableKeyPath<Root, Value?> & Sendable,
    _ schema: ValueSchema<Value>, prototype: Value, default defaultText: String, _ meaning: String
  ) {
    self.key = key
    self.meaning = meaning
    noun = schema.noun
    range = schema.range
    members = schema.members
    rows = schema.rows
    self.defaultText = defaultText
    read = { node, root, decoder in
      if let value = schema.read(node, root[keyPath: path] ?? prototype, &decoder) {
        root[keyPath: path] = value
      }
    }
    write = { root in root[keyPath: path].map(schema.write) }
  }

  /// Takes a key of an object that stands at a property of this one and shares its keys with it.
  init<Part>(_ field: Field<Part>, at path: any WritableKeyPath<Root, Part> & Sendable) {
    key = field.key
    meaning = field.meaning
    noun = field.noun
    range = field.range
    members = field.members
    rows = field.rows
    defaultText = field.defaultText
    isRequired = field.isRequired
    read = { node, root, decoder in field.read(node, &root[keyPath: path], &decoder) }
    write = { root in field.write(root[keyPath: path]) }
  }

  /// The same key as one that every object must have.
  func required() -> Field {
    var field = self
    field.isRequired = true
    return field
  }

  /// The same key as one that has a meaning only where another key of the object allows.
  func only(
    _ text: String, byKey key: String, where holds: @escaping @Sendable (Root) -> Bool
  ) -> Field {
    var field = self
    field.condition = Condition(key: key, text: text, holds: holds)
    return field
  }
}
