public import Kernels
public import Ratings

/// The `bayesian-fm` model: a factorization machine whose parameters were sampled, not fitted.
///
/// With x the features of a pair, a sample's score is
///
/// ŷ = w₀ + Σ w_j x_j + ½ Σ_f [(Σ v_jf x_j)² − Σ v_jf² x_j²],
///
/// and m is the mean over the kept samples of m_u + s_u·ŷ. The rating is what is to be expected of
/// m and its normal noise if what lies beyond the ends of the rating scale is rated with these ends
/// (``ExpectedRating``); under the ordered probit it is the mean of what is to be expected with a
/// sample's cut-points. A pair's own user and item belong
/// to its implicit sets, as they do in training, so that a set of n grows to n + 1 and its shares fall
/// from 1/√n to 1/√(n + 1).
///
/// Features of time are those of the row that is predicted where it has a timestamp, and otherwise
/// those of a rating that is given when the newest training row was.
///
/// Rendle, *Factorization Machines*, 2010; Freudenthaler, Schmidt-Thieme and Rendle, *Bayesian
/// Factorization Machines*, 2011.
public struct BayesianFMModel: RatingPredictor {
  /// What the parameters mean.
  public let configuration: ModelConfiguration
  /// How many training ratings each user and item had.
  public let trainingCounts: TrainingCounts

  let details: BayesianFMDetails
  let parts: Parts
  let store: SampleStore
  private let users: SampleRows
  private let cross: SampleRows?
  private let days: SampleRows?
  private let neighbours: SampleRows?
  private let scores: SampleScores
  /// The mean over the samples of the variance of the noise.
  private let noise: Float

  /// What predictions need besides the samples.
  struct Parts: Sendable {
    var standardization: UserStandardization
    var cross: CrossFeatures?
    var days: DayFeatures?
    /// The bounds between the bins of the users' last residuals.
    var bounds: [Float]
    /// The mean of each user's last residuals as of the newest training row.
    var recentMeans: [Float]
    /// What users rated before; `nil` in a model that was read back, which knows the means above.
    var history: RatingHistory?
  }

  init(
    _ configuration: ModelConfiguration, details: BayesianFMDetails, parts: Parts,
    store: SampleStore, trainingCounts: TrainingCounts
  ) {
    var described = configuration
    described.details = .bayesianFM(details)
    self.configuration = described
    self.details = details
    self.parts = parts
    self.store = store
    self.trainingCounts = trainingCounts
    let lanes = store.lanes
    func rows(_ table: EmbeddingTable, isFolded: Bool = false) -> SampleRows {
      SampleRows(
        table, factors: table.dimension / lanes - 1, lanes: lanes, isFolded: isFolded)
    }
    users = rows(store.users, isFolded: true)
    cross = store.cross.map { rows($0) }
    days = store.days.map { rows($0) }
    neighbours = store.neighbours.map { rows($0) }
    var selves: SampleScores.SelfFeatures?
    if let raters = store.raters, let rated = store.rated {
      selves = SampleScores.SelfFeatures(
        items: rows(rated), users: rows(raters),
        itemShares: trainingCounts.items.map { 1 / Float($0 + 1).squareRoot() },
        userShares: trainingCounts.users.map { 1 / Float($0 + 1).squareRoot() })
    }
    var levels: SampleScores.Levels?
    if !details.levels.isEmpty {
      var cuts = EmbeddingTable(rows: details.levels.count - 1, dimension: lanes)
      for row in 0..<cuts.rows {
        for lane in 0..<lanes { cuts[row, lane] = store.globals[2 + row, lane] }
      }
      levels = SampleScores.Levels(ratings: details.levels, cuts: cuts)
    }
    scores = SampleScores(
      items: rows(store.items, isFolded: true), selves: selves, samples: details.samples,
      levels: levels)
    var sum: Float = 0
    for lane in 0..<details.samples { sum += store.globals[1, lane] }
    noise = sum / Float(details.samples)
  }

  // MARK: - Predictions

  /// The ranking key of one pair, as of the newest training row: the rating less the mean of all.
  public func rankingKey(of item: ItemIndex, by user: UserIndex) -> Float {
    rankingKeys(by: user, of: [item.rawValue])[0]
  }

  /// The ranking keys of a user.
  ///
  /// - Complexity: O(items × factors × samples).
  public func rankingKeys(by user: UserIndex, of items: [UInt32]) -> [Float] {
    predictions(by: user, of: items, withVariances: false).means
  }

  /// The posterior standard deviations of a user's ratings, without noise.
  public func deviations(by user: UserIndex, of items: [UInt32]) -> [Float]? {
    predictions(by: user, of: items, withVariances: true).variances.map { $0.squareRoot() }
  }

