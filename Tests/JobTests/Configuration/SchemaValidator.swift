import Job
import Storage
import Testing

/// A plain reading of the part of JSON Schema 2020-12 that the job file's schema uses; a word that
/// it does not know fails the test.
enum SchemaValidator {
  /// Returns what a value does against a schema.
  static func faults(
    of value: JSONValue, against schema: JSONValue, at pointer: JSONPointer = JSONPointer()
  ) -> [String] {
    var faults: [String] = []
    for member in schema.objectValue ?? [] {
      let found: [String]
      switch member.key {
      case "$schema", "$id", "title", "description", "default": found = []
      case "type": found = hasType(value, member.value) ? [] : ["type"]
      case "$ref": found = referenced(value, member.value, at: pointer)
      case "enum": found = member.value.arrayValue?.contains(value) == true ? [] : ["enum"]
      case "const": found = member.value == value ? [] : ["const"]
      case "anyOf":
        let options = member.value.arrayValue ?? []
        let fits = options.contains { Self.faults(of: value, against: $0).isEmpty }
        found = fits ? [] : ["anyOf"]
      case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
        found = isInRange(value, member) ? [] : [member.key]
      case "minLength", "pattern": found = isText(value, member) ? [] : [member.key]
      case "minItems", "maxItems", "uniqueItems", "items":
        found = arrayFaults(value, member, at: pointer)
      case "properties", "required", "additionalProperties", "minProperties":
        found = objectFaults(value, member, of: schema, at: pointer)
      default:
        Issue.record("the validator does not know \(member.key)")
        found = []
      }
      faults += found.map { $0.contains(" ") ? $0 : "\(pointer) \($0)" }
    }
    return faults
  }

  /// What a value does against another part of the job file's schema.
  private static func referenced(
    _ value: JSONValue, _ reference: JSONValue, at pointer: JSONPointer
  ) -> [String] {
    var schema: JSONValue? = JobSchema.document()
    for token in (reference.stringValue ?? "").split(separator: "/").dropFirst() {
      schema = schema?[String(token)]
    }
    guard let schema else {
      Issue.record("the schema has no \(reference.text())")
      return []
    }
    return faults(of: value, against: schema, at: pointer)
  }

  private static func hasType(_ value: JSONValue, _ type: JSONValue) -> Bool {
    let names = (type.arrayValue ?? [type]).compactMap(\.stringValue)
    return names.contains { name in
      switch (name, value) {
      case ("null", .null), ("boolean", .bool), ("number", .number), ("string", .string),
        ("array", .array), ("object", .object):
        true
      case ("integer", .number(let number)): number.isWhole
      default: false
      }
    }
  }

  private static func isInRange(_ value: JSONValue, _ bound: JSONMember) -> Bool {
    guard let number = value.doubleValue, let limit = bound.value.doubleValue else { return true }
    return switch bound.key {
    case "minimum": number >= limit
    case "maximum": number <= limit
    case "exclusiveMinimum": number > limit
    default: number < limit
    }
  }

  private static func isText(_ value: JSONValue, _ rule: JSONMember) -> Bool {
    guard let text = value.stringValue else { return true }
    if let length = rule.value.intValue { return text.unicodeScalars.count >= length }
    guard let pattern = rule.value.stringValue, let expression = try? Regex(pattern) else {
      Issue.record("\(rule.value.text()) is no pattern")
      return false
    }
    return text.firstMatch(of: expression) != nil
  }

  private static func arrayFaults(
    _ value: JSONValue, _ rule: JSONMember, at pointer: JSONPointer
  ) -> [String] {
    guard let elements = value.arrayValue else { return [] }
    switch rule.key {
    case "minItems": return elements.count >= rule.value.intValue ?? 0 ? [] : ["minItems"]
    case "maxItems": return elements.count <= rule.value.intValue ?? .max ? [] : ["maxItems"]
    case "uniqueItems":
      let texts = Set(elements.map { $0.canonicalText() })
      return texts.count == elements.count ? [] : ["uniqueItems"]
    default:
      return elements.enumerated().flatMap { index, element in
        faults(of: element, against: rule.value, at: pointer.appending(index))
      }
    }
  }

  private static func objectFaults(
    _ value: JSONValue, _ rule: JSONMember, of schema: JSONValue, at pointer: JSONPointer
  ) -> [String] {
    guard let members = value.objectValue else { return [] }
    switch rule.key {
    case "properties":
      return members.flatMap { member in
        rule.value[member.key].map {
          faults(of: member.value, against: $0, at: pointer.appending(member.key))
        } ?? []
      }
    case "required":
      let missing = (rule.value.arrayValue ?? []).compactMap(\.stringValue)
        .filter { value[$0] == nil }
      return missing.isEmpty ? [] : ["required"]
    case "minProperties":
      return members.count >= rule.value.intValue ?? 0 ? [] : ["minProperties"]
    default:
      guard rule.value == false else { return [] }
      let known = schema["properties"]
      return members.allSatisfy { known?[$0.key] != nil } ? [] : ["additionalProperties"]
    }
  }
}
