import Kernels
public import Ratings

/// Makes a ``StackModel`` of several models and what they predicted out of fold.
///
/// Training rows are dealt into folds. For the rows of one fold, models that were trained on the others
/// say what they predict; the trees learn what these predictions leave of the ratings. The offsets and
/// deviations among the features come from the other folds as well, so that no feature of a row knows
/// its rating. The models of the stack are then trained on all rows.
///
/// Wolpert, *Stacked Generalization*, 1992; features beside the predictions as in Sill et al.,
/// *Feature-Weighted Linear Stacking*, 2009, with trees in the place of the linear function.
public struct Stacking: Sendable {
  private let ratings: RatingSubset
  private let options: StackOptions
  private let seed: UInt32
  private let users: Int
  private let details: [ItemDetails]
  private let threads: Int

  /// Prepares stacking on training rows.
  ///
  /// - Parameters:
  ///   - ratings: The training rows.
  ///   - options: How many folds there are and how trees are grown.
  ///   - seed: The seed of what is drawn at random.
  ///   - users: The number of users of the dataset.
  ///   - items: The number of items of the dataset.
  ///   - details: Title and genres of each item; may be empty.
  ///   - threads: The number of threads; it has no influence on the model.
  public init(
    _ ratings: RatingSubset, options: StackOptions, seed: UInt32, users: Int, items: Int,
    details: [ItemDetails], threads: Int
  ) {
    self.ratings = ratings
    self.options = options
    self.seed = seed
    self.users = users
    self.details = details.isEmpty ? Array(repeating: ItemDetails(), count: items) : details
    self.threads = threads
  }

  /// The fold of a row: each user's rows are dealt out in turn where they stand side by side.
  private func fold(of position: Int) -> Int { position % options.folds }

  /// The rows of a fold, and those that models learn from to predict them.
  public func fold(_ number: Int) -> (predicted: RatingSubset, trained: RatingSubset) {
    func rows(_ isWanted: (Int) -> Bool) -> RatingSubset {
      RatingSubset(
        ratings.columns,
        rows: (0..<ratings.count).filter { isWanted(fold(of: $0)) }.map {
          Int32(ratings.row(at: $0))
        })
    }
    return (rows { $0 == number }, rows { $0 != number })
  }

  /// Puts predictions by fold in the order of the training rows.
  public func joined(_ predictions: [[Float]]) -> [Float] {
    (0..<ratings.count).map { predictions[fold(of: $0)][$0 / options.folds] }
  }

  /// Grows the trees.
  ///
  /// - Parameters:
  ///   - models: The models, trained on all training rows; at least one.
  ///   - predictions: What each predicts for the training rows, out of fold.
  /// - Returns: The stack.
  /// - Complexity: O(trees × rows × features).
  public func model(
    of models: [any RatingPredictor], predictions: [[Float]]
  ) -> any RatingPredictor {
    let context = RatingContext(ratings, users: users, details: details, threads: threads)
    let parts = (0..<options.folds).map {
      RatingContext(fold($0).trained, users: users, details: details, threads: threads)
    }
    let contextRows = context.trainingFeatures(ratings, parts: parts) { fold(of: $0) }
    let width = models.count + RatingContext.width
    var rows: [Float] = []
    rows.reserveCapacity(ratings.count * width)
    var targets: [Float] = []
    let spread = StackModel.spread(models[0].configuration)
    for position in 0..<ratings.count {
      StackModel.append(predictions, position, to: &rows)
      let first = position * RatingContext.width
      rows += contextRows[first..<first + RatingContext.width]
      let rating = ratings.columns.values[ratings.row(at: position)]
      targets.append((rating - predictions[0][position]) / spread)
    }
    let trees = TreeEnsemble(
      fitting: targets, to: rows, width: width, options: options.trees, seed: seed,
      threads: threads)
    return StackModel(models, context: context, trees: trees)
  }
}
