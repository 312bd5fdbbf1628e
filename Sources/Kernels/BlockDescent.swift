internal import CKernels
import Glibc
import Synchronization

/// What is lost by a rating, as a function of the dot product z of its rows.
public enum BlockLoss: Sendable, Equatable {
  /// (z + offset − r)².
  case squaredError(offset: Float)
  /// (minimum + range·σ(z) − r)².
  case squaredLogisticError(minimum: Float, range: Float)
  /// The cross-entropy of σ(z) against (r − minimum)/range.
  case crossEntropy(minimum: Float, range: Float)
}

/// The rules by which the two rows of a rating move.
public enum BlockRule: Sendable {
  /// w ← w + η(c·v − λw), where c is minus the slope of the loss (half of that of a squared error)
  /// and v the other row.
  case descent
  /// AdaGrad (Duchi et al., 2011) with the same gradient; squares start at 0.1, as in Keras.
  case adagrad
  /// Adam with the same gradient, its corrections those of the step that the block begins with.
  case adam
}

/// A table with what its optimizer remembers of each weight.
public struct BlockTable: Sendable {
  /// The weights.
  public private(set) var weights: EmbeddingTable
  fileprivate var squares: EmbeddingTable?
  fileprivate var momentum: EmbeddingTable?
  /// The penalty λ of each lane.
  fileprivate let penalty: [Float]
  /// The lane that holds a constant and does not move.
  fileprivate let constantLane: Int?

  /// Starts from weights.
  ///
  /// - Precondition: There is a penalty for each lane, and lanes before the last sixteen of a row have
  ///   one penalty and move.
  public init(_ weights: EmbeddingTable, rule: BlockRule, penalty: [Float], constantLane: Int?) {
    precondition(penalty.count == weights.dimension, "a penalty is missing")
    let last = weights.stride - 16
    precondition(
      penalty.prefix(last).allSatisfy { $0 == penalty[0] } && constantLane ?? last >= last,
      "only the lanes of the last vector may differ")
    self.weights = weights
    self.penalty = penalty
    self.constantLane = constantLane
    let none = EmbeddingTable(rows: weights.rows, dimension: weights.dimension)
    switch rule {
    case .descent: break
    case .adagrad: squares = none
    case .adam: (squares, momentum) = (none, none)
    }
  }

  /// What the rule remembers of the weights.
  public var memory: [EmbeddingTable] { [squares, momentum].compactMap { $0 } }

  /// Puts other values into the place of the weights, and of what the rule remembers of them.
  ///
  /// - Precondition: They have the shape of the table, and there are as many as the rule has.
  public mutating func restore(weights: EmbeddingTable, memory: [EmbeddingTable]) {
    precondition(
      memory.count == self.memory.count
        && ([weights] + memory).allSatisfy {
          $0.rows == self.weights.rows && $0.dimension == self.weights.dimension
        }, "the tables differ in shape")
    self.weights = weights
    if squares != nil { squares = memory[0] }
    if momentum != nil { momentum = memory[1] }
  }

  fileprivate mutating func makeUnique() {
    weights.makeUnique()
    squares?.makeUnique()
    momentum?.makeUnique()
  }

  /// A row with a value for each lane, 0 beyond the dimension.
  fileprivate func lanes(constant: Float, _ value: (Float) -> Float) -> EmbeddingTable {
    var values = penalty.map(value)
    if let constantLane { values[constantLane] = constant }
    return EmbeddingTable(rows: 1, dimension: weights.dimension, values: values)
  }
}

/// Learning from a grid block by block, in parallel, with the same result for any number of threads.
///
/// Stratum *x* of an epoch consists of the blocks ((*b* + *x*) mod user blocks, *b*), which share no
/// row of either table. The result is that of the strata one after the other, beginning with a given
/// one. A block may begin as soon as the blocks before it that share its users or its items have
/// ended, so that no thread waits for the whole of a stratum (Gemulla et al., *Large-Scale Matrix
/// Factorization with Distributed Stochastic Gradient Descent*, KDD 2011).
public struct BlockDescent: Sendable {
  /// How rows move.
  public let rule: BlockRule
  /// What is lost.
  public let loss: BlockLoss

  /// Combines a rule and a loss.
  public init(rule: BlockRule, loss: BlockLoss) {
    self.rule = rule
    self.loss = loss
  }

