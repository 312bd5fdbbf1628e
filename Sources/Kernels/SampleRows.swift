internal import CKernels

/// Rows of a factorization machine's features, of many posterior samples at once.
///
/// A row holds `factors` + 1 groups of ``lanes`` floats, one lane for each sample: first the linear
/// term, then each factor. So a vector works on sixteen samples, and nothing is added up across lanes
/// until a prediction is averaged.
public struct SampleRows: Sendable {
  /// The rows.
  public private(set) var table: EmbeddingTable
  /// The number of factors.
  public let factors: Int
  /// The number of samples that there is room for; a multiple of 16.
  public let lanes: Int
  private var squares: EmbeddingTable?

  /// The most samples.
  public static var mostSamples: Int { Int(RK_MOST_SAMPLES) }

  /// The room for a number of samples.
  public static func lanes(for samples: Int) -> Int { (samples + 15) / 16 * 16 }

  /// Takes rows over.
  ///
  /// - Parameters:
  ///   - table: The rows.
  ///   - factors: The number of factors.
  ///   - lanes: The room for samples.
  ///   - isFolded: Whether a row's linear term has lost half the squares of its factors.
  /// - Precondition: The table has `lanes` floats for each factor and `lanes` more.
  public init(_ table: EmbeddingTable, factors: Int, lanes: Int, isFolded: Bool) {
    precondition(lanes > 0 && lanes % 16 == 0 && lanes <= Self.mostSamples, "no room for samples")
    precondition(table.dimension == (factors + 1) * lanes, "the rows do not have that length")
    self.table = table
    self.factors = factors
    self.lanes = lanes
    guard !isFolded else { return }
    var squares = EmbeddingTable(rows: max(table.rows, 1), dimension: lanes)
    squares.makeUnique()
    for row in 0..<table.rows {
      // Safety: both rows lie inside their tables, which outlive the call.
      unsafe rk_samples_squares(
        table.start + row * table.stride, squares.start + row * lanes, factors + 1, lanes)
    }
    self.squares = squares
  }

  /// Adds a row, as a feature of the value `scale`, to the first row of a table.
  ///
  /// - Precondition: The row exists, and the table's rows are as long or have more factors.
  public func add(row: Int, times scale: Float, to target: inout EmbeddingTable) {
    precondition(row >= 0 && row < table.rows, "no such row")
    precondition(target.rows > 0 && target.stride >= table.stride, "rows differ in length")
    target.makeUnique()
    // Safety: the rows lie inside their tables, which outlive the call.
    unsafe rk_samples_add(
      target.start, table.start + row * table.stride,
      squares.map { unsafe UnsafePointer($0.start + row * lanes) }, scale, factors + 1, lanes)
  }

  /// The address of the rows, for the kernels of this module.
  @unsafe fileprivate var start: UnsafePointer<Float> { unsafe UnsafePointer(table.start) }

  /// The address of the squares, for the kernels of this module.
  @unsafe fileprivate var squaresStart: UnsafePointer<Float>? {
    unsafe squares.map { unsafe UnsafePointer($0.start) }
  }
}

/// Predictions of pairs of a user and an item, averaged over posterior samples.
///
/// With the row t of all features of a pair added up, a sample's score is t₀ + ½ Σ t_f². The pair's own
/// place in the implicit sets is part of it: `itemSelf` and `userSelf` are the features by which the
/// user's and the item's set grow.
public struct SampleScores: Sendable {
  /// What an ordered model makes of scores.
  public struct Levels: Sendable {
    /// The ratings, ascending.
    public var ratings: [Float]
    /// A row of the samples' cut-points between each two of them.
    public var cuts: EmbeddingTable

    /// Takes levels over.
    public init(ratings: [Float], cuts: EmbeddingTable) {
      self.ratings = ratings
      self.cuts = cuts
    }
  }

  /// The features by which implicit sets grow.
  public struct SelfFeatures: Sendable {
    /// The users' features of items, a row for each item.
    public var items: SampleRows
    /// The items' features of users, a row for each user.
    public var users: SampleRows
    /// 1/√(n + 1) for each item's n users.
    public var itemShares: [Float]
    /// 1/√(n + 1) for each user's n items.
    public var userShares: [Float]

