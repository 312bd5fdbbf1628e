import Recommenders
import Storage

/// What `details` says of a network that is not the tutorial's.
extension BundleConfiguration {
  /// The value that `config.json` holds.
  static func json(of network: NeuralDetails) -> JSONValue {
    var members = [
      JSONMember(key: "user_factors", value: .integer(network.userFactors)),
      JSONMember(key: "item_factors", value: .integer(network.itemFactors)),
    ]
    if network.hasFeatures {
      members.append(
        JSONMember(key: "feature_factors", value: .integer(network.featureFactors)))
    }
    if let genres = network.genres {
      members.append(JSONMember(key: "genres", value: .array(genres.map { .string($0) })))
    }
    if let date = network.date {
      members.append(
        JSONMember(
          key: "date",
          value: [
            "first_year": .integer(date.firstYear), "years": .integer(date.years),
            "as_of": date.asOf.map { .integer(Int($0)) } ?? .null,
          ]))
    }
    return .object(members)
  }

  /// Reads that value; without one the network is the tutorial's.
  static func network(_ fields: Fields) throws(PublishingError) -> ModelDetails {
    guard fields.json != .null else { return .none }
    func size(_ key: String) throws(PublishingError) -> Int {
      let size = try fields.size(key)
      guard size > 0 else { throw fields.damage("has a network without \(key)") }
      return size
    }
    var network = NeuralDetails(
      userFactors: try size("user_factors"), itemFactors: try size("item_factors"))
    if let genres = fields.json["genres"] {
      let names = genres.arrayValue?.compactMap(\.stringValue)
      guard let names, names.count == genres.arrayValue?.count else {
        throw fields.damage("has genres without names")
      }
      network.genres = names
    }
    if fields.json["date"] != nil { network.date = try date(fields.member("date")) }
    if network.hasFeatures { network.featureFactors = try size("feature_factors") }
    return .neural(network)
  }

  private static func date(_ fields: Fields) throws(PublishingError) -> DateEncoding {
    let asOf = fields.json["as_of"]?.intValue
    let (first, years) = (try fields.integer("first_year"), try fields.integer("years"))
    // The years of all times that 64 bits can count, in seconds, lie far within these.
    guard abs(first) < 1 << 40, years > 0 ? asOf != nil : years == 0 && asOf == nil,
      years <= DateEncoding.maximumYears
    else { throw fields.damage("has impossible years") }
    return DateEncoding(firstYear: first, years: years, asOf: asOf.map { Int64($0) })
  }
}

extension BundleConfiguration {
  /// The key of a network in words. g is the mean of an item's genres, a row of `item_genre_factors`;
  /// the parts of a date are rows of their own tensors.
  static func neuralFormula(_ model: ModelConfiguration) -> String {
    var inputs = ["p_u", "q_i"]
    if case .neural(let network) = model.details {
      if network.genres != nil { inputs.append("g_i") }
      if network.date != nil { inputs += DatePart.allCases.map { "\($0.rawValue)_t" } }
    }
    let layers = model.hidden.count + 1
    return (1...layers).reduce("[\(inputs.joined(separator: ", "))]") { input, layer in
      let output = "\(input) . W_\(layer) + d_\(layer)"
      return layer < layers ? "relu(\(output))" : output
    }
  }
}
