/// What predictions of some types of model need besides the settings that all have.
public enum ModelDetails: Equatable, Sendable {
  /// Nothing.
  case none
}