    /// Takes features over.
    public init(
      items: SampleRows, users: SampleRows, itemShares: [Float], userShares: [Float]
    ) {
      self.items = items
      self.users = users
      self.itemShares = itemShares
      self.userShares = userShares
    }
  }

  private let items: SampleRows
  private let selves: SelfFeatures?
  private let weights: EmbeddingTable
  private let levels: Levels?

  /// Prepares predictions.
  ///
  /// - Precondition: All rows have as many factors and lanes; there are at most as many samples as
  ///   lanes; cut-points are one fewer than levels.
  public init(items: SampleRows, selves: SelfFeatures?, samples: Int, levels: Levels? = nil) {
    precondition(samples > 0 && samples <= items.lanes, "there are no such samples")
    if let selves {
      precondition(
        selves.items.table.stride == items.table.stride && selves.items.lanes == items.lanes
          && selves.users.table.stride == items.table.stride && selves.users.lanes == items.lanes,
        "rows differ in length")
      precondition(
        selves.items.table.rows == items.table.rows && selves.itemShares.count == items.table.rows
          && selves.userShares.count == selves.users.table.rows, "a row is missing")
    }
    if let levels {
      precondition(
        levels.ratings.count == levels.cuts.rows + 1 && levels.cuts.stride == items.lanes,
        "cut-points and levels do not belong together")
    }
    self.items = items
    self.selves = selves
    self.levels = levels
    weights = EmbeddingTable(
      rows: 1, dimension: items.lanes,
      values: (0..<items.lanes).map { $0 < samples ? 1 / Float(samples) : 0 })
  }

  /// Predicts some items.
  ///
  /// - Parameters:
  ///   - context: A row of all features but the item's.
  ///   - user: The user that joins the items' implicit sets.
  ///   - listed: The items.
  ///   - withVariances: Whether variances are asked for.
  /// - Returns: The means over the samples, and the variances or nothing.
  /// - Precondition: User and items exist.
  public func predict(
    context: EmbeddingTable, user: Int, items listed: ArraySlice<UInt32>, withVariances: Bool
  ) -> (means: [Float], variances: [Float]) {
    precondition(context.rows > 0 && context.stride == items.table.stride, "rows differ in length")
    precondition(listed.allSatisfy { Int($0) < items.table.rows }, "no such item")
    if let selves {
      precondition(user >= 0 && user < selves.users.table.rows, "no such user")
    }
    var means = [Float](repeating: 0, count: listed.count)
    var variances = [Float](repeating: 0, count: withVariances ? listed.count : 0)
    guard !listed.isEmpty else { return (means, variances) }
    let (stride, lanes) = (items.table.stride, items.lanes)
    // Safety: all rows lie inside their tables, which outlive the call, and there is a place for
    // each item's mean and, where they are asked for, variance.
    unsafe listed.withUnsafeBufferPointer { listed in
      unsafe means.withUnsafeMutableBufferPointer { means in
        unsafe variances.withUnsafeMutableBufferPointer { variances in
          unsafe (selves?.itemShares ?? []).withUnsafeBufferPointer { itemShares in
            unsafe (levels?.ratings ?? []).withUnsafeBufferPointer { ratings in
              guard let listedStart = listed.baseAddress, let means = means.baseAddress else {
                return
              }
              var tables = unsafe rk_sample_tables(
                items: items.start, item_self: selves?.items.start,
                item_squares: selves?.items.squaresStart,
                item_shares: selves == nil ? nil : itemShares.baseAddress,
                weights: weights.start, cuts: levels.map { unsafe UnsafePointer($0.cuts.start) },
                levels: levels == nil ? nil : ratings.baseAddress, level_count: ratings.count,
                groups: items.factors + 1, lanes: lanes)
              unsafe rk_sample_scores(
                &tables, context.start, selves.map { unsafe $0.users.start + user * stride },
                selves.flatMap { selves in
                  unsafe selves.users.squaresStart.map { unsafe $0 + user * lanes }
                }, selves?.userShares[user] ?? 0, listedStart, listed.count, means,
                withVariances ? variances.baseAddress : nil)
            }
          }
        }
      }
    }
    return (means, variances)
  }
}
