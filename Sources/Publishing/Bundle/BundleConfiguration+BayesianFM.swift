import Recommenders
import Storage

/// What `details` says of a `bayesian-fm` model.
extension BundleConfiguration {
  /// The ranking key in words: x are the features of a pair, w and v their weights and factors.
  static let machineFormula =
    "mean over samples of user_means_u + user_spreads_u * (w_0 + sum_j w_j x_j + "
    + "(|sum_j v_j x_j|^2 - sum_j |v_j x_j|^2) / 2) - train_mean"

  static func json(of details: BayesianFMDetails) -> JSONValue {
    var members = [
      JSONMember(key: "samples", value: .integer(details.samples)),
      JSONMember(key: "features", value: .array(details.features.map { .string($0.rawValue) })),
      JSONMember(
        key: "levels", value: .array(details.levels.map { .number(JSONNumber($0)) })),
    ]
    if let asOf = details.asOf {
      members.append(JSONMember(key: "as_of", value: .integer(Int(asOf))))
    }
    return .object(members)
  }

  static func bayesianFM(
    _ json: JSONValue?, _ fields: Fields
  ) throws(PublishingError) -> BayesianFMDetails {
    let own = Fields(json: json ?? .null, owner: fields.owner)
    guard let names = json?["features"]?.arrayValue, let values = json?["levels"]?.arrayValue
    else { throw fields.damage("lacks features or levels") }
    var features: [FeatureName] = []
    for name in names {
      guard let feature = name.stringValue.flatMap({ FeatureName(rawValue: $0) }) else {
        throw fields.damage("names an unknown feature")
      }
      features.append(feature)
    }
    var levels: [Float] = []
    for value in values {
      guard case .number(let number) = value, let level = Float(number.text), level.isFinite else {
        throw fields.damage("has a level that is no number")
      }
      levels.append(level)
    }
    return BayesianFMDetails(
      samples: try own.size("samples"), features: features, levels: levels,
      asOf: json?["as_of"]?.intValue.map { Int64($0) })
  }
}
