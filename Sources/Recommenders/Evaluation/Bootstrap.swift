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

  /// The interval of the pooled RMSE. The threads share the resamples, each of which has random words
  /// of its own.
  ///
  /// - Complexity: O(resamples × users).
  static func rmseInterval(
    _ rows: RatingColumns, predictions: [Float], users userCount: Int, seed: UInt32, threads: Int
  ) -> ConfidenceInterval? {
    var byUser = [UserError](repeating: UserError(), count: userCount)
    for row in 0..<rows.count {
      byUser[rows.users[row].position].add(Double(predictions[row]) - Double(rows.values[row]))
    }
    let users = byUser.filter { $0.count > 0 }
    guard !users.isEmpty else { return nil }
    let generator = CounterBasedGenerator(seed: seed, stream: .bootstrap)
    let values = Parallel.map(resamples, threads: threads) { resample in
      var words = generator.sequence(epoch: UInt32(resample))
      var (squares, count) = (0.0, 0)
      for _ in users.indices {
        let user = users[Int((UInt64(words.nextWord()) * UInt64(users.count)) >> 32)]
        squares += user.squares
        count += user.count
      }
      return (squares / Double(count)).squareRoot()
    }.sorted()
    return ConfidenceInterval(
      lower: percentile(values, 0.025), upper: percentile(values, 0.975))
  }

  /// The value at a share of ascending values, interpolated between neighbours.
  static func percentile(_ sorted: [Double], _ share: Double) -> Double {
    let place = share * Double(sorted.count - 1)
    let below = Int(place.rounded(.down))
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
  }
}