  /// Learns from every rating of a grid once.
  ///
  /// - Parameters:
  ///   - grid: The ratings.
  ///   - users: The users' table.
  ///   - items: The items' table.
  ///   - learningRate: η.
  ///   - firstStratum: The stratum to begin with; the others follow in a circle.
  ///   - earlierSteps: The number of ratings learned from before, for Adam's corrections.
  ///   - threads: The number of threads; it has no influence on the result.
  /// - Returns: The sum of the losses before each step, added in the order of the strata.
  /// - Complexity: O(*n* × factors).
  public func learn(
    from grid: BlockGrid, users: inout BlockTable, items: inout BlockTable, learningRate: Float,
    firstStratum: Int, earlierSteps: Int, threads: Int
  ) -> Double {
    precondition(
      users.weights.rows == grid.users && items.weights.rows == grid.items
        && users.weights.dimension == items.weights.dimension, "the tables do not fit the grid")
    precondition(
      rule == .descent || users.weights.stride <= RK_LONGEST_ROW, "the rows are too long")
    users.makeUnique()
    items.makeUnique()
    let order = BlockOrder(grid, firstStratum: firstStratum)
    let pass = BlockPass(
      grid: grid, order: order, descent: self, users: users, items: items,
      learningRate: learningRate, earlierSteps: earlierSteps)
    let progress = Mutex(BlockProgress(order))
    let workers = max(min(threads, grid.itemBlocks), 1)
    Parallel.forEach(workers, threads: workers) { _ in
      var column: Int?
      while true {
        switch progress.withLock({ $0.claim(preferring: column) }) {
        case .block(let block):
          let loss = pass.run(block)
          progress.withLock { $0.end(block, loss: loss) }
          column = block.column
        case .wait:
          // Another thread is at work on what the next block waits for.
          sched_yield()
        case .done: return
        }
      }
    }
    return progress.withLock { $0.losses.reduce(0, +) }
  }
}

/// The place of each block in an epoch, and which one it has to wait for.
struct BlockOrder: Sendable {
  let userBlocks: Int
  let itemBlocks: Int
  let firstStratum: Int

  init(_ grid: BlockGrid, firstStratum: Int) {
    userBlocks = grid.userBlocks
    itemBlocks = grid.itemBlocks
    self.firstStratum = firstStratum % grid.userBlocks
  }

  /// The user block that an item block meets at a step, counted from 0.
  func userBlock(column: Int, step: Int) -> Int {
    (column + firstStratum + step) % userBlocks
  }

  /// The last block before this one that has the same users, if there is one in this epoch.
  func predecessor(column: Int, step: Int) -> (column: Int, step: Int)? {
    if column < itemBlocks - 1 { return step > 0 ? (column + 1, step - 1) : nil }
    // The users of the last column come round from the first.
    let earlier = step + column - userBlocks
    return earlier >= 0 && column > 0 ? (0, earlier) : nil
  }
}

/// How far the threads of an epoch have come.
struct BlockProgress {
  struct Block {
    let column: Int
    let step: Int
  }

  enum Claim {
    case block(Block)
    case wait
    case done
  }

  private let order: BlockOrder
  /// The number of blocks of each column that have ended.
  private var ended: [Int]
  private var isTaken: [Bool]
  /// The loss of each block, the blocks of a step side by side.
  private(set) var losses: [Double]

  init(_ order: BlockOrder) {
    self.order = order
    ended = Array(repeating: 0, count: order.itemBlocks)
    isTaken = Array(repeating: false, count: order.itemBlocks)
    losses = Array(repeating: 0, count: order.itemBlocks * order.userBlocks)
  }

  /// Takes a block that may begin.
  ///
  /// The column of the thread's last block is preferred, since its items are in the cache; else the
  /// highest, since others wait for it.
  mutating func claim(preferring column: Int?) -> Claim {
    if let column, isReady(column) { return take(column) }
    for column in ended.indices.reversed() where isReady(column) { return take(column) }
    return ended.allSatisfy { $0 == order.userBlocks } ? .done : .wait
  }

  mutating func end(_ block: Block, loss: Double) {
    losses[block.step * order.itemBlocks + block.column] = loss
    ended[block.column] += 1
    isTaken[block.column] = false
  }

  private mutating func take(_ column: Int) -> Claim {
    isTaken[column] = true
    return .block(Block(column: column, step: ended[column]))
  }

  private func isReady(_ column: Int) -> Bool {
    guard !isTaken[column], ended[column] < order.userBlocks else { return false }
    guard let earlier = order.predecessor(column: column, step: ended[column]) else { return true }
    return ended[earlier.column] > earlier.step
  }
}

