import Kernels
import Testing

@testable import Recommenders

@Suite struct FMSamplerTests {
  /// Ratings by 6 users of 9 items; users with what they rated, items with a few genres.
  static func blocks(count: Int = 120) -> [FeatureBlock] {
    let users = (0..<count).map { UInt32($0 * 5 % 6) }
    let items = (0..<count).map { UInt32($0 * 7 % 9) }
    var userBlock = FeatureBlock(
      name: "user", rowOfRating: users, starts: [0], indices: [], values: [],
      groups: [
        FeatureGroup(name: "user", count: 6),
        FeatureGroup(name: "rated", count: 9, share: .narrow),
      ])
    for user in 0..<6 {
      userBlock.indices.append(UInt32(user))
      userBlock.values.append(1)
      for item in 0..<9 where (user * item) % 4 != 1 {
        userBlock.indices.append(UInt32(6 + item))
        userBlock.values.append(0.4)
      }
      userBlock.starts.append(userBlock.indices.count)
    }
    var itemBlock = FeatureBlock(
      name: "item", rowOfRating: items, starts: [0], indices: [], values: [],
      groups: [
        FeatureGroup(name: "item", count: 9), FeatureGroup(name: "genre", count: 3, share: .time),
      ])
    for item in 0..<9 {
      itemBlock.indices += [UInt32(item), UInt32(9 + item % 3)]
      itemBlock.values += [1, 0.7]
      itemBlock.starts.append(itemBlock.indices.count)
    }
    return [userBlock, itemBlock]
  }

  static func targets(count: Int = 120) -> [Float] {
    (0..<count).map { rating in
      let product: Int = (rating * 5 % 6) * (rating * 7 % 9)
      return Float(product % 7) / 2 + Float(rating % 4) * 0.1
    }
  }

  /// The same features with a row for each rating: what the blocks stand for.
  static func flat(_ blocks: [FeatureBlock]) -> FeatureBlock {
    let count = blocks[0].rowOfRating.count
    var flat = FeatureBlock(
      name: "flat", rowOfRating: (0..<count).map { UInt32($0) }, starts: [0], indices: [],
      values: [], groups: blocks.flatMap(\.groups))
    for rating in 0..<count {
      var first: UInt32 = 0
      for block in blocks {
        let row = Int(block.rowOfRating[rating])
        for entry in block.starts[row]..<block.starts[row + 1] {
          flat.indices.append(first + block.indices[entry])
          flat.values.append(block.values[entry])
        }
        first += UInt32(block.featureCount)
      }
      flat.starts.append(flat.indices.count)
    }
    return flat
  }

  /// The model's output by its definition, over a flat block.
  static func output(
    _ block: FeatureBlock, _ rating: Int, _ parameters: [[Double]], intercept: Double
  ) -> Double {
    let entries = block.starts[rating]..<block.starts[rating + 1]
    var sum = intercept
    for entry in entries {
      sum += parameters[Int(block.indices[entry])][0] * Double(block.values[entry])
    }
    for factor in 1..<parameters[0].count {
      var (total, squares) = (0.0, 0.0)
      for entry in entries {
        let part = parameters[Int(block.indices[entry])][factor] * Double(block.values[entry])
        total += part
        squares += part * part
      }
      sum += (total * total - squares) / 2
    }
    return sum
  }

  static func rows(_ tables: [EmbeddingTable]) -> [[Double]] {
    tables.flatMap { table in
      (0..<table.rows).map { row in
        table.values(rows: row..<row + 1, columns: 0..<table.dimension).map { Double($0) }
      }
    }
  }

