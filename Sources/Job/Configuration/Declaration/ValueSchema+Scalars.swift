import Storage

extension ValueSchema where Value == Bool {
  /// `true` or `false`.
  static var bool: ValueSchema {
    ValueSchema(
      noun: "truth value", range: "`true`, `false`",
      members: [JSONMember(key: "type", value: "boolean")],
      read: { node, _, decoder in
        guard case .bool(let value) = node.kind else {
          decoder.mismatch(expected: "truth value", at: node)
          return nil
        }
        return value
      },
      write: { .bool($0) })
  }
}

extension ValueSchema where Value == Int {
  /// A whole number of a range.
  static func integer(_ range: ClosedRange<Int>) -> ValueSchema {
    ValueSchema(
      noun: "whole number", range: "\(range.lowerBound) to \(range.upperBound)",
      members: [
        JSONMember(key: "type", value: "integer"),
        JSONMember(key: "minimum", value: .integer(range.lowerBound)),
        JSONMember(key: "maximum", value: .integer(range.upperBound)),
      ],
      read: { node, _, decoder in
        guard case .number(let number) = node.kind, number.isWhole else {
          decoder.mismatch(expected: "whole number", at: node)
          return nil
        }
        guard let value = number.intValue, range.contains(value) else {
          decoder.fault(
            "\(StrictDecoder.describe(node)) is out of range; "
              + "it must be from \(range.lowerBound) to \(range.upperBound)",
            at: node)
          return nil
        }
        return value
      },
      write: { .integer($0) })
  }
}

extension ValueSchema where Value == UInt32 {
  /// A seed of random numbers.
  static var seed: ValueSchema {
    ValueSchema<Int>.integer(0...Int(UInt32.max))
      .mapped(to: { UInt32(truncatingIfNeeded: $0) }, from: { Int($0) })
  }
}

/// The numbers that a key accepts; each end may be open or missing.
struct NumberRange: Sendable {
  /// An end of a range.
  enum Bound: Sendable {
    /// The end itself belongs to the range.
    case including(Double)
    /// The end itself does not.
    case excluding(Double)
  }

  /// The lower end.
  var lower: Bound?
  /// The upper end.
  var upper: Bound?

  /// Numbers above zero.
  static let positive = NumberRange(lower: .excluding(0))
  /// Zero and the numbers above.
  static let notNegative = NumberRange(lower: .including(0))
  /// Numbers between zero and one, without both.
  static let properFraction = NumberRange(lower: .excluding(0), upper: .excluding(1))
  /// Zero and the numbers below one.
  static let fractionBelowOne = NumberRange(lower: .including(0), upper: .excluding(1))
  /// Numbers between zero and one, with both.
  static let share = NumberRange(lower: .including(0), upper: .including(1))
  /// Every number.
  static let any = NumberRange()

  func contains(_ value: Double) -> Bool {
    let isAbove =
      switch lower {
      case .including(let bound): value >= bound
      case .excluding(let bound): value > bound
      case nil: true
      }
    let isBelow =
      switch upper {
      case .including(let bound): value <= bound
      case .excluding(let bound): value < bound
      case nil: true
      }
    return isAbove && isBelow
  }

  /// The range in words: "above 0 and below 1".
  var text: String {
    var parts: [String] = []
    switch lower {
    case .including(let bound): parts.append("at least \(DecimalText.shortest(bound))")
    case .excluding(let bound): parts.append("above \(DecimalText.shortest(bound))")
    case nil: break
    }
    switch upper {
    case .including(let bound): parts.append("at most \(DecimalText.shortest(bound))")
    case .excluding(let bound): parts.append("below \(DecimalText.shortest(bound))")
    case nil: break
    }
    return parts.joined(separator: " and ")
  }

