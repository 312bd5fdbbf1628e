internal import Kernels

/// Gibbs sampling of the posterior of a factorization machine over relational blocks.
///
/// ŷ = w₀ + Σ_b L_b + ½ Σ_f [(Σ_b Q_bf)² − Σ_b S_bf], where for the row of each block b
/// L = Σ_j w_j x_j, Q_f = Σ_j v_jf x_j and S_f = Σ_j v_jf² x_j².
///
/// The parameters θ_j = (w_j, v_j1, …, v_jk) of a feature enter ŷ linearly, ŷ = θ_j · h + rest with
/// h = x_j (1, q − v_j x_j), q being the sum of all blocks' Q. All of them are drawn at once:
/// θ_j ~ N(A⁻¹ b, A⁻¹) with A = α Σ h hᵀ + Λ, b = α Σ h (e + h · θ_j) + Λ μ, where e = y − ŷ, and Λ
/// (diagonal) and μ are the precisions and means of the feature's group. They, the precision α of the
/// noise and w₀ are drawn from their conditional distributions as well.
///
/// The sums over the ratings of a block's row are made once for all features of the block.
///
/// Freudenthaler, Schmidt-Thieme and Rendle, *Bayesian Factorization Machines*, 2011; Rendle,
/// *Scaling Factorization Machines to Relational Data*, 2013. There the factors are drawn one at a
/// time; together they mix better and their sums are one pass.
///
/// - Complexity: O(rank² × (ratings × blocks + entries) + rank³ × features) for an iteration.
struct FMSampler: Sendable {
  let options: FMSamplerOptions
  /// As ``FMSamplerData`` has them.
  private let targets: [Float]
  /// w₀; 0 for the ordered probit, whose cutpoints take its place.
  var intercept: Float
  /// α; 1 for the ordered probit.
  var noisePrecision: Double
  /// The ascending borders between the levels of the ordered probit.
  var cutpoints: [Double]
  private var hyperparameters: [GroupHyperparameters]
  /// For each block: rows as ``FactorizationSweep`` has them.
  private var weights: [EmbeddingTable]
  /// The groups of each block, and how many factors their features have.
  private let groups: [[(features: Range<Int>, factors: Int)]]
  private let sweep: FactorizationSweep
  private let probit: OrderedProbit?
  private let random: FMRandom

  /// Prepares the sampling of a chain; several may share the data.
  init(_ data: FMSamplerData, options: FMSamplerOptions, threads: Int) {
    self.options = options
    targets = data.targets
    sweep = FactorizationSweep(
      blocks: data.blocks, count: targets.count, rank: options.rank, threads: threads)
    let groups = zip(data.blocks, data.shares).map { block, shares in
      zip(block.groups, shares).map { (features: $0, factors: $1.count(of: options.rank)) }
    }
    self.groups = groups
    random = FMRandom(seed: options.seed, chain: options.chain)
    noisePrecision = 1
    switch options.likelihood {
    case .gaussian:
      probit = nil
      cutpoints = []
      let sum = targets.reduce(0.0) { $0 + Double($1) }
      intercept = Float(sum / Double(max(targets.count, 1)))
    case .orderedProbit(let levels):
      let probit = OrderedProbit(levels: levels, targets: targets, threads: threads)
      self.probit = probit
      cutpoints = probit.initialCutpoints()
      intercept = 0
    }
    hyperparameters = groups.flatMap { $0 }.map { _ in
      GroupHyperparameters(lanes: options.rank + 1)
    }
    weights = groups.enumerated().map { [sweep, random] number, groups in
      random.initialWeights(
        block: number, groups: groups, sweep: sweep, deviation: options.initialDeviation)
    }
  }

  /// The parameters as they are now.
  var sample: FMSample {
    FMSample(
      weights: weights, intercept: intercept, noisePrecision: noisePrecision, cutpoints: cutpoints)
  }

  /// For each block: features × (1 + rank), lane 0 the linear weights, then the factors.
  var parameters: [EmbeddingTable] {
    get { weights.map(parameters(of:)) }
    set { weights = zip(newValue, weights).map { weights(of: $0, like: $1) } }
  }

  private func parameters(of weights: EmbeddingTable) -> EmbeddingTable {
    let (rank, linear) = (options.rank, sweep.linearLane)
    var table = EmbeddingTable(rows: weights.rows, dimension: rank + 1)
    let stride = table.stride
    table.withMutableValues { target in
      weights.withValues { source in
        for row in 0..<weights.rows {
          target[row * stride] = source[row * weights.stride + linear]
          for factor in 0..<rank {
            target[row * stride + 1 + factor] = source[row * weights.stride + factor]
          }
        }
      }
    }
    return table
  }

  private func weights(of parameters: EmbeddingTable, like table: EmbeddingTable) -> EmbeddingTable
  {
    precondition(
      parameters.rows == table.rows && parameters.dimension == options.rank + 1,
      "parameters of another model")
    let (rank, linear) = (options.rank, sweep.linearLane)
    var weights = EmbeddingTable(rows: table.rows, dimension: table.dimension)
    let stride = weights.stride
    weights.withMutableValues { target in
      parameters.withValues { source in
        for row in 0..<table.rows {
          target[row * stride + linear] = source[row * parameters.stride]
          for factor in 0..<rank {
            target[row * stride + factor] = source[row * parameters.stride + 1 + factor]
          }
        }
      }
    }
    return weights
  }

