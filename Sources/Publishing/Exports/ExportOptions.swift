/// The formats in which recommendations are exported.
public enum ExportFormat: String, CaseIterable, Sendable {
  /// One row per recommendation.
  case csv
  /// One line per user.
  case jsonl
  /// One Redis command per user, in the protocol that `redis-cli --pipe` takes.
  case resp

  /// The version of the contract on the records of the format: raised when a reader of the one before
  /// could go wrong, not by columns or keys that are added behind those there are.
  public var schemaVersion: Int {
    switch self {
    case .csv, .jsonl, .resp: 1
    }
  }
}

/// How exported files are compressed.
public enum ExportCompression: String, CaseIterable, Sendable {
  /// Plain files.
  case none
  /// Gzip, with `.gz` added to the names.
  case gzip
}

/// What is done with titles that a spreadsheet would take for a formula, as `FormulaGuard` finds them.
///
/// It concerns the CSV files of the export, which spreadsheets open; ids are never touched.
public enum FormulaPolicy: String, CaseIterable, Sendable {
  /// Titles are written as they are.
  case off
  /// An apostrophe is put before what looks like a formula.
  case escape
  /// Such a title ends the run.
  case error
}

/// Which files the recommendations are written to, and how.
public struct ExportOptions: Equatable, Sendable {
  /// The formats to write. The default is CSV and JSON lines.
  public var formats: [ExportFormat] = [.csv, .jsonl]
  /// The compression of the exported files. The default is `none`.
  public var compression: ExportCompression = .none
  /// The policy for titles that look like formulas. The default is `off`.
  public var formulaPolicy: FormulaPolicy = .off
  /// The records of a file, above which another one is begun; `nil`, the default, writes one file.
  public var maxRowsPerFile: Int?
  /// What the names of all Redis keys begin with; `nil`, the default, stands for `recjob`. A plan that
  /// exports to Redis always has one.
  public var redisPrefix: String?

  /// Creates the default options.
  public init() {}
}