  /// The ratings of rows and how sure the model is of them. The ordered probit has no predictive
  /// deviations: its noise is on the scale of the score.
  public func predictions(of rows: RatingColumns, threads: Int) -> RatingPredictions {
    let length = 256
    let pieces = (rows.count + length - 1) / length
    let predicted = Parallel.map(pieces, threads: threads) { piece in
      (piece * length..<min((piece + 1) * length, rows.count)).map { row in
        let time = rows.timestamps.isEmpty ? nil : rows.timestamps[row]
        return prediction(of: rows.items[row], by: rows.users[row], at: time)
      }
    }.flatMap(\.self)
    let noise = noise
    return RatingPredictions(
      ratings: predicted.map { configuration.rating(ofKey: $0.key) },
      deviations: predicted.map { $0.variance.squareRoot() },
      predictiveDeviations: details.levels.isEmpty
        ? zip(predicted, rows.users).map { predicted, user in
          let spread = parts.standardization.spreads[user.position]
          return (predicted.variance + spread * spread * noise).squareRoot()
        } : nil)
  }

  private func prediction(
    of item: ItemIndex, by user: UserIndex, at time: Int64?
  ) -> (key: Float, variance: Float) {
    var context = context(of: user, at: time)
    addCross(user.position, kind: item, to: &context)
    let (means, variances) = scores.predict(
      context: context, user: user.position, items: [item.rawValue], withVariances: true)
    let spread = parts.standardization.spreads[user.position]
    return (key(means[0], user), variances[0] * spread * spread)
  }

  private func predictions(
    by user: UserIndex, of items: [UInt32], withVariances: Bool
  ) -> (means: [Float], variances: [Float]) {
    let context = context(of: user, at: nil)
    let spread = parts.standardization.spreads[user.position]
    guard let kindOfItem = parts.cross?.kindOfItem, cross != nil else {
      let (means, variances) = scores.predict(
        context: context, user: user.position, items: items[...], withVariances: withVariances)
      return (means.map { key($0, user) }, variances.map { $0 * spread * spread })
    }
    // Items of one kind share a context.
    let order = items.indices.sorted {
      let (one, other) = (kindOfItem[Int(items[$0])], kindOfItem[Int(items[$1])])
      return one != other ? one < other : $0 < $1
    }
    let sorted = order.map { items[$0] }
    var keys = [Float](repeating: 0, count: items.count)
    var spreads = [Float](repeating: 0, count: withVariances ? items.count : 0)
    var start = 0
    while start < sorted.count {
      var end = start + 1
      let kind = kindOfItem[Int(sorted[start])]
      while end < sorted.count, kindOfItem[Int(sorted[end])] == kind { end += 1 }
      var whole = context
      addCross(user.position, kind: ItemIndex(Int(sorted[start])), to: &whole)
      let (means, variances) = scores.predict(
        context: whole, user: user.position, items: sorted[start..<end],
        withVariances: withVariances)
      for place in start..<end { keys[order[place]] = key(means[place - start], user) }
      if withVariances {
        for place in start..<end {
          spreads[order[place]] = variances[place - start] * spread * spread
        }
      }
      start = end
    }
    return (keys, spreads)
  }

  private func key(_ mean: Float, _ user: UserIndex) -> Float {
    let spread = parts.standardization.spreads[user.position]
    let center = parts.standardization.means[user.position] + spread * mean
    guard details.levels.isEmpty else { return center - configuration.trainMean }
    let expected = ExpectedRating(
      scale: configuration.scale, deviation: spread * noise.squareRoot())
    return expected(around: center) - configuration.trainMean
  }

  /// The row of all features of a user and a time; without a time, as of the newest training row.
  private func context(of user: UserIndex, at time: Int64?) -> EmbeddingTable {
    var context = EmbeddingTable(rows: 1, dimension: store.users.dimension)
    let lanes = store.lanes
    for lane in 0..<lanes { context[0, lane] = store.globals[0, lane] }
    users.add(row: user.position, times: 1, to: &context)
    let moment = time ?? details.asOf
    if let days, let moment, let day = parts.days?.feature(of: moment) {
      days.add(row: day, times: 1, to: &context)
    }
    if let neighbours, let moment {
      let count = RatingHistory.means
      let recent = parts.recentMeans[user.position * count..<(user.position + 1) * count]
      let means =
        time == nil ? nil : parts.history?.means(before: moment, of: user.position)
      NeighbourFeatures.forEach(means ?? Array(recent), bounds: parts.bounds) {
        neighbours.add(row: $0, times: $1, to: &context)
      }
    }
    return context
  }

  private func addCross(_ user: Int, kind item: ItemIndex, to context: inout EmbeddingTable) {
    guard let cross, let features = parts.cross else { return }
    features.forEach(user: user, kind: Int(features.kindOfItem[item.position])) {
      cross.add(row: $0, times: $1, to: &context)
    }
  }

  /// A way to the items with the greatest ranking keys.
  public func selection(of candidates: [UInt32]) -> any RowSelection {
    KeySelection(candidates: candidates) { user in
      rankingKeys(by: UserIndex(user), of: candidates)
    }
  }

}
