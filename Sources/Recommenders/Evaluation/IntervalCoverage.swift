public import Ratings

/// How many held-out ratings lie within the central intervals of their predictions.
///
/// The interval of a share p is r̂ ± z·σ, where σ is the predictive standard deviation and z the
/// normal quantile of (1 + p) / 2. A model that knows how sure it may be has coverages near 0.80 and
/// 0.95.
public struct IntervalCoverage: Equatable, Sendable {
  /// The number of rows.
  public let count: Int
  /// The share of the rows within the 80 % interval.
  public let within80: Double
  /// The share of the rows within the 95 % interval.
  public let within95: Double
  /// The mean posterior standard deviation, without noise; `nil` if the model gives none.
  public let meanDeviation: Double?
  /// The mean predictive standard deviation.
  public let meanPredictiveDeviation: Double

  private static let quantile80 = 1.2815515655446004
  private static let quantile95 = 1.959963984540054

  /// Measures predictions against ratings; `nil` without rows or predictive deviations.
  public init?(_ rows: RatingColumns, predictions: RatingPredictions) {
    guard let predictive = predictions.predictiveDeviations, rows.count > 0 else { return nil }
    precondition(predictive.count == rows.count, "a deviation is missing")
    var (near, far, sum) = (0, 0, 0.0)
    for row in 0..<rows.count {
      let error = abs(Double(predictions.ratings[row]) - Double(rows.values[row]))
      let deviation = Double(predictive[row])
      if error <= Self.quantile80 * deviation { near += 1 }
      if error <= Self.quantile95 * deviation { far += 1 }
      sum += deviation
    }
    count = rows.count
    within80 = Double(near) / Double(count)
    within95 = Double(far) / Double(count)
    meanPredictiveDeviation = sum / Double(count)
    meanDeviation = predictions.deviations.map { deviations in
      deviations.reduce(0) { $0 + Double($1) } / Double(deviations.count)
    }
  }
}
