import Storage

/// The files of a run that its page is made of: the small ones, which say everything about the run and
/// not what it recommends to everybody.
public struct RunDocuments: Sendable {
  /// The settings of the run.
  public static let planName = "plan.json"
  /// When, where and by which program it was made.
  public static let runName = "run.json"
  /// What it came to.
  public static let metricsName = "metrics.json"
  /// The epochs of its trainings.
  public static let historyName = "history.csv"
  /// How it differs from the run before.
  public static let changesName = "changes.json"
  /// What the page has and no other file.
  public static let reportName = "report.json"

  /// The names of the files.
  public static let names = [
    planName, runName, metricsName, historyName, changesName, reportName,
  ]

  let plan: JSONValue
  let run: JSONValue
  let metrics: JSONValue
  let changes: JSONValue
  let report: JSONValue
  let history: [[String]]

  /// The columns of the history.
  static let historyHeader = [
    "phase", "epoch", "train_loss", "validation_loss", "validation_rmse", "learning_rate",
  ]

  /// Reads the files of a run, which may be on its way to be published, or refused.
  ///
  /// - Throws: ``PublishingError`` if one is missing, cannot be read or is no longer what was written.
  public init(of directory: String) throws(PublishingError) {
    func bytes(_ name: String) throws(PublishingError) -> [UInt8] {
      let path = PathName.joined(directory, name)
      return try wrappingStorageErrors { () throws(StorageError) in
        try FileSystem.readBytes(path)
      }
    }
    func object(_ name: String) throws(PublishingError) -> JSONValue {
      try ManifestFile.parseObject(try bytes(name), file: name, owner: directory)
    }
    plan = try object(Self.planName)
    run = try object(Self.runName)
    metrics = try object(Self.metricsName)
    changes = try object(Self.changesName)
    // Runs that were published before there was such a file have a page all the same.
    let hasReport = FileSystem.exists(PathName.joined(directory, Self.reportName))
    report = hasReport ? try object(Self.reportName) : .null
    let text = try bytes(Self.historyName)
    do throws(CSVProblem) {
      history = try CSVText.rows(text, header: Self.historyHeader)
    } catch {
      throw .damaged(
        path: directory, file: Self.historyName,
        reason: "is wrong in line \(error.line): \(error.reason)")
    }
  }

  /// Wraps what files say.
  init(
    plan: JSONValue, run: JSONValue, metrics: JSONValue, changes: JSONValue, report: JSONValue,
    history: [[String]]
  ) {
    self.plan = plan
    self.run = run
    self.metrics = metrics
    self.changes = changes
    self.report = report
    self.history = history
  }
}

extension JSONValue {
  /// The value that a row of keys leads to; `nil` where one of them is missing or leads to `null`.
  func at(_ keys: String...) -> JSONValue? {
    var value = self
    for key in keys {
      guard let next = value[key], next != .null else { return nil }
      value = next
    }
    return value
  }

  /// The elements of an array; none where this is another value.
  var elements: [JSONValue] { arrayValue ?? [] }
}
