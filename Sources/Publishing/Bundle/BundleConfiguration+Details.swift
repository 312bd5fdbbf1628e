import Recommenders
import Storage

/// What `details` of `config.json` says, for the types of model that have some.
extension BundleConfiguration {
  /// The value that `config.json` holds; `nil` if there are no details.
  static func json(of details: ModelDetails) -> JSONValue? {
    switch details {
    case .none: nil
    case .bayesianFM(let details): json(of: details)
    case .itemKNN(let details):
      [
        "neighbours": .integer(details.neighbours),
        "damping": .number(JSONNumber(details.damping)),
      ]
    case .ease(let details): ["l2": .number(JSONNumber(details.l2))]
    case .ridge(let details):
      [
        "user_penalty": .number(JSONNumber(details.penalty)),
        "user_penalty_per_rating": .number(JSONNumber(details.penaltyPerRating)),
      ]
    case .implicit(let details):
      [
        "l2": .numberOrNull(details.l2), "unobserved_weight": .numberOrNull(details.background),
        "penalty_exponent": .numberOrNull(details.exponent),
        "liked_from": .numberOrNull(details.threshold),
        "disliked_weight": .numberOrNull(details.lowWeight),
      ]
    case .neural(let network): json(of: network)
    case .blend(let blend):
      [
        "models": .array(blend.models.map { .object(members(of: $0)) }),
        "weights": .array(blend.weights.map { .number(JSONNumber($0)) }),
      ]
    case .stack(let stack):
      .object(
        [JSONMember(key: "models", value: .array(stack.models.map { .object(members(of: $0)) }))]
          + (stack.asOf.map { [JSONMember(key: "as_of", value: .integer(Int($0)))] } ?? []))
    }
  }

  /// Reads that value.
  static func details(
    of type: ModelType, _ fields: Fields
  ) throws(PublishingError) -> ModelDetails {
    switch type {
    case .bayesianFM: .bayesianFM(try bayesianFM(fields))
    case .ease: .ease(EaseDetails(l2: try fields.float("l2")))
    case .als, .svdPlusPlus: try ridge(fields)
    case .ials: try implicit(fields)
    case .neural: try network(fields)
    case .blend: .blend(try blend(fields))
    case .stack:
      .stack(
        StackDetails(
          models: try models(fields), asOf: fields.json["as_of"]?.intValue.map { Int64($0) }))
    case .itemKNN: .itemKNN(try neighbours(fields))
    default: .none
    }
  }

  /// What older bundles do not have.
  private static func ridge(_ fields: Fields) throws(PublishingError) -> ModelDetails {
    guard fields.json != .null else { return .none }
    return .ridge(
      RidgeDetails(
        penalty: try fields.float("user_penalty"),
        penaltyPerRating: try fields.float("user_penalty_per_rating")))
  }

  /// What older bundles do not have.
  private static func implicit(_ fields: Fields) throws(PublishingError) -> ModelDetails {
    guard fields.json != .null else { return .none }
    return .implicit(
      ImplicitDetails(
        l2: try fields.double("l2"), background: try fields.double("unobserved_weight"),
        exponent: try fields.double("penalty_exponent"),
        threshold: try fields.double("liked_from"), lowWeight: try fields.double("disliked_weight")
      ))
  }

  private static func neighbours(_ fields: Fields) throws(PublishingError) -> NeighbourDetails {
    let details = NeighbourDetails(
      neighbours: try fields.size("neighbours"), damping: try fields.float("damping"))
    guard details.neighbours > 0, details.damping >= 0 else {
      throw fields.damage("has no neighbours to predict from")
    }
    return details
  }

  private static func blend(_ fields: Fields) throws(PublishingError) -> BlendDetails {
    let (models, weights) = (try models(fields), try fields.floats("weights"))
    guard models.count == weights.count else {
      throw fields.damage("has a blend with a model or a weight missing")
    }
    return BlendDetails(models: models, weights: weights)
  }

  /// The models that one is made of.
  private static func models(_ fields: Fields) throws(PublishingError) -> [ModelConfiguration] {
    var configurations: [ModelConfiguration] = []
    for fields in try fields.elements("models") {
      let type = fields.json["type"]?.stringValue.flatMap { ModelType(rawValue: $0) }
      guard type?.isMadeOfSeveral != true else {
        throw fields.damage("has a model made of several among those that one is made of")
      }
      configurations.append(try model(fields))
    }
    guard !configurations.isEmpty else {
      throw fields.damage("has no models that one could be made of")
    }
    return configurations
  }
}
