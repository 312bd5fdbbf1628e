/// A dataset's row numbers in three parts.
///
/// `train` and `heldOut` share no row. With carved validation the three parts are disjoint and
/// together every row; where the held-out rows are watched, `validation` equals `heldOut`.
public struct DatasetSplit: Sendable, Equatable {
  /// The rows that the model learns from while early stopping watches, ascending.
  public let train: [Int32]
  /// The rows that early stopping watches, ascending.
  public let validation: [Int32]
  /// The rows that the evaluation uses, ascending.
  public let heldOut: [Int32]
  /// All rows that are not held out, ascending.
  public let trainAndCarvedValidation: [Int32]

  /// Splits a dataset.
  ///
  /// The held-out rows are chosen by the strategy and seed of `options`. Carving chooses from the
  /// remaining rows, in ascending order, by the same strategy with the next seed.
  ///
  /// - Throws: ``RatingsError/missingTimestamps(strategy:)`` or
  ///   ``RatingsError/emptySplit(part:strategy:rows:)``; a validation fraction of 0 may leave no
  ///   validation rows.
  /// - Precondition: The fractions are at least 0 and below 1.
  public init(dataset: RatingsDataset, options: SplitOptions) throws(RatingsError) {
    precondition(0 <= options.testFraction && options.testFraction < 1, "no such test fraction")
    precondition(
      0 <= options.validationFraction && options.validationFraction < 1,
      "no such validation fraction")
    let strategy = options.strategy
    let ratings = dataset.ratings
    if strategy == .temporal || strategy == .perUserTemporal, !ratings.hasTimestamps {
      throw .missingTimestamps(strategy: strategy)
    }
    let rows = 0..<Int32(ratings.count)
    let held = Self.choose(
      from: rows, of: dataset, strategy: strategy, fraction: options.testFraction,
      seed: options.seed)
    guard !held.isEmpty else {
      throw .emptySplit(part: .heldOut, strategy: strategy, rows: rows.count)
    }
    heldOut = held
    trainAndCarvedValidation = Self.removing(held, from: rows)
    switch options.validation {
    case .test:
      validation = held
      train = trainAndCarvedValidation
    case .carve where options.validationFraction == 0:
      validation = []
      train = trainAndCarvedValidation
    case .carve:
      validation = Self.choose(
        from: trainAndCarvedValidation, of: dataset, strategy: strategy,
        fraction: options.validationFraction, seed: options.seed &+ 1)
      train = Self.removing(validation, from: trainAndCarvedValidation)
      if validation.isEmpty {
        throw .emptySplit(part: .validation, strategy: strategy, rows: rows.count)
      }
    }
    if train.isEmpty { throw .emptySplit(part: .train, strategy: strategy, rows: rows.count) }
  }

  /// Returns the smallest whole number of rows that is at least a fraction of them, computed in
  /// double precision as scikit-learn does.
  static func rowCount(fraction: Double, of count: Int) -> Int {
    Int((fraction * Double(count)).rounded(.up))
  }

  /// Returns rows that a strategy chooses from ascending ones, ascending.
  private static func choose<Rows: RandomAccessCollection<Int32>>(
    from rows: Rows, of dataset: RatingsDataset, strategy: SplitStrategy, fraction: Double,
    seed: UInt32
  ) -> [Int32] where Rows.Index: SignedInteger {
    switch strategy {
    case .random:
      RandomSplit.ascendingHeldOutRows(count: rows.count, testFraction: fraction, seed: seed)
        .map { rows[rows.startIndex + Rows.Index($0)] }
    case .hash:
      HashSplit.heldOutRows(from: Array(rows), of: dataset, fraction: fraction, seed: seed)
        .sorted()
    case .temporal:
      TemporalSplit.newestRows(from: Array(rows), of: dataset.ratings, fraction: fraction)
        .sorted()
    case .perUserTemporal:
      TemporalSplit.newestRowsByUser(from: Array(rows), of: dataset.ratings, fraction: fraction)
        .sorted()
    }
  }

  /// Returns all rows but some of them; both are ascending.
  private static func removing(
    _ chosen: [Int32], from rows: some Collection<Int32>
  ) -> [Int32] {
    var rest: [Int32] = []
    rest.reserveCapacity(rows.count - chosen.count)
    var next = 0
    for row in rows {
      if next < chosen.count, chosen[next] == row {
        next += 1
      } else {
        rest.append(row)
      }
    }
    return rest
  }
}
