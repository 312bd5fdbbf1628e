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
  let targets: [Float]
  private(set) var threads: Int
  /// w₀; 0 for the ordered probit, whose cutpoints take its place.
  var intercept: Float
  /// For each block: features × (1 + rank), lane 0 the linear weights, then the factors.
  var parameters: [EmbeddingTable]
  /// α; 1 for the ordered probit.
  var noisePrecision: Double
  /// The ascending borders between the levels of the ordered probit.
  var cutpoints: [Double]
  /// For each block: the means of the groups' parameters, then their precisions: 2 groups ×
  /// (1 + rank).
  var hyperparameters: [EmbeddingTable]
  private let blocks: [SamplerBlock]
  private let random: FMRandom

  var lanes: Int { options.rank + 1 }

  init(blocks: [FeatureBlock], targets: [Float], options: FMSamplerOptions, threads: Int) {
    for block in blocks { block.check(ratings: targets.count) }
    self.options = options
    self.targets = targets
    self.threads = threads
    self.blocks = blocks.map(SamplerBlock.init)
    random = FMRandom(seed: options.seed, chain: options.chain)
    let lanes = options.rank + 1
    noisePrecision = 1
    cutpoints = []
    let sum = targets.reduce(0.0) { $0 + Double($1) }
    intercept = Float(sum / Double(max(targets.count, 1)))
    parameters = blocks.map { EmbeddingTable(rows: $0.featureCount, dimension: lanes) }
    hyperparameters = blocks.map { block in
      var table = EmbeddingTable(rows: 2 * block.groups.count, dimension: lanes)
      for group in block.groups.indices {
        for lane in 0..<lanes { table[block.groups.count + group, lane] = 1 }
      }
      return table
    }
    for block in blocks.indices {
      for feature in 0..<blocks[block].featureCount {
        for factor in 0..<options.rank {
          let place = Self.place(block, feature, factor / 2)
          let pair = random.normals(.initialParameters, iteration: 0, place: place)
          parameters[block][feature, factor + 1] =
            options.initialDeviation * Float(factor % 2 == 0 ? pair.0 : pair.1)
        }
      }
    }
  }

  /// Where the draws of a feature's parameters, or of a group's, begin.
  private static func place(_ block: Int, _ feature: Int, _ part: Int) -> UInt64 {
    UInt64(block) << 52 | UInt64(feature) << 20 | UInt64(part)
  }

  /// All that the next iteration starts from.
  var state: [EmbeddingTable] {
    get {
      var globals = EmbeddingTable(rows: 1, dimension: 2 + cutpoints.count)
      globals[0, 0] = intercept
      globals[0, 1] = Float(noisePrecision)
      for (index, cutpoint) in cutpoints.enumerated() { globals[0, 2 + index] = Float(cutpoint) }
      return [globals] + parameters + hyperparameters
    }
    set {
      intercept = newValue[0][0, 0]
      noisePrecision = Double(newValue[0][0, 1])
      cutpoints = cutpoints.indices.map { Double(newValue[0][0, 2 + $0]) }
      parameters = Array(newValue[1...blocks.count])
      hyperparameters = Array(newValue[(1 + blocks.count)...])
    }
  }

  /// Draws every parameter once; iterations are counted from 1.
  mutating func iterate(_ iteration: UInt32) {
    for block in blocks.indices { drawHyperparameters(block, iteration) }
    var (sums, residuals) = outputs()
    for block in blocks.indices {
      drawParameters(block, iteration, sums: &sums, residuals: &residuals)
    }
    let count = Double(targets.count)
    var (total, squares) = (0.0, 0.0)
    for residual in residuals {
      total += Double(residual)
      squares += Double(residual) * Double(residual)
    }
    // Both from the residuals of the same w₀: first the noise, then w₀.
    let shape = (options.alpha0 + count) / 2
    let rate = (options.beta0 + squares) / 2
    noisePrecision = Double(
      Float(random.gamma(shape: shape, .noise, iteration: iteration, place: 0) / rate))
    let deviation = 1 / (noisePrecision * count).squareRoot()
    intercept += Float(
      total / count
        + deviation * random.normals(.intercept, iteration: iteration, place: 0).0)
  }

  /// For each rating (1, q_1, …, q_k), and the residuals.
  private func outputs() -> (sums: [Float], residuals: [Float]) {
    var sums = [Float](repeating: 0, count: targets.count * lanes)
    var residuals = targets.map { $0 - intercept }
    for (number, block) in blocks.enumerated() {
      let rows = rowSums(number)
      for rating in targets.indices {
        let row = Int(block.rowOfRating[rating])
        residuals[rating] -= rows[row * lanes]
        for lane in 1..<lanes { sums[rating * lanes + lane] += rows[row * lanes + lane] }
      }
    }
    for rating in targets.indices {
      var square: Float = 0
      for lane in 1..<lanes {
        square += sums[rating * lanes + lane] * sums[rating * lanes + lane]
      }
      sums[rating * lanes] = 1
      residuals[rating] -= square / 2
    }
    return (sums, residuals)
  }

  /// For each row of a block (L − ½ Σ S_f, Q_1, …, Q_k).
  private func rowSums(_ number: Int) -> [Float] {
    let block = blocks[number]
    var sums = [Float](repeating: 0, count: block.rowCount * lanes)
    parameters[number].withValues { values in
      for row in 0..<block.rowCount {
        for entry in block.starts[row]..<block.starts[row + 1] {
          let first = Int(block.indices[entry]) * parameters[number].stride
          let x = block.values[entry]
          sums[row * lanes] += values[first] * x
          for lane in 1..<lanes {
            let product = values[first + lane] * x
            sums[row * lanes + lane] += product
            sums[row * lanes] -= product * product / 2
          }
        }
      }
    }
    return sums
  }

  private mutating func drawHyperparameters(_ number: Int, _ iteration: UInt32) {
    let groups = blocks[number].groups
    for (group, features) in groups.enumerated() {
      for lane in 0..<lanes {
        let place = Self.place(number, group, lane)
        let mean = Double(hyperparameters[number][group, lane])
        var (sum, squares) = (0.0, 0.0)
        for feature in features {
          let value = Double(parameters[number][feature, lane])
          sum += value
          squares += (value - mean) * (value - mean)
        }
        let count = Double(features.count)
        let distance = mean - options.mu0
        let shape = (options.alpha0 + count + 1) / 2
        let rate = (options.beta0 + squares + options.gamma0 * distance * distance) / 2
        let precision =
          random.gamma(
            shape: shape, .precisionOfGroup, iteration: iteration, place: place << 16) / rate
        let center = (sum + options.gamma0 * options.mu0) / (count + options.gamma0)
        let deviation = 1 / ((count + options.gamma0) * precision).squareRoot()
        let normal = random.normals(.meanOfGroup, iteration: iteration, place: place).0
        hyperparameters[number][group, lane] = Float(center + deviation * normal)
        hyperparameters[number][groups.count + group, lane] = Float(precision)
      }
    }
  }

  private mutating func drawParameters(
    _ number: Int, _ iteration: UInt32, sums: inout [Float], residuals: inout [Float]
  ) {
    let block = blocks[number]
    let lanes = lanes
    var moments = RowMoments(
      block, rows: rowSums(number), sums: sums, residuals: residuals, lanes: lanes)
    for (group, features) in block.groups.enumerated() {
      let mean = (0..<lanes).map { Double(hyperparameters[number][group, $0]) }
      let precision = (0..<lanes).map {
        Double(hyperparameters[number][block.groups.count + group, $0])
      }
      for feature in features {
        let old = (0..<lanes).map { Double(parameters[number][feature, $0]) }
        var conditional = moments.conditional(
          block, feature, old: old, noisePrecision: noisePrecision, mean: mean,
          precision: precision)
        if !options.fitLinear { conditional.fix(lane: 0) }
        let normals = (0..<lanes).map { lane in
          let pair = random.normals(
            .parameters, iteration: iteration, place: Self.place(number, feature, lane / 2))
          return lane % 2 == 0 ? pair.0 : pair.1
        }
        let new = conditional.draw(normals).map { Double(Float($0)) }
        moments.move(block, feature, old: old, by: zip(new, old).map { $0 - $1 })
        for lane in 0..<lanes { parameters[number][feature, lane] = Float(new[lane]) }
      }
    }
    moments.push(block, sums: &sums, residuals: &residuals)
  }
}
