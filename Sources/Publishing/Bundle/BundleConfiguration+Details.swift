import Recommenders
import Storage

/// What `details` of `config.json` says, for the types of model that have some.
extension BundleConfiguration {
  /// The value that `config.json` holds; `nil` if there are no details.
  static func json(of details: ModelDetails) -> JSONValue? {
    switch details {
    case .none: nil
    case .itemKNN(let details):
      [
        "neighbours": .integer(details.neighbours),
        "damping": .number(JSONNumber(details.damping)),
      ]
    }
  }

  /// Reads that value.
  static func details(
    _ json: JSONValue?, of type: ModelType, _ fields: Fields
  ) throws(PublishingError) -> ModelDetails {
    switch type {
    case .itemKNN:
      let members = Fields(json: json ?? .null, owner: fields.owner)
      let details = NeighbourDetails(
        neighbours: try members.size("neighbours"), damping: try members.float("damping"))
      guard details.neighbours > 0, details.damping >= 0 else {
        throw fields.damage("has no neighbours to predict from")
      }
      return .itemKNN(details)
    default: return .none
    }
  }
}
