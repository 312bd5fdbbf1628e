public import Acquisition
import Storage

/// Fetches and verifies the dataset of a plan, and does nothing else.
public struct DatasetFetch: Sendable {
  private let jobFile: JobFile
  private let plan: Plan

  /// Prepares the fetch of a job's dataset.
  public init(_ jobFile: JobFile, _ plan: Plan) {
    self.jobFile = jobFile
    self.plan = plan
  }

  /// Fetches the dataset, from the cache where that has it.
  ///
  /// The hash that `"pin": "lock"` records stands beside the job file, in `JOB.lock.json`.
  public func run(
    progress: (@Sendable (FetchProgress) -> Void)? = nil
  ) async throws(AcquisitionError) -> FetchedDataset {
    try await Fetcher().fetch(
      plan.dataset.source(of: jobFile), relativeTo: jobFile.baseDirectory,
      lockFile: jobFile.pinFile, progress: progress)
  }

  /// Fetches the dataset and returns its SHA-256 and path, in the form of `sha256sum`.
  ///
  /// With `showsProgress` a line on standard error, if that is a terminal, tells how far a download
  /// is.
  public func report(showsProgress: Bool = false) async throws(AcquisitionError) -> String {
    let display = TransferProgress(line: ProgressLine(isShown: showsProgress))
    defer { display.clear() }
    let fetched = try await run {
      display.show($0.origin, received: $0.received, total: $0.total)
    }
    return "\(fetched.sha256)  \(fetched.path)"
  }
}

extension DatasetOptions {
  /// What the fetcher needs to know.
  func source(of jobFile: JobFile) -> DatasetSource {
    var source = DatasetSource(
      sources: sources.map { .init(url: $0.location, sha256: $0.sha256?.hex) })
    source.sha256 = sha256?.hex
    source.pin = pin
    source.cacheDirectory = cache.directory.map { jobFile.resolved($0) }
    source.allowStale = cache.allowStale
    source.credentials = credentials
    source.limits = limits
    return source
  }
}

extension FetchedDataset {
  /// What `run.json` says of the dataset.
  var record: JSONValue {
    [
      "source": .string(origin), "sha256": .string(sha256.hex), "bytes": .integer(bytes),
      "etag": etag.map { .string($0) } ?? .null, "from_cache": .bool(fromCache),
      "stale": .bool(isStale),
    ]
  }
}
