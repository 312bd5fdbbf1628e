import Kernels
import Ratings

/// An interval that holds a quantity with 95 % confidence.
public struct ConfidenceInterval: Equatable, Sendable {
  /// The 2.5th percentile.
  public let lower: Double
  /// The 97.5th percentile.
  public let upper: Double
}

/// A percentile bootstrap over users (Efron, 1979): whole users are drawn with replacement, because
/// the errors of one user's rows are not independent.
enum Bootstrap {
  /// The number of resamples.
  static let resamples = 1000

  /// The methods that can be resampled together.
  static let mostMethods = 3

  /// The interval of the pooled RMSE of some methods, whose predictions are given; `nil` of no rows.
  ///
  /// The methods are measured on the same resamples. The threads share these, each of which has random
  /// words of its own.
  ///
  /// - Complexity: O(resamples × users).
  static func rmseIntervals(
    _ rows: RatingColumns, predictions: [[Float]], users userCount: Int, seed: UInt32, threads: Int
  ) -> [ConfidenceInterval?] {
    precondition(predictions.count <= mostMethods, "too many methods at a time")
    // The number of a user's rows, then the methods' sums of squares: all that a draw adds at once.
    var byUser = [SIMD4<Double>](repeating: .zero, count: userCount)
    for row in 0..<rows.count {
      var sums = SIMD4(1.0, 0, 0, 0)
      for (method, predicted) in predictions.enumerated() {
        let error = Double(predicted[row]) - Double(rows.values[row])
        sums[method + 1] = error * error
      }
      byUser[rows.users[row].position] += sums
    }
    return intervals(
      byUser, methods: predictions.count, seed: seed, threads: threads
    ) { $0.squareRoot() }
  }

  /// The interval of the mean of some methods' values by user, which are `nil` for users who do not
  /// count; `nil` where none counts.
  ///
  /// - Complexity: O(resamples × users).
  static func meanIntervals(
    _ values: [[Double?]], seed: UInt32, threads: Int
  ) -> [ConfidenceInterval?] {
    precondition(values.count <= mostMethods, "too many methods at a time")
    var byUser = [SIMD4<Double>](repeating: .zero, count: values.first?.count ?? 0)
    for (method, values) in values.enumerated() {
      for (user, value) in values.enumerated() {
        guard let value else { continue }
        byUser[user][0] = 1
        byUser[user][method + 1] = value
      }
    }
    return intervals(byUser, methods: values.count, seed: seed, threads: threads) { $0 }
  }

  /// The intervals of quotients: of each user there is the divisor and then each method's dividend.
  private static func intervals(
    _ byUser: [SIMD4<Double>], methods: Int, seed: UInt32, threads: Int,
    _ figure: (Double) -> Double
  ) -> [ConfidenceInterval?] {
    let users = byUser.filter { $0[0] > 0 }
    guard !users.isEmpty else { return (0..<methods).map { _ in nil } }
    let resampling = Resampling(users)
    let stream = RandomStream.bootstrap.rawValue
    let resampled = Parallel.map(resamples, threads: threads) { resample in
      resampling.sums(seed: seed, stream: stream, epoch: UInt32(resample))
    }
    return (0..<methods).map { method in
      let values = resampled.map { figure($0[method + 1] / $0[0]) }.sorted()
      return ConfidenceInterval(
        lower: percentile(values, 0.025), upper: percentile(values, 0.975))
    }
  }

  /// The value at a share of ascending values, interpolated between neighbours.
  static func percentile(_ sorted: [Double], _ share: Double) -> Double {
    let place = share * Double(sorted.count - 1)
    let below = Int(place.rounded(.down))
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
  }
}
