public import Recommenders
public import Storage
import Ratings

/// What `config.json` of a bundle says: the format, what the parameters mean, and how they were
/// trained.
///
/// It names neither program, job nor data, so that equal models have equal bytes.
public struct BundleConfiguration: Equatable, Sendable {
  /// The format that is written, and the newest that is read.
  public static let formatVersion = 1

  /// What predictions need besides the tensors.
  public var model: ModelConfiguration
  /// The relevance that lists are ordered by; `nil` where it is the model alone.
  public var blend: BlendConfiguration?
  /// The training settings with every default filled in, as the runner gives them.
  public var training: JSONValue

  /// Joins a model's configuration with the settings that it was trained with.
  public init(model: ModelConfiguration, blend: BlendConfiguration? = nil, training: JSONValue) {
    self.model = model
    self.blend = blend
    self.training = training
  }

  /// The prediction in words that a reader without this program understands.
  ///
  /// p and q are the rows of `user_factors` and `item_factors`, b and c the values of `user_bias`
  /// and `item_bias`, W and d the kernels and biases of the dense layers; x . y is the sum of
  /// products, sigmoid(x) is 1 / (1 + exp(-x)).
  public var formula: String {
    let key =
      switch model.type {
      case .bias: "b_u + c_i"
      case .dot: "p_u . q_i"
      case .biasedDot, .logisticDot, .svdPlusPlus, .als: "p_u . q_i + b_u + c_i"
      case .ials: "p_u . q_i"
      case .neural: Self.neuralFormula(model)
      case .blend: "sum of weight_m * rating_m over the models m, minus train_mean"
      case .stack:
        "rating_1 + (r_max - r_min) * the sum of a leaf of each tree over (rating_1, "
          + "rating_m - rating_1 of the other models, the rows of stack_users and stack_items, years since release, days since 1970, "
          + "the row of stack_recent), minus train_mean"
      case .ease:
        "x_ui - (X . inverse[:, i])_u * item_scale_i, or, where there are fewer users than items, "
          + "x_ui - (inverse . X)_ui * item_scale_i"
      case .bayesianFM: Self.machineFormula
      case .itemKNN:
        "b_u + c_i + sum(s_ij^2 * e_uj) / (sum(s_ij^2) + damping), over the neighbours j that u rated"
      }
    let rating =
      switch model.link {
      case .sigmoid: "r_min + (r_max - r_min) * sigmoid(key)"
      case .identity, .auto:
        model.type == .dot || model.type.isRelevance ? "key" : "train_mean + key"
      }
    return "key = \(key); rating = \(rating)"
  }

  /// The value that `config.json` holds.
  public var json: JSONValue {
    .object(
      [
        JSONMember(key: "format", value: .string(Self.formatName)),
        JSONMember(key: "format_version", value: .integer(Self.formatVersion)),
      ] + Self.members(of: model)
        + (blend.map { [JSONMember(key: "relevance", value: $0.json)] } ?? [])
        + [JSONMember(key: "training", value: training)])
  }

  /// What is said of a model besides its training.
  static func members(of model: ModelConfiguration) -> [JSONMember] {
    let scale: JSONValue = [
      "minimum": .number(JSONNumber(model.scale.minimum)),
      "maximum": .number(JSONNumber(model.scale.maximum)),
    ]
    let formula = BundleConfiguration(model: model, training: .null).formula
    let members = [
      JSONMember(key: "type", value: .string(model.type.rawValue)),
      JSONMember(key: "users", value: .integer(model.users)),
      JSONMember(key: "items", value: .integer(model.items)),
      JSONMember(key: "factors", value: .integer(model.factors)),
      JSONMember(key: "hidden", value: .array(model.hidden.map { .integer($0) })),
      JSONMember(key: "link", value: .string(model.link.rawValue)),
      JSONMember(key: "cold", value: .string(model.cold.rawValue)),
      JSONMember(key: "rating_scale", value: scale),
      JSONMember(key: "train_mean", value: .number(JSONNumber(model.trainMean))),
      JSONMember(key: "formula", value: .string(formula)),
    ]
    let details = json(of: model.details)
    return members + (details.map { [JSONMember(key: "details", value: $0)] } ?? [])
  }
}

// MARK: - Reading

extension BundleConfiguration {
  private static let formatName = "recjob-bundle"
  /// The most users, items, factors or units that are believed; it keeps products within `Int`.
  private static let maximumSize = Int(Int32.max)

