public import Recommenders
public import Storage

/// What `config.json` says of the relevance that lists are ordered by: the relevance model and the weights.
/// The model's tensors stand in `model.safetensors`, their names after a prefix.
public struct BlendConfiguration: Equatable, Sendable {
  /// What precedes the names of the relevance model's tensors.
  static let tensorPrefix = "relevance."

  /// The relevance model.
  public var model: ModelConfiguration
  /// The weights of rating and rarity.
  public var weights: BlendWeights

  /// Describes a blend.
  init(_ blend: RelevanceBlend) {
    model = blend.model.configuration
    weights = blend.weights
  }

  /// The value that `config.json` holds.
  public var json: JSONValue {
    var members = [
      JSONMember(key: "type", value: .string(model.type.rawValue)),
      JSONMember(key: "factors", value: .integer(model.factors)),
    ]
    if let details = BundleConfiguration.json(of: model.details) {
      members.append(JSONMember(key: "details", value: details))
    }
    members += [
      JSONMember(key: "rating_weight", value: .numberOrNull(weights.rating)),
      JSONMember(key: "rarity_weight", value: .numberOrNull(weights.rarity)),
      JSONMember(
        key: "formula",
        value: .string(
          "order = share * z(relevance key) + rating_weight * z(rating) + "
            + "((1 - share) - share * rarity_weight) * z(log(max(training_count, 1))); "
            + "share = min(the user's training_count / \(RelevanceBlend.fewChoices), 1); "
            + "z: mean 0 and deviation 1 over the items that the user may be recommended")),
    ]
    return .object(members)
  }

  /// Reads that value; what it does not say is as in the rating model.
  init(
    _ json: JSONValue, beside rating: ModelConfiguration, owner: String
  ) throws(PublishingError) {
    let fields = BundleConfiguration.Fields(json: json, owner: owner)
    let type: ModelType = try fields.choice("type")
    let factors = try fields.size("factors")
    guard type.isRelevance, (factors > 0) == type.hasFactors else {
      throw fields.damage("has a relevance model of \(factors) factors that is none")
    }
    model = ModelConfiguration(
      type: type, users: rating.users, items: rating.items, factors: factors, hidden: [],
      link: .identity, cold: .knownTerms, scale: rating.scale, trainMean: rating.trainMean,
      details: try BundleConfiguration.details(of: type, fields.member("details")))
    guard let rating = json["rating_weight"]?.doubleValue,
      let rarity = json["rarity_weight"]?.doubleValue, rating.isFinite, rarity.isFinite
    else { throw fields.damage("has a relevance without weights") }
    weights = BlendWeights(rating: rating, rarity: rarity)
  }
}
