/// What a rating says about the model's output.
enum FMLikelihood: Sendable, Equatable {
  /// The rating is the output with normal noise.
  case gaussian
  /// The rating is a level, 0 up to, but without, `levels`: which interval between ascending
  /// cutpoints the output, with standard normal noise, falls into.
  case orderedProbit(levels: Int)
}

/// How the posterior of a factorization machine is sampled.
///
/// The hyperpriors are those of libFM: weak, and hardly ever worth changing.
struct FMSamplerOptions: Sendable, Equatable {
  /// The number of factors.
  var rank = 8
  /// The seed of all draws.
  var seed: UInt32 = 0
  /// Chains of the same seed draw from streams of their own.
  var chain: UInt32 = 0
  var likelihood = FMLikelihood.gaussian
  /// The standard deviation of the factors before the first iteration; linear weights start at 0.
  var initialDeviation: Float = 0.1
  /// Whether features have linear weights beside their factors.
  var fitLinear = true
  /// Twice the shape of the gamma priors of all precisions.
  var alpha0 = 1.0
  /// Twice the rate of the gamma priors of all precisions.
  var beta0 = 1.0
  /// How many features the prior of a group's mean counts for.
  var gamma0 = 1.0
  /// The mean of that prior.
  var mu0 = 0.0
}
