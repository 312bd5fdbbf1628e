import Kernels

/// Learning from blocks again as plain loops over arrays.
struct BlockReference {
  let rule: BlockRule
  let loss: BlockLoss
  let learningRate: Float
  /// λ of each lane.
  let userPenalty: [Float]
  let itemPenalty: [Float]
  let userConstant: Int?
  let itemConstant: Int?
  var users: [[Float]]
  var items: [[Float]]
  private var squares: [[[Float]]]
  private var momentum: [[[Float]]]

  init(
    rule: BlockRule, loss: BlockLoss, learningRate: Float, userPenalty: [Float],
    itemPenalty: [Float], userConstant: Int?, itemConstant: Int?, users: [[Float]],
    items: [[Float]]
  ) {
    self.rule = rule
    self.loss = loss
    self.learningRate = learningRate
    self.userPenalty = userPenalty
    self.itemPenalty = itemPenalty
    self.userConstant = userConstant
    self.itemConstant = itemConstant
    self.users = users
    self.items = items
    squares = [users, items].map { $0.map { $0.map { _ in 0 } } }
    momentum = squares
  }

  /// Learns from a grid, one stratum after the other, and returns the sum of the losses.
  mutating func learn(from grid: BlockGrid, firstStratum: Int, earlierSteps: Int) -> Double {
    var sum = 0.0
    var steps = earlierSteps
    for stratum in 0..<grid.userBlocks {
      for item in 0..<grid.itemBlocks {
        let user = (item + firstStratum + stratum) % grid.userBlocks
        let (ratings, quads) = grid.block(user: user, item: item)
        sum += learn(from: ratings, quads: quads, stepNumber: steps + 1)
        steps += ratings.count
      }
    }
    return sum
  }

  private mutating func learn(
    from ratings: [BlockRating], quads: Int, stepNumber: Int
  ) -> Double {
    var sums: [Float] = [0, 0, 0, 0]
    var start = 0
    // Steps that are still to be made: descent makes them after the scores of the next quad.
    var pending: [(BlockRating, Float)] = []
    while start < ratings.count {
      let isQuad = start < 4 * quads
      if rule != .descent || !isQuad { moveAll(&pending, stepNumber) }
      let group = ratings[start..<(isQuad ? start + 4 : start + 1)]
      let found = group.map { rating in
        lossAndStep(
          ScalarReference.dot(users[Int(rating.user)], items[Int(rating.item)]), rating.value)
      }
      for (stream, found) in found.enumerated() { sums[stream] += found.loss }
      moveAll(&pending, stepNumber)
      pending = zip(group, found).map { ($0, $1.step) }
      start = group.endIndex
    }
    moveAll(&pending, stepNumber)
    return Double(sums[0]) + Double(sums[1]) + (Double(sums[2]) + Double(sums[3]))
  }

  private mutating func moveAll(_ steps: inout [(BlockRating, Float)], _ number: Int) {
    for (rating, step) in steps { move(Int(rating.user), Int(rating.item), step, number) }
    steps = []
  }

  private mutating func move(_ user: Int, _ item: Int, _ step: Float, _ number: Int) {
    let (p, q) = (users[user], items[item])
    users[user] = moved(
      p, q, step, userPenalty, userConstant, &squares[0][user], &momentum[0][user], number)
    items[item] = moved(
      q, p, step, itemPenalty, itemConstant, &squares[1][item], &momentum[1][item], number)
  }

  private func moved(
    _ row: [Float], _ other: [Float], _ step: Float, _ penalty: [Float], _ constant: Int?,
    _ squares: inout [Float], _ momentum: inout [Float], _ number: Int
  ) -> [Float] {
    var row = row
    let lanes = row.indices.filter { $0 != constant }
    switch rule {
    case .descent:
      for lane in lanes {
        row[lane] =
          row[lane] * (1 - learningRate * penalty[lane]) + other[lane] * (step * learningRate)
      }
    case .adagrad:
      for lane in lanes {
        let gradient = row[lane] * penalty[lane] - other[lane] * step
        squares[lane] += gradient * gradient
        row[lane] -= learningRate * gradient / (squares[lane] + (0.1 + 1e-7)).squareRoot()
      }
    case .adam:
      let gradient = row.indices.map {
        $0 == constant ? 0 : row[$0] * penalty[$0] - other[$0] * step
      }
      ScalarReference.adam(
        weights: &row, momentum: &momentum, velocity: &squares, gradient: gradient,
        rate: ScalarReference.adamRate(number, learningRate), cleans: true)
    }
    return row
  }

  private func lossAndStep(_ product: Float, _ value: Float) -> (loss: Float, step: Float) {
    if case .squaredError(let offset) = loss {
      let error = value - (product + offset)
      return (error * error, error)
    }
    let power = ScalarReference.exponential(-abs(product))
    let lower = power / (1 + power)
    let share = product > 0 ? 1 - lower : lower
    switch loss {
    case .squaredLogisticError(let minimum, let range):
      let error = value - (share * range + minimum)
      return (error * error, (error * range) * (share * (1 - share)))
    case .crossEntropy(let minimum, let range):
      let place = (value - minimum) / range
      let above = product > 0 ? product : 0
      return (above - product * place + ScalarReference.logarithm1p(power), place - share)
    case .squaredError: preconditionFailure("handled above")
    }
  }
}

extension ScalarReference {
  /// Adam's learning rate with both bias corrections, powers by repeated squaring.
  static func adamRate(_ number: Int, _ learningRate: Float) -> Float {
    func power(_ base: Double) -> Double {
      var (result, square, rest) = (1.0, base, number)
      while rest > 0 {
        if rest & 1 == 1 { result *= square }
        square *= square
        rest >>= 1
      }
      return result
    }
    return learningRate * Float((1 - power(0.999)).squareRoot() / (1 - power(0.9)))
  }

  /// e^x in single precision, as the kernels compute it.
  static func exponential(_ argument: Float) -> Float {
    let x = min(max(argument, -87), 87)
    let shifted = x * 1.44269504 + 12_582_912
    let n = shifted - 12_582_912
    let r = (x - n * 0.693359375) - n * -2.12194440e-4
    let square = r * r
    let low = (1 + r) + (0.5 + r * (1 / 6)) * square
    let high = (1 / 24 + r * (1 / 120)) + (1 / 720 + r * (1 / 5040)) * square
    let sum = low + high * (square * square)
    return sum * Float(bitPattern: UInt32(Int32(n) + 127) << 23)
  }

  /// ln(1 + x) in single precision, as the kernels compute it.
  static func logarithm1p(_ x: Float) -> Float {
    let s = x / (2 + x)
    let square = s * s
    var sum = square * (1 / 15) + 1 / 13
    for coefficient: Float in [1 / 11, 1 / 9, 1 / 7, 1 / 5, 1 / 3, 1] {
      sum = sum * square + coefficient
    }
    return 2 * s * sum
  }
}
