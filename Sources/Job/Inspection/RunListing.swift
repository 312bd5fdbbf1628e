import Foundation
public import Publishing
import Storage

/// The published runs of an output directory.
public enum RunListing {
  /// A table of the runs, oldest first, the latest marked by an asterisk, with a remark on those
  /// that were rolled back from.
  ///
  /// - Throws: `PublishingError` if the directory cannot be read.
  public static func text(_ output: String) throws(PublishingError) -> String {
    do throws(StorageError) {
      _ = try FileSystem.list(output)
    } catch {
      throw .storage(error)
    }
    let directory = RunDirectory(output)
    let runs = try directory.runs()
    guard !runs.isEmpty else { return "\(output) has no published runs" }
    let latest = runs.first(where: \.isLatest)?.identifier
    let rolledBackFrom = directory.rolledBackFrom
    func isRolledBack(_ run: RunIdentifier) -> Bool {
      guard let latest, let rolledBackFrom else { return false }
      return run > latest && run <= rolledBackFrom
    }
    var table = TextTable(
      ["", "run", "test RMSE", "baseline", "ratings", "users", "items", ""],
      [.left, .left, .right, .right, .right, .right, .right, .left])
    for run in runs {
      let evaluation = run.metrics?["evaluation"]
      let errors = ["model", "baseline"].map { rounded(evaluation?[$0]?["rmse"]?.doubleValue) }
      let counts = ["ratings", "users", "items"].map {
        run.metrics?["data"]?[$0]?.intValue.map { "\($0)" } ?? "–"
      }
      table.add(
        [run.isLatest ? "*" : "", "\(run.identifier)"] + errors + counts
          + [isRolledBack(run.identifier) ? "rolled back" : ""])
    }
    return table.lines.joined(separator: "\n")
  }

  /// Points `latest` at a run, by default the one before it, and returns the run's name.
  ///
  /// The directory is locked meanwhile, so that no run publishes at the same time.
  public static func rollBack(_ output: String, to run: String?) throws -> String {
    guard FileSystem.isDirectory(output) else { throw StorageError.notFound(path: output) }
    let lock = try FileLock.acquire(
      PathName.joined(output, RunDirectory.lockName),
      holder: Machine.holderText("a rollback", since: Date()),
      waitSeconds: 0)
    let identifier = try RunDirectory(output).rollback(to: run)
    lock.release()
    return "\(identifier)"
  }

  private static func rounded(_ value: Double?) -> String {
    value.map { TextTable.rounded($0, digits: 4) } ?? "–"
  }
}

/// Compares files with their manifests.
public enum Verification {
  /// Verifies a run, a bundle or the latest run of an output directory, and says what was compared.
  ///
  /// - Throws: `PublishingError.damaged` with the first file that differs.
  public static func report(_ path: String) throws(PublishingError) -> String {
    let found = try RunDirectory.verify(path)
    guard let difference = found.differences.first else {
      return "\(found.path): \(found.fileCount) files are as the manifest says"
    }
    throw .damaged(path: found.path, difference)
  }
}
