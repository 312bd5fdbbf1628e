import Ratings
import Recommenders
import Storage

/// What `metrics.json` and `history.csv` say: results, which depend on the data and the plan alone.
enum MetricsDocument {
  /// The version of the layout of `metrics.json`.
  static let schemaVersion = 1
  /// The version of the columns of `history.csv`, in the sense of `ExportFormat.schemaVersion`.
  static let historySchemaVersion = 1

  /// The content of `metrics.json`.
  static func json(
    _ job: TrainedJob, plan: Plan, evaluation: EvaluationReport, lists: [RecommendationList]
  ) -> JSONValue {
    let document: JSONValue = [
      "schema_version": .integer(schemaVersion),
      "data": data(job.dataset),
      "split": [
        "strategy": .string(plan.split.strategy.rawValue),
        "train_rows": .integer(job.split.train.count),
        "validation_rows": .integer(job.split.validation.count),
        "held_out_rows": .integer(job.split.heldOut.count),
      ],
      "training": [
        "epochs": .integer(job.epochs),
        "best_epoch": .integer(job.bestEpoch),
        "refit": .string(job.resolved.refit.rawValue),
        "evaluated_model_rows": .integer(job.evaluatedRows.count),
        "exported_model_rows": .integer(job.exportedRowCount),
      ],
      "evaluation": [
        "protocol": .string(protocolName(plan)),
        "model": method(evaluation.model, predictsRatings: !plan.model.type.isRelevance),
        "baseline": method(evaluation.baseline),
        "popularity": ["ranking": ranking(evaluation.popularity)],
      ],
      "recommendations": recommendations(lists, k: plan.recommend.k),
    ]
    guard let found = job.selection, case .object(let members) = document else { return document }
    return .object(members + [JSONMember(key: "selection", value: selection(found, plan))])
  }

  /// What several models came to on the validation rows; for a stack out of fold.
  private static func selection(_ selection: ModelSelection, _ plan: Plan) -> JSONValue {
    let isStack = selection.policy == .stack
    let rmse = isStack ? "out_of_fold_rmse" : "validation_rmse"
    let models = plan.models.enumerated().map { number, model in
      JSONValue.object(
        [
          JSONMember(key: "type", value: .string(model.type.rawValue)),
          JSONMember(key: rmse, value: .numberOrNull(selection.rmses[number])),
        ]
          + (isStack
            ? [] : [JSONMember(key: "weight", value: .numberOrNull(selection.weights[number]))]))
    }
    return .object(
      [
        JSONMember(key: "select", value: .string(selection.policy.rawValue)),
        JSONMember(
          key: isStack ? "out_of_fold_rows" : "validation_rows", value: .integer(selection.rows)),
      ] + (selection.rmse.map { [JSONMember(key: rmse, value: .numberOrNull($0))] } ?? [])
        + [JSONMember(key: "models", value: .array(models))])
  }

  /// `held-out`, or what makes the test figures look better than they are.
  static func protocolName(_ plan: Plan) -> String {
    plan.split.validation == .test ? "optimistic: training watched the held-out rows" : "held-out"
  }

  /// The content of `history.csv`, a line for each epoch.
  static func history(_ epochs: [PhasedEpoch]) -> String {
    var text = "phase,epoch,train_loss,validation_loss,validation_rmse,learning_rate\n"
    func number(_ value: Double?) -> String { value.map { DecimalText.shortest($0) } ?? "" }
    for epoch in epochs {
      let record = epoch.record
      let fields = [
        epoch.label, "\(record.epoch)", number(record.trainLoss),
        number(record.validationLoss), number(record.validationRMSE), number(record.learningRate),
      ]
      text += fields.joined(separator: ",") + "\n"
    }
    return text
  }

  /// The training settings with every choice made, as the bundle's `config.json` has them.
  static func trainingSettings(_ job: TrainedJob, plan: Plan) -> JSONValue {
    [
      "optimizer": .string(job.resolved.optimizer.rawValue),
      "schedule": .string(job.resolved.schedule.rawValue),
      "grid": job.resolved.schedule == .blocks ? grid(plan.training.grid) : .null,
      "learning_rate": .numberOrNull(job.resolved.learningRate),
      "learning_rate_decay": .numberOrNull(job.resolved.learningRateDecay),
      "l2": .numberOrNull(job.resolved.l2),
      "batch_size": .integer(plan.training.batchSize),
      "epochs": .integer(job.bestEpoch),
      "seed": .integer(Int(plan.training.seed)),
      "refit": .string(job.resolved.refit.rawValue),
      "trained_on": .string(job.resolved.refit == .all ? "all" : "train"),
    ]
  }

  private static func grid(_ grid: GridOptions) -> JSONValue {
    ["user_blocks": .integer(grid.userBlocks), "item_blocks": .integer(grid.itemBlocks)]
  }

