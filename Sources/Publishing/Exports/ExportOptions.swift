/// The formats in which recommendations are exported.
public enum ExportFormat: String, CaseIterable, Sendable {
  /// One row per recommendation.
  case csv
  /// One line per user.
  case jsonl
}

/// How exported files are compressed.
public enum ExportCompression: String, CaseIterable, Sendable {
  /// Plain files.
  case none
  /// Gzip, with `.gz` added to the names.
  case gzip
}

/// What is done with titles that a spreadsheet would take for a formula: those that start with `=`,
/// `+`, `-`, `@`, a tab or a carriage return.
///
/// It concerns the CSV file, which spreadsheets open; ids are never touched.
public enum FormulaPolicy: String, CaseIterable, Sendable {
  /// Titles are written as they are.
  case off
  /// An apostrophe is put before such a title.
  case escape
  /// Such a title ends the run.
  case error
}

/// Which files the recommendations are written to, and how.
public struct ExportOptions: Equatable, Sendable {
  /// The formats to write. The default is both.
  public var formats: [ExportFormat] = [.csv, .jsonl]
  /// The compression of the exported files. The default is `none`.
  public var compression: ExportCompression = .none
  /// The policy for titles that look like formulas. The default is `off`.
  public var formulaPolicy: FormulaPolicy = .off

  /// Creates the default options.
  public init() {}
}
