import Kernels
import Ratings

/// How far a method is from the one it is compared with, on the same rows.
public struct PairedDifference: Equatable, Sendable {
  /// The method's figure less that of the reference.
  public let difference: Double
  /// The 95 % interval of the difference.
  public let interval: ConfidenceInterval
  /// The chance of a difference at least as far from 0 if there were none, both signs counted; not
  /// corrected for the number of comparisons.
  public let p: Double
}

/// A bootstrap by user (Efron, 1979) of the differences between methods that were measured on the same
/// rows.
///
/// Each resample draws whole users with replacement and measures all methods on them, so that what is
/// hard for every method cancels out of the differences. The p-value is that of the percentile
/// interval: twice the share of resamples in which the difference is not on its usual side of 0, the
/// data themselves counted as one more resample; with 1,000 of them it is never below 2/1001.
///
/// The draws are those of the intervals of single methods.
struct PairedBootstrap {
  /// What is resampled.
  enum Figure {
    /// The mean over what the weights count.
    case mean
    /// Its square root.
    case rootMean
  }

  private let users: [Int]
  private let weights: [Double]
  private let figure: Figure
  private let seed: UInt32
  private let threads: Int

  /// Prepares the comparison.
  ///
  /// - Parameters:
  ///   - weights: What each user counts, by user: the number of rows, or 1 for one who has a list.
  ///     Users of weight 0 are never drawn.
  ///   - figure: What is made of a method's sums.
  ///   - seed: The seed of the draws.
  ///   - threads: The number of threads; it has no influence on the result.
  init(weights: [Double], figure: Figure, seed: UInt32, threads: Int) {
    users = weights.indices.filter { weights[$0] > 0 }
    self.weights = weights
    self.figure = figure
    self.seed = seed
    self.threads = threads
  }

  /// Compares methods, each given by its sum over each user's rows, with another; all have as many sums
  /// as there are weights. Empty if no user has a weight.
  ///
  /// - Complexity: O(methods × resamples × users).
  func differences(of methods: [[Double]], from reference: [Double]) -> [PairedDifference] {
    guard !users.isEmpty else { return [] }
    return stride(from: 0, to: methods.count, by: 2).flatMap { first in
      differences(of: Array(methods[first..<min(first + 2, methods.count)]), reference)
    }
  }

  /// Compares one method or two: as many as a draw adds at once.
  private func differences(of methods: [[Double]], _ reference: [Double]) -> [PairedDifference] {
    let rows = users.map { user in
      SIMD4(
        weights[user], reference[user], methods[0][user], methods.count > 1 ? methods[1][user] : 0)
    }
    func difference(_ sums: SIMD4<Double>, _ method: Int) -> Double {
      value(sums[method + 2], sums[0]) - value(sums[1], sums[0])
    }
    let resampling = Resampling(rows)
    let stream = RandomStream.bootstrap.rawValue
    let resampled = Parallel.map(Bootstrap.resamples, threads: threads) { resample in
      resampling.sums(seed: seed, stream: stream, epoch: UInt32(resample))
    }
    let whole = rows.reduce(.zero, +)
    return methods.indices.map { method in
      let values = resampled.map { difference($0, method) }.sorted()
      return PairedDifference(
        difference: difference(whole, method),
        interval: ConfidenceInterval(
          lower: Bootstrap.percentile(values, 0.025), upper: Bootstrap.percentile(values, 0.975)),
        p: Self.p(of: values))
    }
  }

  private func value(_ sum: Double, _ weight: Double) -> Double {
    figure == .mean ? sum / weight : (sum / weight).squareRoot()
  }

  /// The two-sided p-value of resampled differences.
  static func p(of differences: [Double]) -> Double {
    let notAbove = differences.count { $0 <= 0 } + 1
    let notBelow = differences.count { $0 >= 0 } + 1
    return min(2 * Double(min(notAbove, notBelow)) / Double(differences.count + 1), 1)
  }
}

/// The correction of p-values for their number.
public enum HolmCorrection {
  /// Adjusts p-values so that rejecting those below a level errs at all with no greater chance than the
  /// level (Holm, 1979): the i-th smallest of m, from 0, is multiplied by m − i, is no less than the
  /// adjusted one before it, and at most 1.
  public static func adjusted(_ values: [Double]) -> [Double] {
    var adjusted = values
    var floor = 0.0
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    for (rank, index) in order.enumerated() {
      floor = max(floor, min(values[index] * Double(values.count - rank), 1))
      adjusted[index] = floor
    }
    return adjusted
  }
}
