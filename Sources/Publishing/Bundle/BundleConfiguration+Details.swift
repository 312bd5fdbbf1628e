import Recommenders
import Storage

/// What `details` of `config.json` says, for the types of model that have some.
extension BundleConfiguration {
  /// The value that `config.json` holds; `nil` if there are no details.
  static func json(of details: ModelDetails) -> JSONValue? {
    switch details {
    case .none: nil
    }
  }

  /// Reads that value.
  static func details(
    _ json: JSONValue?, of type: ModelType, _ fields: Fields
  ) throws(PublishingError) -> ModelDetails {
    switch type {
    default: .none
    }
  }
}
