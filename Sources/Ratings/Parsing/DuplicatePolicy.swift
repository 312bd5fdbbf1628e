/// What becomes of several ratings of one item by one user.
public enum DuplicatePolicy: String, CaseIterable, Sendable {
  /// The newest stands: the greatest timestamp, then the last row.
  case last
  /// Their mean stands, in the place and with the timestamp of the newest.
  case mean
  /// They are an error.
  case error
}
