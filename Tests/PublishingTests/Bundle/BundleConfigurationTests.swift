import Ratings
import Recommenders
import Storage
import Testing

@testable import Publishing

@Suite struct BundleConfigurationTests {
  private let configuration = BundleConfiguration(
    model: TinyBundle.configuration(), training: TinyBundle.training)

  /// The configuration with one member of its JSON exchanged, or removed for `nil`.
  private func json(_ key: String, _ value: JSONValue?) -> JSONValue {
    let members = configuration.json.objectValue ?? []
    return .object(
      members.compactMap { member in
        guard member.key == key else { return member }
        return value.map { JSONMember(key: key, value: $0) }
      })
  }

  @Test(arguments: TinyBundle.configurations + [TinyBundle.blend])
  func everyModelReadsBackAsItself(model: ModelConfiguration) throws {
    let configuration = BundleConfiguration(model: model, training: TinyBundle.training)
    let text = configuration.json.prettyText()
    let json = try JSONParser.parseValue(Array(text.utf8), path: "config.json")
    #expect(try BundleConfiguration(json, owner: "b") == configuration)
  }

  @Test func floatsKeepTheirBits() throws {
    var model = TinyBundle.configuration()
    model.trainMean = 3.5015507
    model.scale = RatingScale(minimum: -0x1.fffffep-3, maximum: 1e-7)
    let configuration = BundleConfiguration(model: model, training: [:])
    let text = configuration.json.prettyText()
    let json = try JSONParser.parseValue(Array(text.utf8), path: "config.json")
    #expect(try BundleConfiguration(json, owner: "b").model == model)
  }

  @Test func theFormulaIsWrittenOut() {
    func formula(_ type: ModelType, _ link: Link) -> String {
      let model = TinyBundle.configuration(type, link: link)
      return BundleConfiguration(model: model, training: [:]).formula
    }
    let sigmoid = "rating = r_min + (r_max - r_min) * sigmoid(key)"
    #expect(formula(.bias, .identity) == "key = b_u + c_i; rating = train_mean + key")
    #expect(formula(.dot, .identity) == "key = p_u . q_i; rating = key")
    #expect(formula(.biasedDot, .sigmoid) == "key = p_u . q_i + b_u + c_i; \(sigmoid)")
    #expect(
      formula(.neural, .sigmoid)
        == "key = relu([p_u, q_i] . W_1 + d_1) . W_2 + d_2; \(sigmoid)")
  }

  @Test func aNewerFormatIsRefusedByItsNumber() {
    let expected = PublishingError.newerFormat(path: "b", found: 2, supported: 1)
    #expect(throws: expected) {
      try BundleConfiguration(json("format_version", 2), owner: "b")
    }
    #expect("\(expected)".contains("format 2"))
  }

  @Test(
    arguments: [
      ("format", "other"), ("format", nil), ("format_version", 0), ("format_version", 1.5),
      ("type", "ease"), ("users", -1), ("users", 3_000_000_000), ("items", "4"), ("factors", 0),
      ("hidden", [1]), ("hidden", nil), ("hidden", [0]), ("link", "auto"), ("cold", "warm"),
      ("rating_scale", ["minimum": 5, "maximum": 1]), ("rating_scale", nil),
      ("train_mean", nil), ("training", nil),
    ] as [(String, JSONValue?)])
  func aWrongMemberIsRefused(key: String, value: JSONValue?) {
    let error = #expect(throws: PublishingError.self) {
      try BundleConfiguration(json(key, value), owner: "b")
    }
    guard case .damaged(path: "b", file: "config.json", reason: _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
