import Ratings
import Recommenders
import Storage

/// A model of a comparison with what it came to.
struct ComparedRow: Sendable {
  let name: String
  let plan: Plan
  /// The figures; `nil` of a model that could not be trained.
  var measurement: MethodMeasurement?
  /// Why it could not be.
  var failure: String?
  /// The epoch whose parameters it has; 0 for a model without epochs.
  var epochs = 0
  /// The number of its parameters.
  var parameters = 0
  /// The number of rows that it was trained on.
  var trainedRows = 0
  /// The seconds that its training took.
  var seconds = 0.0
  /// How far its RMSE is from the best; `nil` of the best itself.
  var rmseDifference: ComparedDifference?
  /// How far its NDCG@10 is from the best; `nil` of the best itself.
  var ndcgDifference: ComparedDifference?

  init(name: String, plan: Plan) {
    self.name = name
    self.plan = plan
  }

  /// The type of the model, or how it is made of several.
  var type: String {
    plan.models.count > 1 ? plan.select.rawValue : plan.model.type.rawValue
  }

  /// Whether predictions depend on when a rating was given.
  var usesTime: Bool { measurement?.usesTime ?? false }

  /// The RMSE, of a model that predicts ratings.
  var rmse: Double? {
    guard plan.models.count > 1 || !plan.model.type.isRelevance,
      let rmse = measurement?.report.errors.rmse
    else {
      return nil
    }
    return rmse.isFinite ? rmse : nil
  }
  /// The NDCG@10 of the lists.
  var ndcg: Double? { measurement.map(\.report.ranking.ndcg) }
}

/// A difference from the best of a comparison.
struct ComparedDifference: Sendable {
  /// The difference with its interval and p-value.
  let paired: PairedDifference
  /// The p-value corrected for the number of models.
  let adjusted: Double

  /// The level below which a difference is called significant.
  static let level = 0.05

  /// Whether the difference is significant.
  var isSignificant: Bool { adjusted < Self.level }
}

/// What a comparison came to: the models by rising RMSE.
public struct ComparisonOutcome: Sendable {
  let job: String
  let rows: [ComparedRow]
  let dataset: (sha256: String, ratings: Int, users: Int, items: Int)
  let split: (strategy: SplitStrategy, seed: UInt32, heldOut: Int, notHeldOut: Int)
  let relevanceThreshold: Double
  let bootstrapSeed: UInt32
  let threads: Int

  /// Sorts the models and finds which of them differ from the best.
  init(
    _ plan: Plan, _ rows: [ComparedRow], _ evaluator: Evaluator, dataset: RatingsDataset,
    split: DatasetSplit, datasetSHA256: String, threads: Int
  ) {
    job = plan.name
    // By RMSE, and models without one by their lists; in the order of the job where these are equal.
    func key(_ entry: (offset: Int, element: ComparedRow)) -> (Double, Double, Int) {
      (
        entry.element.rmse ?? .infinity, -(entry.element.ndcg ?? -1), entry.offset
      )
    }
    var sorted = rows.enumerated().sorted { key($0) < key($1) }.map(\.element)
    let byRMSE = sorted.indices.filter { sorted[$0].rmse != nil }
    for (index, difference) in Self.differences(
      sorted, among: byRMSE, best: byRMSE.first, evaluator.rmseDifferences)
    {
      sorted[index].rmseDifference = difference
    }
    let byNDCG = sorted.indices.filter { sorted[$0].ndcg != nil }
    let best = byNDCG.max { (sorted[$0].ndcg ?? 0, -$0) < (sorted[$1].ndcg ?? 0, -$1) }
    for (index, difference) in Self.differences(
      sorted, among: byNDCG, best: best, evaluator.ndcgDifferences)
    {
      sorted[index].ndcgDifference = difference
    }
    self.rows = sorted
    self.dataset = (
      datasetSHA256, dataset.ratings.count, dataset.users.count, dataset.items.count
    )
    self.split = (
      plan.split.strategy, plan.split.seed, split.heldOut.count,
      split.trainAndCarvedValidation.count
    )
    relevanceThreshold = plan.recommend.relevanceThreshold
    bootstrapSeed = plan.training.seed
    self.threads = threads
  }

  private static func differences(
    _ rows: [ComparedRow], among indices: [Int], best: Int?,
    _ measure: ([MethodMeasurement], MethodMeasurement) -> [PairedDifference]
  ) -> [(Int, ComparedDifference)] {
    guard let best, let reference = rows[best].measurement else { return [] }
    let others = indices.filter { $0 != best }
    let paired = measure(others.compactMap { rows[$0].measurement }, reference)
    let adjusted = HolmCorrection.adjusted(paired.map(\.p))
    return zip(others, zip(paired, adjusted)).map { index, found in
      (index, ComparedDifference(paired: found.0, adjusted: found.1))
    }
  }
}
