import Storage

/// How a type of value is read from a job file, written to a plan, described to an editor and
/// explained to a reader.
struct ValueSchema<Value: Sendable>: Sendable {
  /// The type in words, without article: "whole number".
  var noun: String
  /// The values that are accepted, in words; empty where all are.
  var range = ""
  /// The members of its JSON Schema.
  var members: [JSONMember]
  /// The keys inside, with pointers relative to the value.
  var rows: [KeyReference.Row] = []
  /// Reads a value over the one that stands so far; notes faults and returns `nil` where it is no
  /// such value.
  var read: @Sendable (JSONNode, Value, inout StrictDecoder) -> Value?
  /// Writes a value.
  var write: @Sendable (Value) -> JSONValue
}

extension ValueSchema {
  /// The JSON Schema of the value alone.
  var schema: JSONValue { .object(members) }

  /// Adds a check that the JSON Schema cannot express; it returns what is wrong, or `nil`.
  func checked(_ fault: @escaping @Sendable (Value) -> String?) -> ValueSchema {
    var checked = self
    let read = read
    checked.read = { node, current, decoder in
      guard let value = read(node, current, &decoder) else { return nil }
      if let reason = fault(value) {
        decoder.fault(reason, at: node)
        return nil
      }
      return value
    }
    return checked
  }

  /// Turns values of one type into another's; `from` never fails on what `to` gives.
  func mapped<Other: Sendable>(
    to: @escaping @Sendable (Value) -> Other, from: @escaping @Sendable (Other) -> Value
  ) -> ValueSchema<Other> {
    let (read, write) = (read, write)
    return ValueSchema<Other>(
      noun: noun, range: range, members: members, rows: rows,
      read: { node, current, decoder in read(node, from(current), &decoder).map(to) },
      write: { write(from($0)) })
  }
}