  /// Reads the value of a bundle's `config.json`; `owner` is the path that errors name.
  init(_ json: JSONValue, owner: String) throws(PublishingError) {
    let fields = Fields(json: json, owner: owner)
    guard json["format"]?.stringValue == Self.formatName else {
      throw fields.damage("does not say that it is of a \(Self.formatName)")
    }
    let version = try fields.integer("format_version")
    guard version <= Self.formatVersion else {
      throw .newerFormat(path: owner, found: version, supported: Self.formatVersion)
    }
    guard version >= 1 else { throw fields.damage("has the format version \(version)") }
    model = try Self.model(fields)
    guard let training = json["training"] else { throw fields.damage("lacks training") }
    self.training = training
    if let relevance = json["relevance"] {
      blend = try BlendConfiguration(relevance, beside: model, owner: owner)
    }
  }

  /// Reads what is said of a model besides its training.
  static func model(_ fields: Fields) throws(PublishingError) -> ModelConfiguration {
    var hidden: [Int] = []
    guard let widths = fields.json["hidden"]?.arrayValue else {
      throw fields.damage("lacks hidden")
    }
    for width in widths {
      guard let width = width.intValue, (1...Self.maximumSize).contains(width) else {
        throw fields.damage("has a hidden layer without a width")
      }
      hidden.append(width)
    }
    let scale = fields.member("rating_scale")
    var model = ModelConfiguration(
      type: try fields.choice("type"),
      users: try fields.size("users"), items: try fields.size("items"),
      factors: try fields.size("factors"), hidden: hidden,
      link: try fields.choice("link"), cold: try fields.choice("cold"),
      scale: RatingScale(
        minimum: try scale.float("minimum"), maximum: try scale.float("maximum")),
      trainMean: try fields.float("train_mean"))
    model.details = try details(of: model.type, fields.member("details"))
    if let contradiction = contradiction(model) { throw fields.damage(contradiction) }
    return model
  }

  /// What the model's type does not allow.
  private static func contradiction(_ model: ModelConfiguration) -> String? {
    if model.scale.minimum > model.scale.maximum { return "has a rating scale upside down" }
    if (model.factors > 0) != model.type.hasFactors {
      return "gives \(model.type.rawValue) \(model.factors) factors"
    }
    if model.hidden.isEmpty != (model.type != .neural) {
      return "gives \(model.type.rawValue) \(model.hidden.count) hidden layers"
    }
    if let other = model.details.members.first(where: {
      $0.users != model.users || $0.items != model.items
    }) {
      return "joins a \(other.type.rawValue) model of other users or items"
    }
    let links: [Link] =
      switch model.type {
      case .biasedDot: [.identity, .sigmoid]
      case .neural, .logisticDot: [.sigmoid]
      default: [.identity]
      }
    return links.contains(model.link)
      ? nil : "gives \(model.type.rawValue) the link \(model.link.rawValue)"
  }

  /// Reads members of an object and complains of those that are not there.
  struct Fields {
    let json: JSONValue
    let owner: String

    func damage(_ reason: String) -> PublishingError {
      .damaged(path: owner, file: BundleFile.configuration, reason: reason)
    }

    /// The members of an object inside; one without members if there is none.
    func member(_ key: String) -> Fields { Fields(json: json[key] ?? .null, owner: owner) }

    func integer(_ key: String) throws(PublishingError) -> Int {
      guard let value = json[key]?.intValue else { throw damage("has no integer \(key)") }
      return value
    }

    func size(_ key: String) throws(PublishingError) -> Int {
      let value = try integer(key)
      guard (0...BundleConfiguration.maximumSize).contains(value) else {
        throw damage("has an impossible \(key), \(value)")
      }
      return value
    }

    func float(_ key: String) throws(PublishingError) -> Float {
      // The text is the float's own shortest decimal; by way of a double it could round twice.
      guard case .number(let number) = json[key], let value = Float(number.text), value.isFinite
      else { throw damage("has no number \(key)") }
      return value
    }

    func double(_ key: String) throws(PublishingError) -> Double {
      guard let value = json[key]?.doubleValue, value.isFinite else {
        throw damage("has no number \(key)")
      }
      return value
    }

    /// The objects of an array.
    func elements(_ key: String) throws(PublishingError) -> [Fields] {
      guard let values = json[key]?.arrayValue else { throw damage("has no array \(key)") }
      return values.map { Fields(json: $0, owner: owner) }
    }

    /// The numbers of an array.
    func floats(_ key: String) throws(PublishingError) -> [Float] {
      guard let values = json[key]?.arrayValue else { throw damage("has no array \(key)") }
      var floats: [Float] = []
      for value in values {
        guard case .number(let number) = value, let float = Float(number.text), float.isFinite
        else { throw damage("has no number in \(key)") }
        floats.append(float)
      }
      return floats
    }

    func choice<Choice: RawRepresentable<String>>(
      _ key: String
    ) throws(PublishingError) -> Choice {
      guard let text = json[key]?.stringValue, let choice = Choice(rawValue: text) else {
        throw damage("has no known \(key)")
      }
      return choice
    }
  }
}
