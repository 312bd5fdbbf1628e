/// Where runs are published and how long they are kept.
public struct OutputOptions: Equatable, Sendable {
  /// The directory, relative to the job file; a plan always has one. The default is `out/` and
  /// the job's name.
  public var directory: String?
  /// The number of runs that are kept. The default is 14.
  public var keepRuns = 14
  /// The days for which a run is kept at least; `nil` leaves it to the number of runs. The default
  /// is `nil`.
  public var keepDays: Int?
  /// The hours for which a run is never removed after it was the latest, so that whoever is reading
  /// it can finish. The default is 1.
  public var minAge = 1.0

  /// Creates the default options.
  public init() {}

  /// The seconds for which a run is kept at least after it was the latest.
  var keepSeconds: Int64 {
    let days = Double(keepDays ?? 0) * 86_400
    return Int64(min(max(days, minAge * 3600), 1e12).rounded(.up))
  }
}

/// What becomes of a run whose model does not beat the bias baseline.
public enum BaselinePolicy: String, CaseIterable, Sendable {
  /// It is published with a warning.
  case warn
  /// It is refused.
  case require
  /// Nothing.
  case off
}

/// What a run must fulfil before it is published.
public struct GateOptions: Equatable, Sendable {
  /// The greatest RMSE on the held-out rows; `nil`, the default, accepts all.
  public var maxTestRMSE: Double?
  /// The greatest rise of that RMSE over the latest run; `nil`, the default, accepts all.
  public var maxRMSEIncrease: Double?
  /// What becomes of a model that does not beat the baseline. The default is a warning.
  public var beatBaseline: BaselinePolicy = .warn
  /// The greatest share by which rows, users or items may have fallen since the latest run. The
  /// default is 0.5.
  public var maxShrink = 0.5
  /// The least mean overlap of the lists with those of the latest run; `nil`, the default, accepts
  /// all.
  public var minOverlap: Double?

  /// Creates the default options.
  public init() {}
}

/// What a run may use of the machine.
public struct LimitOptions: Equatable, Sendable {
  /// The number of threads; `nil`, the default, is the number of processors. The results do not
  /// depend on it.
  public var threads: Int?
  /// The memory that a run may be estimated to take, in MB of 1,048,576 bytes; `nil`, the default,
  /// accepts all.
  public var memoryMB: Int?

  /// Creates the default options.
  public init() {}
}