  /// All that the next iteration starts from: intercept, noise and cutpoints; hyperparameters, two
  /// rows for each group; the parameters of each block.
  var state: [EmbeddingTable] {
    get {
      let lanes = options.rank + 1
      let globals = [intercept, Float(noisePrecision)] + cutpoints.map { Float($0) }
      return [
        EmbeddingTable(rows: 1, dimension: globals.count, values: globals),
        EmbeddingTable(
          rows: 2 * hyperparameters.count, dimension: lanes,
          values: hyperparameters.flatMap { $0.means + $0.precisions }),
      ] + parameters
    }
    set {
      let lanes = options.rank + 1
      intercept = newValue[0][0, 0]
      noisePrecision = Double(newValue[0][0, 1])
      cutpoints = cutpoints.indices.map { Double(newValue[0][0, 2 + $0]) }
      for group in hyperparameters.indices {
        hyperparameters[group].means = newValue[1].values(
          rows: 2 * group..<2 * group + 1, columns: 0..<lanes)
        hyperparameters[group].precisions = newValue[1].values(
          rows: 2 * group + 1..<2 * group + 2, columns: 0..<lanes)
      }
      parameters = Array(newValue[2...])
    }
  }

  /// Draws every parameter once; iterations are counted from 1.
  mutating func iterate(_ iteration: UInt32) {
    drawHyperparameters(iteration)
    computeResiduals(iteration)
    var first = 0
    for block in weights.indices {
      let priors = zip(hyperparameters[first...], groups[block]).map { own, group in
        own.prior(linearLane: sweep.linearLane, stride: sweep.stride, factors: group.factors)
      }
      first += priors.count
      sweep.draw(
        block: block, weights: &weights[block],
        priors: priors, noisePrecision: noisePrecision, isLinear: options.fitLinear,
        place: random.place(.parameters, iteration: iteration, block: block))
    }
    if probit == nil { drawNoise(iteration) }
  }

  /// Computes the residuals anew, so that rounding does not add up over the iterations; those of the
  /// ordered probit with new cutpoints and latent targets.
  private mutating func computeResiduals(_ iteration: UInt32) {
    guard let probit else {
      sweep.computeResiduals(targets: targets, weights: weights, intercept: intercept)
      return
    }
    let zeros = [Float](repeating: 0, count: targets.count)
    sweep.computeResiduals(targets: zeros, weights: weights, intercept: intercept)
    probit.drawCutpoints(
      &cutpoints, outputs: sweep.residualValues.map { -$0 }, random: random, iteration: iteration)
    sweep.mapResiduals { [random, cutpoints] rating, negative in
      let output = -Double(negative)
      let target = probit.latentTarget(
        of: rating, output: output, cutpoints: cutpoints, random: random, iteration: iteration)
      return Float(target - output)
    }
  }

  /// Draws the noise, then the intercept, from the residuals of the same intercept.
  private mutating func drawNoise(_ iteration: UInt32) {
    let count = Double(targets.count)
    guard count > 0 else { return }
    let (sum, squares) = sweep.residualSums()
    let shape = (options.alpha0 + count) / 2
    let rate = (options.beta0 + squares) / 2
    // What the state holds are floats, so that a restart goes on to the same bits.
    noisePrecision = Double(
      Float(random.gamma(shape: shape, .noise, iteration: iteration, place: 0) / rate))
    let deviation = 1 / (noisePrecision * count).squareRoot()
    intercept += Float(
      sum / count + deviation * random.normals(.intercept, iteration: iteration, place: 0).0)
  }

  /// The normal distribution that a feature's parameters are drawn from, given all others as they
  /// are: the precision matrix, one row after the other, and its product with the mean; the linear
  /// weight comes first, then those factors that the feature has. `group` is the number of the feature's group among those of all blocks.
  func conditional(
    ofFeature feature: Int, inBlock block: Int, group: Int
  ) -> (precision: [Double], shift: [Double]) {
    sweep.computeResiduals(targets: targets, weights: weights, intercept: intercept)
    let (squares, products) = sweep.gathered(
      block: block, feature: feature, weights: weights[block])
    let lanes = groups.flatMap(\.self)[group].factors + 1
    let own = hyperparameters[group]
    let table = parameters[block]
    let current = (0..<lanes).map { lane in Double(table[feature, lane]) }
    // The sums have the linear weight last.
    let all = options.rank + 1
    func place(_ lane: Int) -> Int { lane == 0 ? all - 1 : lane - 1 }
    var precision: [Double] = []
    var shift: [Double] = []
    for lane in 0..<lanes {
      let first = place(lane) * all
      let row = (0..<lanes).map { other in
        noisePrecision * Double(squares[first + place(other)])
      }
      var sum = noisePrecision * Double(products[place(lane)])
      for other in 0..<lanes { sum += row[other] * current[other] }
      sum += Double(own.precisions[lane]) * Double(own.means[lane])
      shift.append(sum)
      precision += row
      precision[lane * lanes + lane] += Double(own.precisions[lane])
    }
    return (precision, shift)
  }

  private mutating func drawHyperparameters(_ iteration: UInt32) {
    var number = 0
    for block in weights.indices {
      for (features, factors) in groups[block] {
        let prior = hyperparameters[number].prior(
          linearLane: sweep.linearLane, stride: sweep.stride, factors: factors)
        let (sums, squares) = FactorizationSweep.sums(
          of: weights[block], features: features, means: prior.means)
        for lane in 0...factors {
          let place = lane == 0 ? sweep.linearLane : lane - 1
          hyperparameters[number].draw(
            lane: lane, sum: sums[place], squares: squares[place], count: features.count,
            options: options, random: random, iteration: iteration, group: number)
        }
        number += 1
      }
    }
  }
}