  /// The output is linear in a feature's parameters, so that differences give its slopes, and these
  /// the precision matrix and the mean of the conditional distribution.
  @Test(arguments: [2, 8, 11])
  func conditionalsAgreeWithBruteForce(rank: Int) {
    let blocks = Self.blocks()
    let flat = Self.flat(blocks)
    let targets = Self.targets()
    var options = FMSamplerOptions()
    options.rank = rank
    var sampler = FMSampler(blocks: blocks, targets: targets, options: options, threads: 1)
    for iteration in 1...3 { sampler.iterate(UInt32(iteration)) }
    let parameters = Self.rows(sampler.parameters)
    let hyper = sampler.state[1]
    let intercept = Double(sampler.intercept)
    for (block, feature, group) in [(0, 2, 0), (0, 9, 1), (1, 4, 2), (1, 10, 3)] {
      let number = feature + block * blocks[0].featureCount
      let lanes = 1 + flat.groups[group].share.count(of: rank)
      var precision = [Double](repeating: 0, count: lanes * lanes)
      var shift = [Double](repeating: 0, count: lanes)
      for rating in targets.indices {
        let output = Self.output(flat, rating, parameters, intercept: intercept)
        let slopes = (0..<lanes).map { lane in
          var changed = parameters
          changed[number][lane] += 1
          return Self.output(flat, rating, changed, intercept: intercept) - output
        }
        var rest = Double(targets[rating]) - output
        for lane in 0..<lanes { rest += slopes[lane] * parameters[number][lane] }
        for lane in 0..<lanes {
          shift[lane] += sampler.noisePrecision * slopes[lane] * rest
          for other in 0..<lanes {
            precision[lane * lanes + other] += sampler.noisePrecision * slopes[lane] * slopes[other]
          }
        }
      }
      for lane in 0..<lanes {
        precision[lane * lanes + lane] += Double(hyper[2 * group + 1, lane])
        shift[lane] += Double(hyper[2 * group + 1, lane]) * Double(hyper[2 * group, lane])
      }
      let found = sampler.conditional(ofFeature: feature, inBlock: block, group: group)
      let scale = precision.map { abs($0) }.max() ?? 1
      for (one, other) in zip(found.precision, precision) {
        #expect(abs(one - other) < 1e-4 * scale)
      }
      let height = shift.map { abs($0) }.max() ?? 1
      for (one, other) in zip(found.shift, shift) { #expect(abs(one - other) < 3e-4 * height) }
    }
  }

  @Test(arguments: [2, 8, 11])
  func featuresHaveTheFactorsOfTheirShare(rank: Int) {
    var options = FMSamplerOptions()
    options.rank = rank
    let blocks = Self.blocks()
    var sampler = FMSampler(blocks: blocks, targets: Self.targets(), options: options, threads: 1)
    for iteration in 1...3 { sampler.iterate(UInt32(iteration)) }
    for (table, block) in zip(sampler.parameters, blocks) {
      var feature = 0
      for group in block.groups {
        for _ in 0..<group.count {
          for factor in 1...rank {
            #expect((table[feature, factor] != 0) == (factor <= group.share.count(of: rank)))
          }
          feature += 1
        }
      }
    }
  }

  @Test func relationalBlocksStandForTheFlatDesign() {
    let blocks = Self.blocks()
    let targets = Self.targets()
    var options = FMSamplerOptions()
    options.rank = 4
    var relational = FMSampler(blocks: blocks, targets: targets, options: options, threads: 1)
    for iteration in 1...3 { relational.iterate(UInt32(iteration)) }
    var flat = FMSampler(
      blocks: [Self.flat(blocks)], targets: targets, options: options, threads: 1)
    var state = relational.state
    let all = state[2...].flatMap { $0.values(columns: 0..<5) }
    state = [state[0], state[1], EmbeddingTable(rows: all.count / 5, dimension: 5, values: all)]
    flat.state = state
    for (block, feature, group) in [(0, 0, 0), (0, 12, 1), (1, 8, 2), (1, 11, 3)] {
      let one = relational.conditional(ofFeature: feature, inBlock: block, group: group)
      let other = flat.conditional(
        ofFeature: feature + block * blocks[0].featureCount, inBlock: 0, group: group)
      let scale = one.precision.map { abs($0) }.max() ?? 1
      for (a, b) in zip(one.precision, other.precision) { #expect(abs(a - b) < 1e-4 * scale) }
      let height = one.shift.map { abs($0) }.max() ?? 1
      for (a, b) in zip(one.shift, other.shift) { #expect(abs(a - b) < 3e-4 * height) }
    }
  }

  @Test(arguments: [FMLikelihood.gaussian, .orderedProbit(levels: 4)])
  func threadsDoNotChangeABit(likelihood: FMLikelihood) {
    var options = FMSamplerOptions()
    options.likelihood = likelihood
    let states = [1, 2, 5].map { threads in
      var sampler = FMSampler(
        blocks: Self.blocks(), targets: Self.targets(), options: options, threads: threads)
      for iteration in 1...4 { sampler.iterate(UInt32(iteration)) }
      return sampler.state
    }
    #expect(states[0] == states[1])
    #expect(states[0] == states[2])
  }

  @Test(arguments: [FMLikelihood.gaussian, .orderedProbit(levels: 4)])
  func aRestartGoesOnToTheSameBits(likelihood: FMLikelihood) {
    var options = FMSamplerOptions()
    options.likelihood = likelihood
    options.rank = 3
    var sampler = FMSampler(
      blocks: Self.blocks(), targets: Self.targets(), options: options, threads: 1)
    for iteration in 1...3 { sampler.iterate(UInt32(iteration)) }
    var restarted = FMSampler(
      blocks: Self.blocks(), targets: Self.targets(), options: options, threads: 1)
    restarted.state = sampler.state
    for iteration in 4...6 {
      sampler.iterate(UInt32(iteration))
      restarted.iterate(UInt32(iteration))
    }
    #expect(sampler.state == restarted.state)
  }

  @Test func seedsAndChainsDiffer() {
    let places: [(UInt32, UInt32)] = [(0, 0), (1, 0), (0, 1)]
    let intercepts = places.map { seed, chain in
      var options = FMSamplerOptions()
      (options.seed, options.chain) = (seed, chain)
      var sampler = FMSampler(
        blocks: Self.blocks(), targets: Self.targets(), options: options, threads: 1)
      sampler.iterate(1)
      return sampler.intercept
    }
    #expect(Set(intercepts).count == 3)
  }

  /// Two blocks of ids.
  static func ids(_ users: [Int], _ items: [Int], counts: (Int, Int)) -> [FeatureBlock] {
    [("user", users, counts.0), ("item", items, counts.1)].map { name, rows, count in
      FeatureBlock(
        name: name, rowOfRating: rows.map { UInt32($0) }, starts: Array(0...count),
        indices: (0..<count).map { UInt32($0) }, values: Array(repeating: 1, count: count),
        groups: [FeatureGroup(name: name, count: count)])
    }
  }

  @Test func plantedFactorsAndNoiseAreRecovered() {
    let random = FMRandom(seed: 77, chain: 5)
    func normal(_ place: Int) -> Double {
      random.normals(.noise, iteration: 99, place: UInt64(place)).0
    }
    let (users, items) = (40, 30)
    let p = (0..<users).map { [normal($0), normal(1000 + $0), normal(2000 + $0)] }
    let q = (0..<items).map { [normal(3000 + $0), normal(4000 + $0), normal(5000 + $0)] }
    func truth(_ u: Int, _ i: Int) -> Double {
      let linear: Double = 3 + 0.5 * p[u][0] + 0.4 * q[i][0]
      return linear + p[u][1] * q[i][1] + 0.8 * p[u][2] * q[i][2]
    }
    var (trainUsers, trainItems, targets) = ([Int](), [Int](), [Float]())
    var held: [(Int, Int)] = []
    for user in 0..<users {
      for item in 0..<items {
        if (user * 31 + item * 17) % 4 == 0 {
          held.append((user, item))
        } else {
          trainUsers.append(user)
          trainItems.append(item)
          let noise = normal(10_000 + user * items + item)
          targets.append(Float(truth(user, item) + 0.2 * noise))
        }
      }
    }
    var options = FMSamplerOptions()
    options.rank = 3
    var sampler = FMSampler(
      blocks: Self.ids(trainUsers, trainItems, counts: (users, items)), targets: targets,
      options: options, threads: 1)
    var sums = [Double](repeating: 0, count: held.count)
    for iteration in 1...120 {
      sampler.iterate(UInt32(iteration))
      guard iteration > 60 else { continue }
      let (p, q) = (Self.rows([sampler.parameters[0]]), Self.rows([sampler.parameters[1]]))
      for (index, pair) in held.enumerated() {
        let (one, other) = (p[pair.0], q[pair.1])
        sums[index] += Double(sampler.intercept) + one[0] + other[0]
        for factor in 1...3 { sums[index] += one[factor] * other[factor] }
      }
    }
    var squares = 0.0
    for (sum, pair) in zip(sums, held) {
      let error = sum / 60 - truth(pair.0, pair.1)
      squares += error * error
    }
    #expect((squares / Double(held.count)).squareRoot() < 0.15)
    // The planted noise has the precision 25.
    #expect(sampler.noisePrecision > 18 && sampler.noisePrecision < 32)
  }

  @Test func probitRecoversPlantedCutpointsAndOrder() {
    let random = FMRandom(seed: 5, chain: 6)
    func normal(_ place: Int) -> Double {
      random.normals(.noise, iteration: 99, place: UInt64(place)).0
    }
    let (users, items) = (50, 30)
    let cutpoints = [-1.2, 0, 0.9]
    var (rowUsers, rowItems, targets, outputs) = ([Int](), [Int](), [Float](), [Double]())
    for user in 0..<users {
      for item in 0..<items {
        let output = 0.7 * normal(user) + 0.9 * normal(1000 + item)
        let latent = output + normal(10_000 + user * items + item)
        rowUsers.append(user)
        rowItems.append(item)
        outputs.append(output)
        let level = cutpoints.filter { $0 < latent }.count
        targets.append(Float(level))
      }
    }
    var options = FMSamplerOptions()
    options.rank = 2
    options.likelihood = .orderedProbit(levels: 4)
    var sampler = FMSampler(
      blocks: Self.ids(rowUsers, rowItems, counts: (users, items)), targets: targets,
      options: options, threads: 1)
    var (widths, samples) = ([0.0, 0.0], 0.0)
    var means = [Double](repeating: 0, count: targets.count)
    for iteration in 1...150 {
      sampler.iterate(UInt32(iteration))
      #expect(sampler.cutpoints == sampler.cutpoints.sorted())
      guard iteration > 50 else { continue }
      samples += 1
      for index in widths.indices {
        widths[index] += sampler.cutpoints[index + 1] - sampler.cutpoints[index]
      }
      let (p, q) = (Self.rows([sampler.parameters[0]]), Self.rows([sampler.parameters[1]]))
      for rating in targets.indices {
        let (one, other) = (p[rowUsers[rating]], q[rowItems[rating]])
        means[rating] += one[0] + other[0]
        means[rating] += one[1] * other[1] + one[2] * other[2]
      }
    }
    // Only differences of cutpoints are determined: a shift of all is one of the weights.
    #expect(abs(widths[0] / samples - 1.2) < 0.15)
    #expect(abs(widths[1] / samples - 0.9) < 0.15)
    #expect(sampler.noisePrecision == 1 && sampler.intercept == 0)
    let mean = means.reduce(0, +) / samples / Double(means.count)
    let center = outputs.reduce(0, +) / Double(outputs.count)
    var squares = 0.0
    for (one, other) in zip(means, outputs) {
      let error = (one / samples - mean) - (other - center)
      squares += error * error
    }
    #expect((squares / Double(outputs.count)).squareRoot() < 0.35)
  }
}

extension FMSampler {
  /// A sampler of one chain.
  init(blocks: [FeatureBlock], targets: [Float], options: FMSamplerOptions, threads: Int) {
    self.init(FMSamplerData(blocks: blocks, targets: targets), options: options, threads: threads)
  }
}
