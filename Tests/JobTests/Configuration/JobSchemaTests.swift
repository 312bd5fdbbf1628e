import Job
import Storage
import Testing

@Suite struct JobSchemaTests {
  private static let path = PathName.joined(
    JobDocuments.directory, "schema/\(JobSchema.fileName)")

  @Test func theSchemaFileIsTheGeneratedText() throws {
    let text = JobSchema.document().prettyText()
    if JobDocuments.areRewritten {
      try FileSystem.makeDirectory(PathName.parent(of: Self.path))
      try DurableFile.write(text, to: Self.path)
    }
    #expect(
      try FileSystem.readText(Self.path) == text,
      "write it anew with RECJOB_REWRITE_JOBS=1 swift test --filter JobSchemaTests")
  }

  @Test func everyObjectIsClosedAndEveryKeyDescribed() {
    func check(_ schema: JSONValue, at pointer: JSONPointer) {
      for option in schema["anyOf"]?.arrayValue ?? [] { check(option, at: pointer) }
      if let items = schema["items"] { check(items, at: pointer.appending("*")) }
      guard let properties = schema["properties"]?.objectValue else { return }
      #expect(schema["additionalProperties"] == false, "\(pointer)")
      for property in properties where !property.key.hasPrefix("$") {
        let place = pointer.appending(property.key)
        #expect(property.value["description"]?.stringValue?.hasSuffix(".") == true, "\(place)")
        check(property.value, at: place)
      }
    }
    check(JobSchema.document(), at: JSONPointer())
  }

  @Test func theDefaultsOfTheSchemaAreThoseOfThePlan() {
    let plan = Plan(name: "a", sources: [SourceOptions("a")]).json()
    var count = 0
    func check(_ schema: JSONValue, _ value: JSONValue?, at pointer: JSONPointer) {
      if let standard = schema["default"], let value {
        #expect(standard == value, "\(pointer)")
        count += 1
      }
      for property in schema["properties"]?.objectValue ?? [] {
        check(property.value, value?[property.key], at: pointer.appending(property.key))
      }
    }
    check(JobSchema.document(), plan, at: JSONPointer())
    #expect(count > 35)
  }

  @Test(arguments: Array(0..<500) + [22055, 25115])
  func decoderAndSchemaAgreeOnMutatedJobs(seed: UInt64) throws {
    var generator = SplitMix64(state: seed)
    var document = try JSONParser.parseValue(Array(PlanTests.full.utf8), path: "full.json")
    for _ in 0..<Int.random(in: 0...3, using: &generator) {
      document = Self.mutated(document, using: &generator)
    }
    let verdict = SchemaValidator.faults(of: document, against: JobSchema.document())
    // The schema knows single keys only: what the decoder says about several keys together is
    // told by its words.
    let faults = JobDocuments.faults(document.text()).filter { fault in
      ![
        "has no meaning here", "exclude each other", "cannot follow", "early stopping needs",
        "must be below \"maximum\"", "the scheme \"", "needs the key", "cannot have a colon",
        "that the credentials could be for", "plain http", "must be an http or https URL",
        "names an earlier model already", "\"from\" must be", "predicts no ratings",
        "would choose by the held-out rows", "needs validation rows", "is of one model",
      ].contains { fault.contains($0) }
    }
    #expect(verdict.isEmpty == faults.isEmpty, "\(document.text())\n\(verdict)\n\(faults)")
  }

  /// Changes one value somewhere in a document.
  private static func mutated(
    _ value: JSONValue, using generator: inout SplitMix64
  ) -> JSONValue {
    let goesDeeper = Int.random(in: 0..<5, using: &generator) > 0
    switch value {
    case .object(var members) where goesDeeper && !members.isEmpty:
      let index = Int.random(in: members.indices, using: &generator)
      switch Int.random(in: 0..<10, using: &generator) {
      case 0: members.remove(at: index)
      case 1: members[index].key += "x"
      default: members[index].value = mutated(members[index].value, using: &generator)
      }
      return .object(members)
    case .array(var elements) where goesDeeper && !elements.isEmpty:
      let index = Int.random(in: elements.indices, using: &generator)
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: elements.append(elements[index])
      case 1: elements.remove(at: index)
      default: elements[index] = mutated(elements[index], using: &generator)
      }
      return .array(elements)
    default:
      let others: [JSONValue] = [
        nil, true, false, 0, 1, -1, 2, 0.5, 1.5, 1e300, 4_294_967_296, "", "auto", "none", "dot",
        "temporal", "Name with space", [], ["csv"], [1, 2], [:], ["seed": 1], ["url": "a"],
        ["minimum": 1, "maximum": 2], ["patience": 2], "csv", [["url": "x", "sha256": nil]],
      ]
      return others[Int.random(in: others.indices, using: &generator)]
    }
  }
}

/// A small seeded generator, so that a failing document comes back.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
