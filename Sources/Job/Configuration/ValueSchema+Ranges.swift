import Storage

extension ValueSchema where Value == [TunedKey] {
  /// Keys as `--set` takes them, with the values that a search may give them.
  static var ranges: ValueSchema {
    let tunable = TunableKey.all
    return ValueSchema(
      noun: "object",
      members: [
        JSONMember(key: "type", value: "object"),
        JSONMember(
          key: "properties",
          value: .object(
            ObjectSchema<TuneRange>.annotations.map {
              JSONMember(key: $0, value: ["type": "string"])
            } + tunable.map { JSONMember(key: $0.path, value: $0.rangeSchema) })),
        JSONMember(key: "minProperties", value: 1),
        JSONMember(key: "additionalProperties", value: false),
      ],
      rows: [
        row(
          ["*"], "array or object", "", "",
          "The values of a key of `/model`, `/training` or `/recommend`, which is written as `--set` "
            + "takes it, such as `training.learning_rate`: a list of them, or an interval."),
        row(["*", "from"], "number", "", "required", "The least value of an interval."),
        row(["*", "to"], "number", "", "required", "The greatest value of an interval."),
        row(
          ["*", "scale"], "text", ValueSchema<TuneScale>.choice.range, "`\"linear\"`",
          "Whether the values of an interval, or their logarithms, are spread evenly."),
      ],
      read: { node, _, decoder in read(node, among: tunable, &decoder) },
      write: { keys in
        .object(keys.map { JSONMember(key: $0.path, value: $0.range.json) })
      })
  }

  private static func row(
    _ tokens: [String], _ type: String, _ range: String, _ standard: String, _ meaning: String
  ) -> KeyReference.Row {
    KeyReference.Row(
      pointer: JSONPointer(tokens), type: type, range: range, default: standard, meaning: meaning)
  }

  private static func read(
    _ node: JSONNode, among tunable: [TunableKey], _ decoder: inout StrictDecoder
  ) -> [TunedKey]? {
    guard case .object(let members) = node.kind else {
      decoder.mismatch(expected: "object", at: node)
      return nil
    }
    if members.isEmpty { decoder.fault("there is no key to search", at: node) }
    var (keys, seen): ([TunedKey], Set<String>) = ([], [])
    for member in members {
      let place = decoder.pointer.appending(member.key)
      if !seen.insert(member.key).inserted {
        decoder.fault("the key is written twice", at: member.keyPosition, key: place)
      } else if tunable.contains(where: { $0.path == member.key }) {
        let range = decoder.within(member.key) { TuneRange.read(member.node, &$0) }
        if let range { keys.append(TunedKey(path: member.key, range: range)) }
      } else if ObjectSchema<TuneRange>.annotations.contains(member.key) {
        guard case .string = member.node.kind else {
          decoder.within(member.key) { $0.mismatch(expected: "text", at: member.node) }
          continue
        }
      } else {
        let guess = EditDistance.closest(to: member.key, among: tunable.map(\.path))
        decoder.fault(
          "no such key can be searched" + (guess.map { "; did you mean \"\($0)\"?" } ?? ""),
          at: member.keyPosition, key: place)
      }
    }
    return keys
  }
}

extension TuneRange {
  /// The ends of an interval while they are read.
  private struct Ends: Sendable {
    var from = 0.0
    var to = 0.0
    var scale = TuneScale.linear

    static let schema = ObjectSchema(
      Ends(),
      [
        Field("from", \Ends.from, .number(.any), "The least value.").required(),
        Field("to", \Ends.to, .number(.any), "The greatest value.").required(),
        Field("scale", \Ends.scale, .choice, "How the values are spread."),
      ])
  }

  /// Reads a list of values or an interval; the values are checked where they are to stand.
  static func read(_ node: JSONNode, _ decoder: inout StrictDecoder) -> TuneRange? {
    switch node.kind {
    case .array(let values):
      guard (1...1_000).contains(values.count) else {
        decoder.fault(
          "an array of \(values.count) elements; it must have from 1 to 1000", at: node)
        return nil
      }
      return .choices(values.map(\.value))
    case .object:
      let before = decoder.faults.count
      let ends = Ends.schema.read(node, over: Ends(), &decoder)
      guard decoder.faults.count == before, let ends else { return nil }
      // The ends are checked where they are to stand, whatever is wrong with the two together.
      if ends.from >= ends.to {
        decoder.fault("\"from\" must be below \"to\"", at: node)
      } else if ends.scale == .log, ends.from <= 0 {
        decoder.fault("\"from\" must be above 0 with the scale \"log\"", at: node)
      }
      return .interval(from: ends.from, to: ends.to, scale: ends.scale)
    default:
      decoder.mismatch(expected: "array or object", at: node)
      return nil
    }
  }

  /// The range as the job file has it.
  var json: JSONValue {
    switch self {
    case .choices(let values): .array(values)
    case .interval(let from, let to, let scale):
      [
        "from": .number(JSONNumber(from)), "to": .number(JSONNumber(to)),
        "scale": .string(scale.rawValue),
      ]
    }
  }
}
