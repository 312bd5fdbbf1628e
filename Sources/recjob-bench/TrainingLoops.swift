import Kernels
import Ratings
import Recommenders

/// The loops that train.
enum TrainingLoops {
  static let entries = [
    LoopEntry(name: "sgd-blocks-identity") {
      blocks("sgd-blocks-identity", .squaredError(offset: 2.75), $0)
    },
    LoopEntry(name: "sgd-blocks-sigmoid") {
      blocks("sgd-blocks-sigmoid", .squaredLogisticError(minimum: 0.5, range: 4.5), $0)
    },
    LoopEntry(name: "adam-step", make: adamStep),
    LoopEntry(name: "adam-epoch") {
      epochs("adam-epoch", 5, ModelOptions(), TrainingOptions(), $0)
    },
    LoopEntry(name: "lazy-adam-epoch") {
      var training = TrainingOptions()
      training.optimizer = .lazyAdam
      return epochs("lazy-adam-epoch", 20, ModelOptions(), training, $0)
    },
    LoopEntry(name: "neural-epoch") {
      var model = ModelOptions()
      model.type = .neural
      return epochs("neural-epoch", 5, model, TrainingOptions(), $0)
    },
  ]

  /// An epoch of gradient descent over 20 M ratings in the default grid, 50 factors and biases; some
  /// users and items have far more ratings than others.
  private static func blocks(_ name: String, _ loss: BlockLoss, _ size: LoopSize) -> Loop {
    let (users, items) = size == .full ? (138_000, 27_000) : (300, 200)
    let count = size.pick(full: 20_000_000, tiny: 2_000)
    let generator = CounterBasedGenerator(seed: 1, stream: .generation)
    let (userRows, itemRows) = (
      generator.permutation(of: users, epoch: 0), generator.permutation(of: items, epoch: 1)
    )
    let options = GridOptions()
    let grid = BlockGrid(
      userBlocks: options.userBlocks, itemBlocks: options.itemBlocks, users: users, items: items,
      count: count, threads: 2
    ) { range, ratings in
      for position in range {
        let words = generator.words(epoch: 0, position: UInt64(position), unit: 9)
        let (x, y) = (
          CounterBasedGenerator.unitFloat(words.0), CounterBasedGenerator.unitFloat(words.1)
        )
        ratings.append(
          BlockRating(
            user: UInt32(userRows[Int(Float(users - 1) * x * x)]),
            item: UInt32(itemRows[Int(Float(items - 1) * y * y)]),
            value: Float(words.2 % 10) / 2 + 0.5))
      }
    }
    let factors = 50
    func table(_ rows: Int, constant: Int) -> BlockTable {
      var table = EmbeddingTable(
        rows: rows, dimension: factors + 2,
        values: BenchNumbers.values(rows * (factors + 2)).map { $0 * 0.1 })
      for row in 0..<rows { table[row, constant] = 1 }
      return BlockTable(
        table, rule: .descent, penalty: Array(repeating: 0.03, count: factors + 2),
        constantLane: constant)
    }
    var (userTable, itemTable) = (
      table(users, constant: factors + 1), table(items, constant: factors)
    )
    let descent = BlockDescent(rule: .descent, loss: loss)
    var epoch = 0
    return Loop(
      name: name, unit: "ratings", count: count,
      operations: Double(count) * Double(8 * (factors + 2)), ownThreads: nil
    ) { threads in
      epoch += 1
      _ = descent.learn(
        from: grid, users: &userTable, items: &itemTable, learningRate: 0.005,
        firstStratum: epoch * 7, earlierSteps: 0, threads: threads)
    }
  }

  /// Adam over a table of the size of the shipped dataset's items.
  private static func adamStep(_ size: LoopSize) -> Loop {
    let (rows, dimension) = (9724, 52)
    let steps = size.pick(full: 100, tiny: 1)
    let weights = EmbeddingTable(
      rows: rows, dimension: dimension, values: BenchNumbers.values(rows * dimension))
    var table = AdamTable(weights, penalty: Array(repeating: 1e-6, count: dimension))
    let gradients = EmbeddingTable(rows: 1, dimension: dimension)
    return Loop(name: "adam-step", unit: "parameters", count: rows * dimension * steps) { _ in
      for number in 1...steps {
        _ = AdamStep(number: number, learningRate: 0.001).moveAll(
          &table, touched: [], gradients: gradients)
      }
    }
  }

  /// Epochs in batches of 64 on as many ratings, users and items as the shipped dataset trains on.
  ///
  /// There are several in a call, so that the initial weights do not count for much.
  private static func epochs(
    _ name: String, _ epochs: Int, _ model: ModelOptions, _ training: TrainingOptions,
    _ size: LoopSize
  ) -> Loop {
    let (count, users, items) = (size.pick(full: 90_752, tiny: 640), 610, 9724)
    let ratings = RatingColumns(
      users: (0..<count).map { UserIndex($0 * 7919 % users) },
      items: (0..<count).map { ItemIndex($0 * 104_729 % items) },
      values: (0..<count).map { Float($0 * 31 % 10) / 2 + 0.5 })
    let trainer = Trainer(
      model: model, training: training,
      resolved: ResolvedTraining(training, model: model, ratings: count, watchesHeldOut: false),
      users: users, items: items, scale: RatingScale(minimum: 0.5, maximum: 5))
    return Loop(name: name, unit: "ratings", count: count * epochs) { _ in
      do throws(TrainingError) {
        _ = try trainer.refit(on: RatingSubset(ratings), epochs: epochs) { _ in }
      } catch {
        preconditionFailure("\(error)")
      }
    }
  }
}
