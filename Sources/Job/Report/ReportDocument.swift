import Publishing
import Ratings
import Recommenders
import Storage

/// What `report.json` says: the numbers of the report page that no other file of a run has. Like
/// `metrics.json` it depends on the data and the plan alone.
struct ReportDocument {
  /// The version of the document's layout.
  static let schemaVersion = 1

  let result: JobResult
  let plan: Plan
  /// The version of the bundle; `nil` where none was written, because a gate refused the result.
  let version: BundleVersion?

  /// The content of the file.
  var json: JSONValue {
    let dataset = result.trained.dataset
    return [
      "schema_version": .integer(Self.schemaVersion),
      "data": ReportData(dataset).json,
      "model": model,
      "evaluation": evaluation,
      "recommendations": ReportLists(result.lists, dataset: dataset, plan: plan).json,
    ]
  }

  private var model: JSONValue {
    let exported = result.trained.exported
    let layers = ModelLayers.of(
      exported, blend: result.trained.exportedBlend, plan: plan.json()["model"])
    return [
      "version": version.map { .string($0.short) } ?? .null,
      "type": .string(exported.configuration.type.rawValue),
      "parameters": .integer(layers.reduce(0) { $0 + $1.numbers }),
      "layers": .array(
        layers.map { layer in
          [
            "name": .string(layer.name), "type": .string(layer.type),
            "output_shape": .array(layer.shape.map { .integer($0) }),
            "parameters": .integer(layer.numbers),
            "connected_to": .array(layer.inputs.map { .string($0) }),
          ]
        }),
      "training": MetricsDocument.trainingSettings(result.trained, plan: plan),
    ]
  }

  // MARK: - Evaluation

  private var evaluation: JSONValue {
    let evaluation = result.evaluation
    let predictsRatings = !plan.model.type.isRelevance
    let model = predictsRatings ? evaluation.model.errorProfile : nil
    let baseline = evaluation.baseline.errorProfile
    return [
      "errors": Self.histogram(model, baseline),
      "by_user_activity": Self.bands(
        model?.byUserActivity, baseline.byUserActivity, members: "users"),
      "by_item_popularity": Self.bands(
        model?.byItemPopularity, baseline.byItemPopularity, members: "items"),
      "ndcg_95_percent": [
        "model": Self.interval(evaluation.model.ndcgInterval),
        "baseline": Self.interval(evaluation.baseline.ndcgInterval),
        "popularity": Self.interval(evaluation.popularityInterval),
      ],
    ]
  }

  private static func interval(_ interval: ConfidenceInterval?) -> JSONValue {
    interval.map {
      ["lower": .numberOrNull($0.lower), "upper": .numberOrNull($0.upper)]
    } ?? .null
  }

  /// The bins from the first to the last that has rows.
  private static func histogram(_ model: ErrorProfile?, _ baseline: ErrorProfile) -> JSONValue {
    let middle = baseline.histogram.count / 2
    let used = baseline.histogram.indices.filter {
      baseline.histogram[$0] > 0 || (model?.histogram[$0] ?? 0) > 0
    }
    let bins = used.first.flatMap { first in used.last.map { first...$0 } }
    return [
      "bin_width": .numberOrNull(baseline.binWidth),
      "bins": .array(
        (bins.map(Array.init) ?? []).map { bin in
          [
            "error": .numberOrNull(Double(bin - middle) * baseline.binWidth),
            "model": model.map { .integer($0.histogram[bin]) } ?? .null,
            "baseline": .integer(baseline.histogram[bin]),
          ]
        }),
    ]
  }

  private static func bands(
    _ model: [ErrorProfile.Band]?, _ baseline: [ErrorProfile.Band], members: String
  ) -> JSONValue {
    .array(
      baseline.map { band in
        let own = model?.first { $0.lower == band.lower }
        return [
          "least_ratings": .integer(band.lower),
          "most_ratings": band.upper.map { .integer($0) } ?? .null,
          members: .integer(band.members), "rows": .integer(band.rows),
          "model_rmse": own.map { .numberOrNull($0.rmse) } ?? .null,
          "baseline_rmse": .numberOrNull(band.rmse),
        ]
      })
  }
}
