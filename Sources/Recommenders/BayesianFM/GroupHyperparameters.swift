internal import Kernels

/// The mean μ and the precision λ of a group's parameters, for each lane: θ ~ N(μ, 1/λ).
///
/// λ ~ Γ(α₀/2, β₀/2) and μ ~ N(μ₀, 1/(γ₀ λ)) before any parameter is known; given n parameters,
/// λ ~ Γ((α₀ + n + 1)/2, (β₀ + Σ (θ − μ)² + γ₀ (μ − μ₀)²)/2) and then
/// μ ~ N((Σ θ + γ₀ μ₀)/(n + γ₀), 1/((n + γ₀) λ)).
struct GroupHyperparameters: Sendable, Equatable {
  /// Lane 0 for the linear weights, then one for each factor.
  var means: [Float]
  var precisions: [Float]

  init(lanes: Int) {
    means = Array(repeating: 0, count: lanes)
    precisions = Array(repeating: 1, count: lanes)
  }

  /// Draws both numbers of a lane from the number of the group's parameters, `sum` = Σ θ and
  /// `squares` = Σ (θ − μ)², with μ as it is.
  mutating func draw(
    lane: Int, sum: Double, squares: Double, count: Int, options: FMSamplerOptions,
    random: FMRandom, iteration: UInt32, group: Int
  ) {
    let place = UInt64(group) << 16 | UInt64(lane)
    let distance = Double(means[lane]) - options.mu0
    let shape = (options.alpha0 + Double(count) + 1) / 2
    let rate = (options.beta0 + squares + options.gamma0 * distance * distance) / 2
    let precision =
      random.gamma(shape: shape, .precisionOfGroup, iteration: iteration, place: place << 16) / rate
    let weight = Double(count) + options.gamma0
    let center = (sum + options.gamma0 * options.mu0) / weight
    let normal = random.normals(.meanOfGroup, iteration: iteration, place: place).0
    means[lane] = Float(center + normal / (weight * precision).squareRoot())
    precisions[lane] = Float(precision)
  }

  /// The same for a sweep; lanes that the features do not have are of the mean 0 and the precision 1.
  func prior(linearLane: Int, stride: Int, factors: Int) -> WeightPrior {
    var prior = WeightPrior(
      means: Array(repeating: 0, count: stride), precisions: Array(repeating: 1, count: stride),
      factors: factors)
    for lane in means.indices {
      let place = lane == 0 ? linearLane : lane - 1
      prior.means[place] = means[lane]
      prior.precisions[place] = precisions[lane]
    }
    return prior
  }
}