  /// What reading the dataset came to.
  static func data(_ dataset: RatingsDataset) -> JSONValue {
    let (users, items) = (dataset.users.count, dataset.items.count)
    let ratings = dataset.ratings.count
    func skipped(_ rows: [SkippedRows]) -> JSONValue {
      .object(rows.map { JSONMember(key: $0.reason.rawValue, value: .integer($0.count)) })
    }
    let report = dataset.report
    return [
      "rows_read": .integer(report.rowsRead),
      "rows_skipped": skipped(report.skipped),
      "item_rows_skipped": skipped(report.skippedItems),
      "duplicates_merged": .integer(report.duplicatesMerged),
      "filtered": report.filtered.map(filtered) ?? .null,
      "ratings": .integer(ratings),
      "users": .integer(users),
      "items": .integer(items),
      "unrated_items": .integer(report.unratedItems),
      "density": .numberOrNull(dataset.density),
      "mean_rating": .numberOrNull(dataset.meanRating),
      "rating_scale": [
        "minimum": .number(JSONNumber(dataset.scale.minimum)),
        "maximum": .number(JSONNumber(dataset.scale.maximum)),
      ],
      "oldest_timestamp": report.oldestTimestamp.map { .integer(Int($0)) } ?? .null,
      "newest_timestamp": report.newestTimestamp.map { .integer(Int($0)) } ?? .null,
    ]
  }

  private static func filtered(_ report: FilterReport) -> JSONValue {
    [
      "outside_time_span": .integer(report.outsideTimeSpan),
      "below_minimum": .integer(report.belowMinimum),
      "users_dropped": .integer(report.usersDropped),
      "items_dropped": .integer(report.itemsDropped),
    ]
  }

  private static func recommendations(_ lists: [RecommendationList], k: Int) -> JSONValue {
    [
      "users": .integer(lists.count),
      "rows": .integer(lists.reduce(0) { $0 + $1.items.count }),
      "short_lists": .integer(lists.count(where: { $0.items.count < k && !$0.items.isEmpty })),
      "empty_lists": .integer(lists.count(where: { $0.items.isEmpty })),
      "distinct_items": .integer(Set(lists.flatMap { $0.items.map(\.item) }).count),
    ]
  }

  /// What was found of a method. A relevance model predicts no ratings, so that it has no errors.
  private static func method(_ report: MethodReport, predictsRatings: Bool = true) -> JSONValue {
    guard predictsRatings else {
      let rows = JSONMember(key: "rows", value: .integer(report.errors.count))
      let none = errors(report.errors).dropFirst().map { JSONMember(key: $0.key, value: .null) }
      return .object(
        [rows] + none + ["rmse_95_percent", "cold"].map { JSONMember(key: $0, value: .null) } + [
          JSONMember(key: "calibration", value: .array([])),
          JSONMember(key: "ranking", value: ranking(report.ranking)),
        ])
    }
    let interval: JSONValue =
      report.rmseInterval.map {
        ["lower": .numberOrNull($0.lower), "upper": .numberOrNull($0.upper)]
      } ?? .null
    let calibration: [JSONValue] = report.calibration.map {
      [
        "lower": .numberOrNull($0.lower), "upper": .numberOrNull($0.upper),
        "rows": .integer($0.count), "mean_prediction": .numberOrNull($0.meanPrediction),
        "mean_rating": .numberOrNull($0.meanRating),
      ]
    }
    return .object(
      errors(report.errors) + [
        JSONMember(key: "rmse_95_percent", value: interval),
        JSONMember(key: "cold", value: report.coldErrors.map { .object(errors($0)) } ?? .null),
        JSONMember(key: "calibration", value: .array(calibration)),
      ] + (report.intervals.map { [JSONMember(key: "intervals", value: intervals($0))] } ?? [])
        + [JSONMember(key: "ranking", value: ranking(report.ranking))])
  }

  private static func intervals(_ coverage: IntervalCoverage) -> JSONValue {
    [
      "within_80_percent": .numberOrNull(coverage.within80),
      "within_95_percent": .numberOrNull(coverage.within95),
      "mean_deviation": coverage.meanDeviation.map { .numberOrNull($0) } ?? .null,
      "mean_predictive_deviation": .numberOrNull(coverage.meanPredictiveDeviation),
    ]
  }

  private static func errors(_ errors: ErrorMetrics) -> [JSONMember] {
    [
      JSONMember(key: "rows", value: .integer(errors.count)),
      JSONMember(key: "rmse", value: .numberOrNull(errors.rmse)),
      JSONMember(key: "mse", value: .numberOrNull(errors.mse)),
      JSONMember(key: "mae", value: .numberOrNull(errors.mae)),
      JSONMember(key: "r2", value: errors.r2.map { .numberOrNull($0) } ?? .null),
      JSONMember(key: "rmse_by_user", value: .numberOrNull(errors.rmseByUser)),
    ]
  }

  static func ranking(_ metrics: RankingMetrics) -> JSONValue {
    [
      "k": .integer(RankingMetrics.k),
      "users": .integer(metrics.users),
      "precision": .numberOrNull(metrics.precision),
      "recall": .numberOrNull(metrics.recall),
      "ndcg": .numberOrNull(metrics.ndcg),
      "hit_rate": .numberOrNull(metrics.hitRate),
      "mrr": .numberOrNull(metrics.mrr),
      "coverage": .numberOrNull(metrics.coverage),
      "novelty": .numberOrNull(metrics.novelty),
      "diversity": metrics.diversity.map { .numberOrNull($0) } ?? .null,
      "mean_listed_rating": metrics.meanListedRating.map { .numberOrNull($0) } ?? .null,
    ]
  }
}
