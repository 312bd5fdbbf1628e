public import Storage

/// What a search looks for; the value stands in the job file.
public enum TuneMetric: String, CaseIterable, Sendable {
  /// The least RMSE of the validation rows.
  case validationRMSE = "validation-rmse"
  /// The greatest NDCG@10 of lists in which the validation rows are to be found.
  case validationNDCG = "validation-ndcg"

  /// Whether a lower value is better.
  var isLowerBetter: Bool { self == .validationRMSE }

  /// What tables call it.
  var title: String { self == .validationRMSE ? "validation RMSE" : "validation NDCG@10" }
}

/// How the values of a range are spread.
public enum TuneScale: String, CaseIterable, Sendable {
  /// Evenly.
  case linear
  /// Their logarithms evenly, for what is a matter of magnitude, such as learning rates.
  case log
}

/// The values that a search may give a key.
public enum TuneRange: Equatable, Sendable {
  /// One of some values.
  case choices([JSONValue])
  /// A number between two, with both.
  case interval(from: Double, to: Double, scale: TuneScale)
}

/// A key of the job file that a search sets.
public struct TunedKey: Equatable, Sendable {
  /// The key as `--set` takes it: `training.learning_rate`.
  public var path: String
  /// Its values.
  public var range: TuneRange

  /// The place in the job file of a key as `--set` takes it.
  static func tokens(of path: String) -> [String] {
    path.split(separator: ".").map(String.init)
  }

  /// The key's place in the job file.
  var pointer: JSONPointer { JSONPointer(Self.tokens(of: path)) }
}

/// How a search goes about.
public struct TuneOptions: Equatable, Sendable {
  /// The number of settings that are tried, those of the job itself among them. The default is 32.
  public var trials = 32
  /// The seed of the settings. The default is 1.
  public var seed: UInt32 = 1
  /// What is looked for. The default is the validation RMSE.
  public var metric = TuneMetric.validationRMSE
  /// The number of rounds, each with fewer trials and more training. The default is 3.
  public var rungs = 3
  /// The share of the trials that a round leaves, and what the training of the next is to it. The
  /// default is a third.
  public var keep = 0.3333
  /// The keys that are set. There is none by default, and there has to be one.
  public var ranges: [TunedKey] = []

  /// Creates the default options.
  public init() {}
}
