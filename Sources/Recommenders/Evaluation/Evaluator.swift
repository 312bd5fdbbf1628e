import Kernels
public import Ratings

/// What was found of one method on the held-out rows.
public struct MethodReport: Equatable, Sendable {
  /// The errors over all rows.
  public let errors: ErrorMetrics
  /// The errors over the rows whose user or item training never saw; `nil` without such rows.
  public let coldErrors: ErrorMetrics?
  /// The 95 % interval of the RMSE.
  public let rmseInterval: ConfidenceInterval?
  /// Predicted against actual ratings.
  public let calibration: [CalibrationBin]
  /// How many ratings lie within the intervals of their predictions; `nil` for a model that does not
  /// know how sure it is.
  public let intervals: IntervalCoverage?
  /// How good its lists are.
  public let ranking: RankingMetrics
  /// The 95 % interval of the lists' NDCG; `nil` if no user has a relevant row, and where it was not
  /// asked for.
  public internal(set) var ndcgInterval: ConfidenceInterval?
  /// How the errors spread.
  public let errorProfile: ErrorProfile
}

/// What was found of the model, beside the baselines, on the held-out rows.
public struct EvaluationReport: Equatable, Sendable {
  /// The trained model.
  public let model: MethodReport
  /// The bias baseline, trained on the same rows.
  public let baseline: MethodReport
  /// Lists of the items with the most training ratings.
  public let popularity: RankingMetrics
  /// The 95 % interval of the latter's NDCG.
  public let popularityInterval: ConfidenceInterval?
}

/// Measures models on the held-out rows: the only part of the program that is handed them.
public struct Evaluator: Sendable {
  let heldOut: RatingColumns
  let heldOutItems: HeldOutItems
  private let rated: InteractionMatrix
  private let untrained: InteractionMatrix
  private let genres: GenreSets?
  let threshold: Float
  let seed: UInt32
  let threads: Int

  /// Prepares an evaluation.
  ///
  /// - Parameters:
  ///   - heldOut: The held-out rows; at least one.
  ///   - rated: The items that each user rated in any row of the dataset.
  ///   - untrained: Those of them that the model was not trained on. The lists that are measured leave
  ///     out what a user rated, but for these.
  ///   - details: The items' genres; may be empty.
  ///   - relevanceThreshold: The rating from which a held-out item is relevant.
  ///   - seed: The seed of the bootstrap.
  ///   - threads: The number of threads; it has no influence on the result.
  public init(
    heldOut: RatingColumns, rated: InteractionMatrix, untrained: InteractionMatrix,
    details: [ItemDetails], relevanceThreshold: Float, seed: UInt32, threads: Int
  ) {
    precondition(heldOut.count > 0, "there is nothing to evaluate on")
    self.heldOut = heldOut
    heldOutItems = HeldOutItems(heldOut, users: rated.userCount)
    self.rated = rated
    self.untrained = untrained
    genres = GenreSets(details)
    threshold = relevanceThreshold
    self.seed = seed
    self.threads = threads
  }

  /// Evaluates a model beside the baselines.
  ///
  /// The model's lists are measured in the order in which they are published, of the items with
  /// `minItemRatings` training ratings; the baselines' by their ranking keys. `memory` learns what the
  /// model's keys are.
  ///
  /// - Throws: `CancellationError` when the task is cancelled.
  public func evaluate(
    _ model: any RatingPredictor, order: ListOrder = .byKey, minItemRatings: Int = 1,
    baseline: any RatingPredictor, memory: KeyMemory? = nil
  ) async throws(CancellationError) -> EvaluationReport {
    let predictions = [model, baseline].map { $0.predictions(of: heldOut, threads: threads) }
    let intervals = Bootstrap.rmseIntervals(
      heldOut, predictions: predictions.map(\.ratings), users: model.configuration.users,
      seed: seed,
      threads: threads)
    var gains: [[Double?]] = []
    func report(_ method: Int, _ lists: [RecommendationList]) -> MethodReport {
      gains.append(UserGains.ndcg(lists, heldOut: heldOutItems, threshold: threshold))
      return self.report(
        [model, baseline][method], predictions[method], intervals[method], lists: lists)
    }
    var found = report(
      0,
      try await lists(of: model, order: order, minItemRatings: minItemRatings, memory: memory))
    var plain = report(1, try await lists(of: baseline))
    let popular = try await lists(of: Self.popularity(like: baseline))
    gains.append(UserGains.ndcg(popular, heldOut: heldOutItems, threshold: threshold))
    let ndcgIntervals = Bootstrap.meanIntervals(gains, seed: seed, threads: threads)
    (found.ndcgInterval, plain.ndcgInterval) = (ndcgIntervals[0], ndcgIntervals[1])
    return EvaluationReport(
      model: found, baseline: plain, popularity: ranking(baseline, popular),
      popularityInterval: ndcgIntervals[2])
  }

  func report(
    _ model: any RatingPredictor, _ predictions: RatingPredictions,
    _ interval: ConfidenceInterval?, lists: [RecommendationList]
  ) -> MethodReport {
    let counts = model.trainingCounts
    guard let errors = ErrorMetrics(heldOut, predictions: predictions.ratings) else {
      preconditionFailure("there is nothing to evaluate on")
    }
    return MethodReport(
      errors: errors,
      coldErrors: ErrorMetrics(heldOut, predictions: predictions.ratings) {
        counts.isCold(heldOut.items[$0], heldOut.users[$0])
      },
      rmseInterval: interval,
      calibration: CalibrationBin.bins(
        heldOut, predictions: predictions.ratings, scale: model.configuration.scale),
      intervals: IntervalCoverage(heldOut, predictions: predictions),
      ranking: ranking(model, lists),
      errorProfile: ErrorProfile(
        heldOut, predictions: predictions.ratings, counts: counts,
        scale: model.configuration.scale))
  }

  private func ranking(
    _ model: any RatingPredictor, _ lists: [RecommendationList]
  ) -> RankingMetrics {
    RankingMetrics(
      lists: lists, heldOut: heldOutItems, threshold: threshold, counts: model.trainingCounts,
      genres: genres)
  }

  /// The lists of all users as they would be published by a model that was not trained on the rows
  /// that are readmitted.
  func lists(
    of model: any RatingPredictor, order: ListOrder = .byKey, minItemRatings: Int = 1,
    memory: KeyMemory? = nil
  ) async throws(CancellationError) -> [RecommendationList] {
    // Held-out ratings must not make a candidate of an item, but for those that make it rated at all.
    let candidates = model.trainingCounts.items.map { minItemRatings <= 1 || $0 >= minItemRatings }
    return try await TopNRecommender(
      model: model, excluding: rated, readmitting: untrained,
      candidates: candidates, k: RankingMetrics.k, order: order, memory: memory
    ).recommendAll(threads: threads)
  }

  /// A model whose ranking keys are the items' numbers of training ratings.
  private static func popularity(like model: any RatingPredictor) -> FactorModel {
    let counts = model.trainingCounts
    return FactorModel(
      model.configuration,
      users: FactorModel.table(
        factors: [], count: 0, rows: counts.users.count,
        Array(repeating: 0, count: counts.users.count)
      ) { ($0, 1) },
      items: FactorModel.table(
        factors: [], count: 0, rows: counts.items.count, counts.items.map { Float($0) }
      ) { (1, $0) },
      trainingCounts: counts)
  }
}
