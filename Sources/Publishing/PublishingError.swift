public import Storage

/// A reason why results could not be published, or published ones not be read back.
public enum PublishingError: Error, Equatable, Sendable {
  /// A failure of the disk or of an archive.
  case storage(StorageError)
  /// A file of a bundle or run that is missing, additional or not what it must be.
  case damaged(path: String, file: String, reason: String)
  /// A bundle of a format that was defined after this program.
  case newerFormat(path: String, found: Int, supported: Int)
  /// A path at which there is neither a bundle nor something that has one.
  case noBundle(path: String)
  /// A run whose recommendations are in no format that is read back.
  case noLists(path: String)
  /// A path at which there is nothing that has a manifest.
  case nothingToVerify(path: String)
  /// A score that no decimal can stand for, with the raw ids.
  case scoreNotFinite(user: String, item: String)
  /// A title that a spreadsheet would take for a formula, where the job calls that an error.
  case formulaInTitle(item: String, title: String)
  /// A run that an output directory does not have.
  case unknownRun(output: String, run: String, known: [String])
  /// The bare name of a run where nothing tells the output directory.
  case runWithoutOutput(run: String)
  /// An output directory in which `latest` points at no published run.
  case noLatestRun(output: String)
  /// An output directory without a run older than that of `latest`.
  case noEarlierRun(output: String, latest: String)
}

extension PublishingError: CustomStringConvertible {
  /// What is wrong, where, and what to do about it, in one sentence.
  public var description: String {
    switch self {
    case .storage(let error):
      error.description
    case .damaged(let path, let file, let reason):
      "\(path) is damaged: \(file) \(reason)."
    case .newerFormat(let path, let found, let supported):
      "\(path) is a bundle of format \(found), and this program reads up to format \(supported); "
        + "use a newer recjob."
    case .noBundle(let path):
      "\(path) is no bundle; give a bundle directory, its .tar.gz, a run or a job's output directory."
    case .noLists(let path):
      "\(path) has neither recommendations.csv nor recommendations.jsonl; add one of them to "
        + "export.formats."
    case .nothingToVerify(let path):
      "\(path) has no manifest.json; give a run, a bundle, its .tar.gz or an output directory."
    case .scoreNotFinite(let user, let item):
      "The score of item \"\(item)\" for user \"\(user)\" is not a finite number."
    case .formulaInTitle(let item, let title):
      "The title of item \"\(item)\" looks like a formula, \"\(title)\"; "
        + "correct it or set export.formula_policy to \"escape\" or \"off\"."
    case .unknownRun(let output, let run, let known):
      "\(output) has no run \"\(run)\"; "
        + (known.isEmpty ? "it has none." : "it has \(known.joined(separator: ", ")).")
    case .runWithoutOutput(let run):
      "\(run) is not here; give one of the runs with its output directory, as in "
        + "out/films/runs/\(run)."
    case .noLatestRun(let output):
      "\(output) has no published run that its link \"latest\" points at."
    case .noEarlierRun(let output, let latest):
      "\(output) has no run before \(latest), the latest."
    }
  }
}

/// Runs something of `Storage` and wraps its error.
func wrappingStorageErrors<Result: ~Copyable>(
  _ body: () throws(StorageError) -> Result
) throws(PublishingError) -> Result {
  do throws(StorageError) {
    return try body()
  } catch {
    throw .storage(error)
  }
}
