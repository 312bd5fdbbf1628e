import Storage

/// What a search came to.
public struct TuningOutcome: Sendable {
  /// The version of the layout of ``jsonText``.
  private static let schemaVersion = 1

  let job: String
  let tune: TuneOptions
  let schedule: HalvingSchedule
  let trials: [Trial]
  /// What each trial came to, round by round.
  let results: [TrialResult]
  /// The best trial of the last round.
  let best: Trial
  let datasetSHA256: String
  let rows: (train: Int, validation: Int)

  /// The last result of a trial.
  func last(_ trial: Int) -> TrialResult? {
    results.last { $0.trial == trial }
  }

  /// One sentence about the best trial, beside the job as it is.
  public var line: String {
    let own = last(1)?.value
    let standing =
      best.number == 1
      ? "the job as it is, trial 1, is the best"
      : "trial \(best.number) is the best"
    return "\(standing): \(tune.metric.title) \(Self.text(last(best.number)?.value))"
      + (best.number == 1 ? "" : ", the job as it is has \(Self.text(own))")
  }

  /// The trials as a table for a terminal: those that went furthest first, the best of these first.
  public var text: String {
    let rungs = schedule.rungs.enumerated().map { place, rung in
      "round \(place + 1): \(place > 0 ? "the best " : "")\(rung.trials) trials, "
        + "\(TextTable.rounded(rung.share * 100, digits: 1)) % of the training"
    }
    let keys = tune.ranges.map(\.path)
    var table = TextTable(
      ["trial", "round", "epochs", tune.metric.title] + keys,
      [.right, .right, .right, .right] + keys.map { _ in .left })
    for trial in ordered {
      guard let result = last(trial.number) else { continue }
      table.add(
        [
          "\(trial.number)", "\(result.rung)", "\(result.epochs)",
          result.value.map { ComparisonOutcome.fixed($0, digits: 4) } ?? "failed",
        ]
          + keys.map { key in trial.values.first { $0.key == key }?.value.text() ?? "–" })
    }
    let head = [
      "\(job): \(trials.count) trials, seed \(tune.seed), on \(rows.train) training and "
        + "\(rows.validation) validation rows; the held-out rows were not looked at"
    ]
    let own = schedule.rungs.count > 1 ? ["the job as it is, trial 1, goes through all rounds"] : []
    return (head + rungs + own + [""] + table.lines + ["", line]).joined(separator: "\n") + "\n"
  }

  /// The trials as the table shows them.
  private var ordered: [Trial] {
    func key(_ trial: Trial) -> (Int, Double, Int) {
      guard let result = last(trial.number) else { return (0, 0, trial.number) }
      let value = result.value ?? (tune.metric.isLowerBetter ? .infinity : -.infinity)
      return (-result.rung, tune.metric.isLowerBetter ? value : -value, trial.number)
    }
    return trials.sorted { key($0) < key($1) }
  }

  /// The same as a JSON object.
  public var jsonText: String {
    let document: JSONValue = [
      "schema_version": .integer(Self.schemaVersion),
      "job": .string(job),
      "dataset_sha256": .string(datasetSHA256),
      "train_rows": .integer(rows.train),
      "validation_rows": .integer(rows.validation),
      "metric": .string(tune.metric.rawValue),
      "seed": .integer(Int(tune.seed)),
      "rounds": .array(
        schedule.rungs.map { ["trials": .integer($0.trials), "share": .numberOrNull($0.share)] }),
      "trials": .array(
        trials.map { trial in
          [
            "trial": .integer(trial.number), "values": .object(trial.values),
            "results": .array(results.filter { $0.trial == trial.number }.map(\.json)),
          ]
        }),
      "best": [
        "trial": .integer(best.number), "values": .object(best.values),
        "value": last(best.number)?.value.map { .numberOrNull($0) } ?? .null,
      ],
    ]
    return document.prettyText()
  }

  private static func text(_ value: Double?) -> String {
    value.map { ComparisonOutcome.fixed($0, digits: 4) } ?? "none"
  }
}

/// The job file that a search ends with: the job with the best values set and nothing left to search.
public struct TunedJob: Sendable {
  /// Where it is written.
  public let path: String
  private let isReplaced: Bool

  /// Chooses the file, by default `JOB.tuned.json` beside the job's own.
  ///
  /// - Throws: ``TuningError/fileExists(path:)`` if it is there and not to be overwritten.
  public init(
    _ jobFile: JobFile, path: String?, overwrites: Bool
  ) throws(TuningError) {
    let stem = jobFile.name.hasSuffix(".json") ? String(jobFile.name.dropLast(5)) : jobFile.name
    self.path = path ?? jobFile.resolved(stem + ".tuned.json")
    isReplaced = overwrites
    if !overwrites, FileSystem.exists(self.path) { throw .fileExists(path: self.path) }
  }

  /// Whether a file is in the directory that the job's relative paths are relative to.
  public static func isBeside(_ jobFile: JobFile, _ path: String) -> Bool {
    func resolved(_ directory: String) -> String? {
      try? FileSystem.resolved(directory.isEmpty ? "." : directory)
    }
    return resolved(PathName.parent(of: path)) == resolved(jobFile.baseDirectory)
  }

  /// The text of the job file.
  static func text(_ outcome: TuningOutcome) -> String {
    var members = outcome.best.root.value.objectValue ?? []
    var comment =
      "Found by recjob tune with seed \(outcome.tune.seed) on dataset "
      + "\(outcome.datasetSHA256.prefix(12)): of \(outcome.trials.count) trials, \(outcome.line)."
    if let place = members.firstIndex(where: { $0.key == "$comment" }) {
      comment += " " + (members[place].value.stringValue ?? "")
      members.remove(at: place)
    }
    let place = members.first?.key == "$schema" ? 1 : 0
    members.insert(JSONMember(key: "$comment", value: .string(comment)), at: place)
    return JSONValue.object(members).prettyText()
  }

  /// Writes the job file.
  public func write(_ outcome: TuningOutcome) throws {
    if !isReplaced, FileSystem.exists(path) { throw TuningError.fileExists(path: path) }
    try DurableFile.write(Self.text(outcome), to: path)
  }
}
