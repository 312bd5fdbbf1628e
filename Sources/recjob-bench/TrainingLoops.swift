import Kernels
import Ratings
import Recommenders

/// The loops that train.
///
/// `sgd-block` belongs here: an epoch over 20 M ratings, once by `link: identity` and once by
/// `sigmoid`.
enum TrainingLoops {
  static let entries = [
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
        _ = try trainer.refit(on: ratings, epochs: epochs) { _ in }
      } catch {
        preconditionFailure("\(error)")
      }
    }
  }
}
