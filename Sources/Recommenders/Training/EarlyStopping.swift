/// Follows a value over the epochs and says when to stop, as Keras' `EarlyStopping` does.
///
/// An epoch is better iff its value is below the best one less `minDelta`; training stops when
/// `patience` epochs in a row were not better.
public struct EarlyStopping: Equatable, Sendable {
  private let options: EarlyStoppingOptions
  /// The best epoch so far; `nil` before the first.
  public private(set) var bestEpoch: Int?
  /// The value of the best epoch; infinite before the first.
  public private(set) var best = Double.infinity
  /// How many epochs in a row were not better.
  public private(set) var wait = 0

  /// Begins before the first epoch.
  public init(_ options: EarlyStoppingOptions) {
    self.options = options
  }

  /// What ``observe(_:epoch:)`` found.
  public enum Verdict: Equatable, Sendable {
    /// The epoch is the best so far.
    case better
    /// It is not, but more epochs may be.
    case notBetter
    /// It is not, and there were enough of them.
    case stop
  }

  /// The value of an epoch that is followed; `nil` without validation rows.
  public func value(of record: EpochRecord) -> Double? {
    switch options.monitor {
    case .validationRMSE: record.validationRMSE
    case .validationLoss: record.validationLoss
    }
  }

  /// Takes note of an epoch's value.
  @discardableResult
  public mutating func observe(_ value: Double, epoch: Int) -> Verdict {
    if value < best - options.minDelta {
      best = value
      bestEpoch = epoch
      wait = 0
      return .better
    }
    wait += 1
    return wait >= options.patience ? .stop : .notBetter
  }
}
