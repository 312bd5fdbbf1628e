import Ratings
import Recommenders
import Storage

extension ComparisonOutcome {
  /// The version of the layout of ``document``.
  private static let schemaVersion = 1
  /// The number of resamples of the bootstrap.
  static let resamples = 1_000

  /// Writes `comparison.json`, `comparison.csv` and `comparison.svg` into a directory, which is made if
  /// it is missing. Their bytes depend on plan and data alone.
  public func write(to directory: String) throws {
    try FileSystem.makeDirectory(directory)
    for (name, text) in [
      ("comparison.json", document.prettyText()), ("comparison.csv", csv),
      ("comparison.svg", ComparisonChart(self).svg),
    ] {
      try DurableFile.write(text, to: PathName.joined(directory, name))
    }
  }

  /// The comparison as a JSON object, with what was measured of the machine under `record`.
  public var jsonText: String {
    let record: JSONValue = [
      "threads": .integer(threads),
      "seconds": .object(
        rows.map { JSONMember(key: $0.name, value: .numberOrNull($0.seconds)) }),
    ]
    return JSONValue.object(
      (document.objectValue ?? []) + [JSONMember(key: "record", value: record)]
    ).prettyText()
  }

  /// The content of `comparison.json`.
  var document: JSONValue {
    [
      "schema_version": .integer(Self.schemaVersion),
      "job": .string(job),
      "data": [
        "sha256": .string(dataset.sha256), "ratings": .integer(dataset.ratings),
        "users": .integer(dataset.users), "items": .integer(dataset.items),
      ],
      "split": [
        "strategy": .string(split.strategy.rawValue), "seed": .integer(Int(split.seed)),
        "trained_rows": .integer(split.notHeldOut), "held_out_rows": .integer(split.heldOut),
      ],
      "relevance_threshold": .numberOrNull(relevanceThreshold),
      "significance": [
        "test": "paired bootstrap by user", "resamples": .integer(Self.resamples),
        "seed": .integer(Int(bootstrapSeed)), "correction": "holm",
        "level": .numberOrNull(ComparedDifference.level),
      ],
      "models": .array(rows.map(Self.json)),
    ]
  }

  private static func json(_ row: ComparedRow) -> JSONValue {
    var members = [
      JSONMember(key: "name", value: .string(row.name)),
      JSONMember(key: "type", value: .string(row.type)),
      JSONMember(key: "model", value: row.plan.json()["model"] ?? .null),
      JSONMember(key: "training", value: row.plan.json()["training"] ?? .null),
      JSONMember(key: "rank_by", value: .string(row.plan.recommend.rankBy.rawValue)),
      JSONMember(key: "uses_time", value: .bool(row.usesTime)),
    ]
    if let failure = row.failure {
      members.append(JSONMember(key: "failure", value: .string(failure)))
    }
    guard let report = row.measurement?.report else { return .object(members) }
    let interval = report.rmseInterval
    let hasRatings = row.rmse != nil
    members += [
      JSONMember(key: "epochs", value: .integer(row.epochs)),
      JSONMember(key: "parameters", value: .integer(row.parameters)),
      JSONMember(key: "trained_rows", value: .integer(row.trainedRows)),
      JSONMember(key: "rmse", value: row.rmse.map { .numberOrNull($0) } ?? .null),
      JSONMember(
        key: "rmse_95_percent",
        value: hasRatings ? interval.map { json($0) } ?? .null : .null),
      JSONMember(
        key: "rmse_from_best", value: row.rmseDifference.map { json($0) } ?? .null),
      JSONMember(
        key: "mae", value: hasRatings ? .numberOrNull(report.errors.mae) : .null),
      JSONMember(key: "ranking", value: MetricsDocument.ranking(report.ranking)),
      JSONMember(
        key: "ndcg_from_best", value: row.ndcgDifference.map { json($0) } ?? .null),
    ]
    return .object(members)
  }

  private static func json(_ interval: ConfidenceInterval) -> JSONValue {
    ["lower": .numberOrNull(interval.lower), "upper": .numberOrNull(interval.upper)]
  }

  private static func json(_ difference: ComparedDifference) -> JSONValue {
    [
      "difference": .numberOrNull(difference.paired.difference),
      "95_percent": json(difference.paired.interval),
      "p": .numberOrNull(difference.paired.p),
      "p_corrected": .numberOrNull(difference.adjusted),
      "is_significant": .bool(difference.isSignificant),
    ]
  }

  /// The content of `comparison.csv`: a line for each model.
  var csv: String {
    var text =
      "name,type,uses_time,rmse,rmse_lower,rmse_upper,rmse_from_best,rmse_p,mae,ndcg,"
      + "ndcg_from_best,ndcg_p,recall,precision,coverage,mean_listed_rating,epochs,parameters\n"
    func number(_ value: Double?) -> String {
      value.flatMap { $0.isFinite ? DecimalText.shortest($0) : nil } ?? ""
    }
    for row in rows {
      let report = row.measurement?.report
      let hasRatings = row.rmse != nil
      let fields = [
        Self.quoted(row.name), row.type, row.usesTime ? "true" : "false",
        number(row.rmse), number(hasRatings ? report?.rmseInterval?.lower : nil),
        number(hasRatings ? report?.rmseInterval?.upper : nil),
        number(row.rmseDifference?.paired.difference), number(row.rmseDifference?.adjusted),
        number(hasRatings ? report?.errors.mae : nil), number(row.ndcg),
        number(row.ndcgDifference?.paired.difference), number(row.ndcgDifference?.adjusted),
        number(report?.ranking.recall), number(report?.ranking.precision),
        number(report?.ranking.coverage), number(report?.ranking.meanListedRating),
        report == nil ? "" : "\(row.epochs)", report == nil ? "" : "\(row.parameters)",
      ]
      text += fields.joined(separator: ",") + "\n"
    }
    return text
  }

  /// A field of a CSV file, as RFC 4180 has it.
  private static func quoted(_ text: String) -> String {
    guard text.contains(where: { ",\"\r\n".contains($0) }) else { return text }
    return "\""
      + text.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }
}
