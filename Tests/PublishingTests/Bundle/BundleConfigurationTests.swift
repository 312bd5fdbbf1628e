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

  @Test(arguments: TinyBundle.configurations + [TinyBundle.blend, TinyBundle.stack])
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

  @Test func theFormulaNamesTheFeaturesOfANetwork() {
    var model = TinyBundle.configuration(.neural)
    model.details = .neural(
      NeuralDetails(
        userFactors: 2, itemFactors: 3, genres: ["Drama"],
        date: DateEncoding(firstYear: 1999, years: 2, asOf: 951_868_799)))
    let inputs = "[p_u, q_i, g_i, year_t, month_t, weekday_t, hour_t, days_t]"
    #expect(
      BundleConfiguration(model: model, training: [:]).formula
        .hasPrefix("key = relu(\(inputs) . W_1 + d_1) . W_2 + d_2; "))
  }

  @Test(
    arguments: [
      ["user_factors": 0, "item_factors": 2], ["user_factors": 2], 1,
      ["user_factors": 2, "item_factors": 2, "genres": ["A"]],
      ["user_factors": 2, "item_factors": 2, "feature_factors": 8, "genres": [1]],
      [
        "user_factors": 2, "item_factors": 2, "feature_factors": 8,
        "date": ["first_year": 1999, "years": 2, "as_of": nil],
      ],
      [
        "user_factors": 2, "item_factors": 2, "feature_factors": 8,
        "date": ["first_year": 1999, "years": 1_000_000, "as_of": 1],
      ],
    ] as [JSONValue])
  func detailsThatAreNoNetworkAreRefused(details: JSONValue) {
    let model = BundleConfiguration(
      model: TinyBundle.configuration(.neural), training: TinyBundle.training)
    let members = (model.json.objectValue ?? []) + [JSONMember(key: "details", value: details)]
    #expect(throws: PublishingError.self) {
      try BundleConfiguration(.object(members), owner: "b")
    }
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
