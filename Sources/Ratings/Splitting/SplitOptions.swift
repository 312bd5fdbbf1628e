/// The ways to choose the held-out rows.
public enum SplitStrategy: String, CaseIterable, Sendable {
  /// At random, row for row as scikit-learn's `train_test_split`.
  case random
  /// By a hash of user and item, whatever the order of the file.
  case hash
  /// The newest rows.
  case temporal
  /// The newest rows of each user.
  case perUserTemporal = "per-user-temporal"
}

/// Where the rows that early stopping watches come from.
public enum ValidationSource: String, CaseIterable, Sendable {
  /// They are carved from the rows that are not held out.
  case carve
  /// They are the held-out rows; the test error is then optimistic.
  case test
}

/// How a dataset is split.
public struct SplitOptions: Sendable, Equatable {
  /// How the held-out rows are chosen. The default is `random`.
  public var strategy: SplitStrategy = .random
  /// The share of the rows that is held out. The default is 0.1.
  public var testFraction: Double = 0.1
  /// Where the validation rows come from. The default carves them from the rest.
  public var validation: ValidationSource = .carve
  /// The share of the rows not held out that is carved for validation. The default is 0.1; at 0
  /// there are none.
  public var validationFraction: Double = 0.1
  /// The seed of the held-out rows; carving uses the next number. The default is 42.
  public var seed: UInt32 = 42

  /// Creates the default options.
  public init() {}
}
