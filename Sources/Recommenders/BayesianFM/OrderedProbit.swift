internal import Kernels

/// What links ordered levels to real numbers: a rating has level l if ŷ plus standard normal noise
/// lies between the cutpoints γ_l and γ_l+1, the first of all being −∞ and the last +∞.
///
/// Given the outputs ŷ, the cutpoints are drawn first and then the sums of output and noise, the
/// latent targets (Albert and Chib, *Bayesian Analysis of Binary and Polychotomous Response Data*,
/// 1993). Each cutpoint makes a Metropolis step in which the latent targets are integrated out, since
/// given them it could hardly move (Cowles, *Accelerating Monte Carlo Markov chain convergence for
/// cumulative-link generalized linear models*, 1996); its prior is flat.
struct OrderedProbit: Sendable {
  let levels: Int
  /// The level of each rating.
  private let levelOfRating: [Int]
  /// The ratings of each level.
  private let ratings: [[Int]]
  private let threads: Int

  /// No cutpoint goes beyond this, even if no rating holds it back.
  private static let limit = 8.0

  init(levels: Int, targets: [Float], threads: Int) {
    precondition(levels >= 2, "there are levels to tell apart")
    self.levels = levels
    self.threads = threads
    let highest = Float(levels - 1)
    levelOfRating = targets.map { Int(min(max($0.rounded(), 0), highest)) }
    var ratings = [[Int]](repeating: [], count: levels)
    for (rating, level) in levelOfRating.enumerated() { ratings[level].append(rating) }
    self.ratings = ratings
  }

  /// The cutpoints at which the levels are as frequent as they are, if all outputs are zero.
  func initialCutpoints() -> [Double] {
    var below = 0.0
    let count = Double(levelOfRating.count + levels)
    return (0..<levels - 1).map { level in
      below += Double(ratings[level].count + 1)
      var (low, high) = (-Self.limit, Self.limit)
      for _ in 0..<60 {
        let middle = (low + high) / 2
        if NormalCurve.cumulative(middle) < below / count { low = middle } else { high = middle }
      }
      return Double(Float((low + high) / 2))
    }
  }

  /// Makes a step with each cutpoint, given ŷ of each rating.
  func drawCutpoints(
    _ cutpoints: inout [Double], outputs: [Float], random: FMRandom, iteration: UInt32
  ) {
    for index in cutpoints.indices {
      let normal = random.normals(.cutpoints, iteration: iteration, place: UInt64(2 * index)).0
      let uniform = random.uniforms(
        .cutpoints, iteration: iteration, place: UInt64(2 * index + 1)
      ).0
      let count = Double(ratings[index].count + ratings[index + 1].count + 1)
      // About 2.4 deviations of the cutpoint given all else, which suits a single coordinate.
      let proposed = Double(Float(cutpoints[index] + 3 / count.squareRoot() * normal))
      let lower = index == 0 ? -Double.infinity : cutpoints[index - 1]
      let upper = index + 1 == cutpoints.count ? Double.infinity : cutpoints[index + 1]
      guard proposed > max(lower, -Self.limit), proposed < min(upper, Self.limit) else { continue }
      let current = cutpoints[index]
      let gain =
        logRatio(of: ratings[index], outputs) { output in
          let bound = NormalCurve.cumulative(lower - output)
          return (
            NormalCurve.cumulative(proposed - output) - bound,
            NormalCurve.cumulative(current - output) - bound
          )
        }
        + logRatio(of: ratings[index + 1], outputs) { output in
          let bound = NormalCurve.cumulative(upper - output)
          return (
            bound - NormalCurve.cumulative(proposed - output),
            bound - NormalCurve.cumulative(current - output)
          )
        }
      if Activations.logarithm(1 - uniform) < gain { cutpoints[index] = proposed }
    }
  }

  /// The sum of the logarithms of the ratios of two probabilities.
  private func logRatio(
    of ratings: [Int], _ outputs: [Float],
    _ probabilities: @Sendable (Double) -> (Double, Double)
  ) -> Double {
    let size = 2048
    let pieces = Parallel.map((ratings.count + size - 1) / size, threads: threads) { piece in
      var (sum, product) = (0.0, 1.0)
      for place in piece * size..<min((piece + 1) * size, ratings.count) {
        let (one, other) = probabilities(Double(outputs[ratings[place]]))
        product *= max(one, 1e-12) / max(other, 1e-12)
        // The logarithm of many factors at once, long before they overflow.
        if place % 16 == 15 {
          sum += Activations.logarithm(product)
          product = 1
        }
      }
      return sum + Activations.logarithm(product)
    }
    return pieces.reduce(0, +)
  }

  /// Draws the latent target of a rating.
  func latentTarget(
    of rating: Int, output: Double, cutpoints: [Double], random: FMRandom, iteration: UInt32
  ) -> Double {
    let level = levelOfRating[rating]
    return TruncatedNormal.draw(
      mean: output,
      lower: level == 0 ? -.infinity : cutpoints[level - 1],
      upper: level == levels - 1 ? .infinity : cutpoints[level]
    ) { attempt in
      random.uniforms(
        .latentTargets, iteration: iteration, place: UInt64(rating) << 16 | attempt)
    }
  }
}
