import Storage

/// The state of reading a job file: where the reader is, and every fault so far.
///
/// Nothing stops at a fault: a value that is not understood keeps its default, and the rest is
/// read.
struct StrictDecoder {
  /// A fault with its place in the document.
  struct Fault {
    /// What a fault is of.
    enum Kind {
      /// A key or its value.
      case value
      /// A key that is right and only has no meaning beside the others.
      case meaninglessKey
      /// Keys that are each right and wrong together.
      case combination
    }

    var position: TextPosition
    var pointer: JSONPointer
    var reason: String
    var kind = Kind.value
  }

  /// The key that is being read.
  var pointer = JSONPointer()
  /// The faults in the order in which they were found.
  private(set) var faults: [Fault] = []

  /// Notes a fault of the value that is being read.
  mutating func fault(_ reason: String, at node: JSONNode) {
    fault(reason, at: node.position, key: pointer)
  }

  /// Notes a fault at a place.
  mutating func fault(
    _ reason: String, at position: TextPosition, key: JSONPointer, kind: Fault.Kind = .value
  ) {
    faults.append(Fault(position: position, pointer: key, reason: reason, kind: kind))
  }

  /// Notes that a value has the wrong type.
  mutating func mismatch(expected noun: String, at node: JSONNode) {
    fault("expected \(noun.withArticle) but found \(Self.describe(node))", at: node)
  }

  /// Runs a closure one level further down.
  mutating func within<Result>(
    _ token: String, _ body: (inout StrictDecoder) -> Result
  ) -> Result {
    pointer.tokens.append(token)
    defer { pointer.tokens.removeLast() }
    return body(&self)
  }

  /// Returns whether a fault was noted at a key or below it.
  func hasFault(at key: JSONPointer) -> Bool {
    faults.contains { $0.pointer.tokens.starts(with: key.tokens) }
  }

  /// Says what a value is: texts and numbers themselves, the others by their kind.
  static func describe(_ node: JSONNode) -> String {
    switch node.kind {
    case .string(let text): "the text \(JSONValue.string(String(text.prefix(60))).text())"
    case .number(let number): number.text.count > 30 ? number.canonicalText : number.text
    case .bool(let value): "\(value)"
    case .null: "null"
    case .array, .object: node.value.kindName
    }
  }
}

extension String {
  /// The noun with "a" or "an" before it.
  var withArticle: String {
    let startsWithVowel = first.map { "aeiou".contains($0) } ?? false
    return (startsWithVowel ? "an " : "a ") + self
  }
}