/// The tables of an epoch and the one place where threads write to them.
///
/// Safety: a block writes to the rows of its users and items only. Of the blocks that run at the same
/// time no two have the same column, so that they share no item, and `BlockProgress` begins none whose
/// users an unfinished earlier block has; a block later in the order waits likewise. The mutex of the
/// progress orders the writes of a block before the reads of those that follow it. The tables were made
/// unique by the caller, who holds them for as long as this lives.
@safe private struct BlockPass: @unchecked Sendable {
  let grid: BlockGrid
  let order: BlockOrder
  let descent: BlockDescent
  let users: BlockTable
  let items: BlockTable
  let learningRate: Float
  let earlierSteps: Int
  private let loss: rk_loss
  /// Of users and items: what a weight keeps or its penalty, and its rate or whether it moves.
  private let rules: (EmbeddingTable, EmbeddingTable, EmbeddingTable, EmbeddingTable)
  /// The number of ratings of this epoch before each step.
  private let ratingsBefore: [Int]

  init(
    grid: BlockGrid, order: BlockOrder, descent: BlockDescent, users: BlockTable,
    items: BlockTable, learningRate: Float, earlierSteps: Int
  ) {
    self.grid = grid
    self.order = order
    self.descent = descent
    self.users = users
    self.items = items
    self.learningRate = learningRate
    self.earlierSteps = earlierSteps
    loss =
      switch descent.loss {
      case .squaredError(let offset):
        rk_loss(kind: RK_SQUARED_ERROR, offset: offset, minimum: 0, range: 1)
      case .squaredLogisticError(let minimum, let range):
        rk_loss(kind: RK_SQUARED_LOGISTIC_ERROR, offset: 0, minimum: minimum, range: range)
      case .crossEntropy(let minimum, let range):
        rk_loss(kind: RK_CROSS_ENTROPY, offset: 0, minimum: minimum, range: range)
      }
    func rule(_ table: BlockTable) -> (EmbeddingTable, EmbeddingTable) {
      descent.rule == .descent
        ? (
          table.lanes(constant: 1) { 1 - learningRate * $0 },
          table.lanes(constant: 0) { _ in learningRate }
        ) : (table.lanes(constant: 0) { $0 }, table.lanes(constant: 0) { _ in 1 })
    }
    let (userRule, itemRule) = (rule(users), rule(items))
    rules = (userRule.0, userRule.1, itemRule.0, itemRule.1)
    var before = 0
    var ratingsBefore: [Int] = []
    for step in 0..<order.userBlocks {
      for column in 0..<order.itemBlocks {
        ratingsBefore.append(before)
        let block =
          order.userBlock(column: column, step: step) * order.itemBlocks + column
        before += grid.starts[block + 1] - grid.starts[block]
      }
    }
    self.ratingsBefore = ratingsBefore
  }

  /// Learns from a block and returns the sum of its losses.
  func run(_ block: BlockProgress.Block) -> Double {
    let number =
      order.userBlock(column: block.column, step: block.step) * order.itemBlocks + block.column
    let start = grid.starts[number]
    let count = grid.starts[number + 1] - start
    guard count > 0 else { return 0 }
    let (stride, dimension) = (users.weights.stride, users.weights.dimension)
    // Safety: the grid checked every row; the ratings have the layout of rk_rating; the rest is the
    // argument above.
    let losses = unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: 4) { losses in
      guard let sums = losses.baseAddress else { return 0.0 }
      unsafe grid.ratings.address(start).withMemoryRebound(to: rk_rating.self, capacity: count) {
        ratings in
        switch descent.rule {
        case .descent:
          unsafe rk_sgd_block(
            users.weights.start, items.weights.start, stride, dimension, ratings, count,
            grid.quads[number], loss,
            rk_sgd_rule(keep: rules.0.start, rate: rules.1.start),
            rk_sgd_rule(keep: rules.2.start, rate: rules.3.start), sums)
        case .adagrad, .adam:
          unsafe rk_adaptive_block(
            adaptive(users), adaptive(items), stride, dimension, ratings, count,
            grid.quads[number], loss,
            rk_adaptive_rule(decay: rules.0.start, moves: rules.1.start),
            rk_adaptive_rule(decay: rules.2.start, moves: rules.3.start), parameters(block), sums)
        }
      }
      return unsafe (Double(losses[0]) + Double(losses[1]))
        + (Double(losses[2]) + Double(losses[3]))
    }
    return losses
  }

  @unsafe private func adaptive(_ table: BlockTable) -> rk_adaptive_table {
    unsafe rk_adaptive_table(
      weights: table.weights.start, squares: (table.squares ?? table.weights).start,
      momentum: table.momentum?.start)
  }

  private func parameters(_ block: BlockProgress.Block) -> rk_adam_parameters {
    guard descent.rule == .adam else {
      var parameters = rk_adam_parameters()
      parameters.rate = learningRate
      return parameters
    }
    let before = ratingsBefore[block.step * order.itemBlocks + block.column]
    return AdamStep(number: earlierSteps + before + 1, learningRate: learningRate).parameters
  }
}