  /// The range as members of a JSON Schema.
  var members: [JSONMember] {
    var members: [JSONMember] = []
    func add(_ bound: Bound?, _ inclusive: String, _ exclusive: String) {
      switch bound {
      case .including(let value):
        members.append(JSONMember(key: inclusive, value: .number(JSONNumber(value))))
      case .excluding(let value):
        members.append(JSONMember(key: exclusive, value: .number(JSONNumber(value))))
      case nil: break
      }
    }
    add(lower, "minimum", "exclusiveMinimum")
    add(upper, "maximum", "exclusiveMaximum")
    return members
  }
}

extension ValueSchema where Value == Double {
  /// A number of a range.
  static func number(_ range: NumberRange) -> ValueSchema {
    ValueSchema(
      noun: "number", range: range.text,
      members: [JSONMember(key: "type", value: "number")] + range.members,
      read: { node, _, decoder in
        guard case .number(let number) = node.kind else {
          decoder.mismatch(expected: "number", at: node)
          return nil
        }
        guard range.contains(number.doubleValue) else {
          decoder.fault(
            "\(StrictDecoder.describe(node)) is out of range; it must be \(range.text)", at: node)
          return nil
        }
        return number.doubleValue
      },
      write: { .number(JSONNumber($0)) })
  }
}

extension ValueSchema where Value == String {
  /// A text that is not empty.
  static var text: ValueSchema {
    ValueSchema(
      noun: "text", range: "",
      members: [
        JSONMember(key: "type", value: "string"), JSONMember(key: "minLength", value: 1),
      ],
      read: { node, _, decoder in
        guard case .string(let text) = node.kind else {
          decoder.mismatch(expected: "text", at: node)
          return nil
        }
        guard !text.isEmpty else {
          decoder.fault("the text is empty", at: node)
          return nil
        }
        return text
      },
      write: { .string($0) })
  }

  /// A text whose whole matches a pattern, which `meaning` puts in words.
  static func text(matching pattern: String, meaning: String) -> ValueSchema {
    ValueSchema(
      noun: "text", range: meaning,
      members: [
        JSONMember(key: "type", value: "string"),
        JSONMember(key: "pattern", value: .string("^\(pattern)$")),
      ],
      read: { node, _, decoder in
        guard case .string(let text) = node.kind else {
          decoder.mismatch(expected: "text", at: node)
          return nil
        }
        guard let expression = try? Regex(pattern), (try? expression.wholeMatch(in: text)) != nil
        else {
          decoder.fault("\(StrictDecoder.describe(node)) is not \(meaning)", at: node)
          return nil
        }
        return text
      },
      write: { .string($0) })
  }
}

extension ValueSchema where Value == SHA256Digest {
  /// A SHA-256 in hexadecimal.
  static var sha256: ValueSchema {
    ValueSchema<String>
      .text(matching: "[0-9a-fA-F]{64}", meaning: "64 hexadecimal digits")
      .mapped(to: { SHA256Digest(hex: $0) ?? SHA256Digest(of: "") }, from: { $0.hex })
  }
}

extension ValueSchema
where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
  /// One of the raw values of a type.
  static var choice: ValueSchema { choice(of: Array(Value.allCases)) }

  /// One of some raw values of a type.
  static func choice(of values: [Value]) -> ValueSchema {
    let choices = values.map(\.rawValue)
    return ValueSchema(
      noun: "text", range: choices.map { "`\($0)`" }.joined(separator: ", "),
      members: [
        JSONMember(key: "type", value: "string"),
        JSONMember(key: "enum", value: .array(choices.map { .string($0) })),
      ],
      read: { node, _, decoder in
        let list = choices.map { "\"\($0)\"" }.joined(separator: ", ")
        guard case .string(let text) = node.kind else {
          decoder.fault(
            "expected one of \(list) but found \(StrictDecoder.describe(node))", at: node)
          return nil
        }
        guard let value = values.first(where: { $0.rawValue == text }) else {
          let guess = EditDistance.closest(to: text, among: choices)
          decoder.fault(
            "\(JSONValue.string(text).text()) is not one of \(list)"
              + (guess.map { "; did you mean \"\($0)\"?" } ?? ""),
            at: node)
          return nil
        }
        return value
      },
      write: { .string($0.rawValue) })
  }
}
