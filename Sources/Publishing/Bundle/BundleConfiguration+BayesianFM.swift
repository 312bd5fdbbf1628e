import Recommenders
import Storage

/// What `details` says of a `bayesian-fm` model.
extension BundleConfiguration {
  /// The ranking key in words: x are the features of a pair, w and v their weights and factors.
  static let machineFormula =
    "E min(max(m + user_spreads_u * noise, r_min), r_max) - train_mean, m = mean over samples of "
    + "user_means_u + user_spreads_u * (w_0 + sum_j w_j x_j + (|sum_j v_j x_j|^2 "
    + "- sum_j |v_j x_j|^2) / 2)"

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

  static func bayesianFM(_ fields: Fields) throws(PublishingError) -> BayesianFMDetails {
    guard let names = fields.json["features"]?.arrayValue else {
      throw fields.damage("has no array features")
    }
    var features: [ModelFeature] = []
    for name in names {
      guard let feature = name.stringValue.flatMap({ ModelFeature(rawValue: $0) }),
        feature.belongs(to: .bayesianFM)
      else {
        throw fields.damage("names an unknown feature")
      }
      features.append(feature)
    }
    return BayesianFMDetails(
      samples: try fields.size("samples"), features: features, levels: try fields.floats("levels"),
      asOf: fields.json["as_of"]?.intValue.map { Int64($0) })
  }
}
