import Ratings

/// How far predictions are from held-out ratings; predictions are not clipped.
///
/// With e = r̂ − r over n rows: MSE = Σe²/n, RMSE = √MSE, MAE = Σ|e|/n, R² = 1 − Σe²/Σ(r − r̄)².
public struct ErrorMetrics: Equatable, Sendable {
  /// n, the number of rows.
  public let count: Int
  /// The mean squared error.
  public let mse: Double
  /// The mean absolute error.
  public let mae: Double
  /// The coefficient of determination; `nil` if all ratings are equal.
  public let r2: Double?
  /// The mean over users of each user's RMSE.
  public let rmseByUser: Double

  /// The root of the mean squared error.
  public var rmse: Double { mse.squareRoot() }

  /// Measures predictions against ratings, summing in row order; `nil` of no rows.
  init?(
    _ rows: RatingColumns, predictions: [Float], where isIncluded: (Int) -> Bool = { _ in true }
  ) {
    var (count, squares, absolutes, sum) = (0, 0.0, 0.0, 0.0)
    var users = [UserError](
      repeating: UserError(), count: (rows.users.max()?.position ?? -1) + 1)
    for row in 0..<rows.count where isIncluded(row) {
      let error = Double(predictions[row]) - Double(rows.values[row])
      count += 1
      squares += error * error
      absolutes += abs(error)
      sum += Double(rows.values[row])
      users[rows.users[row].position].add(error)
    }
    guard count > 0 else { return nil }
    let mean = sum / Double(count)
    var deviations = 0.0
    for row in 0..<rows.count where isIncluded(row) {
      let deviation = Double(rows.values[row]) - mean
      deviations += deviation * deviation
    }
    self.count = count
    mse = squares / Double(count)
    mae = absolutes / Double(count)
    r2 = deviations > 0 ? 1 - squares / deviations : nil
    var (byUser, userCount) = (0.0, 0)
    for error in users where error.count > 0 {
      byUser += error.rmse
      userCount += 1
    }
    rmseByUser = byUser / Double(userCount)
  }
}

/// The squared errors of one user's rows.
struct UserError {
  private(set) var squares = 0.0
  private(set) var count = 0

  mutating func add(_ error: Double) {
    squares += error * error
    count += 1
  }

  var rmse: Double { (squares / Double(count)).squareRoot() }
}

/// Predicted and actual ratings of the rows whose prediction falls into one bin.
public struct CalibrationBin: Equatable, Sendable {
  /// The least prediction of the bin.
  public let lower: Double
  /// The bound that predictions of the bin stay below; the last bin has it too.
  public let upper: Double
  /// The number of rows.
  public let count: Int
  /// The mean of the predictions.
  public let meanPrediction: Double
  /// The mean of the ratings.
  public let meanRating: Double

  /// Sorts rows into bins of equal width over the rating scale; what lies outside goes to the ends.
  ///
  /// Bins without rows are left out.
  static func bins(
    _ rows: RatingColumns, predictions: [Float], scale: RatingScale, count: Int = 10
  ) -> [CalibrationBin] {
    let low = Double(scale.minimum)
    let width = (Double(scale.maximum) - low) / Double(count)
    guard width > 0 else { return [] }
    var sums = [(count: Int, predictions: Double, ratings: Double)](
      repeating: (0, 0, 0), count: count)
    for row in 0..<rows.count where predictions[row].isFinite {
      let place = ((Double(predictions[row]) - low) / width).rounded(.down)
      let bin = Int(min(max(place, 0), Double(count - 1)))
      sums[bin].count += 1
      sums[bin].predictions += Double(predictions[row])
      sums[bin].ratings += Double(rows.values[row])
    }
    return sums.enumerated().filter { $0.element.count > 0 }.map { bin, sum in
      CalibrationBin(
        lower: low + Double(bin) * width, upper: low + Double(bin + 1) * width, count: sum.count,
        meanPrediction: sum.predictions / Double(sum.count),
        meanRating: sum.ratings / Double(sum.count))
    }
  }
}
