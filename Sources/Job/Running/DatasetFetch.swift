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

  /// Fetches the dataset, and the items where they are in a file of their own, from the cache where
  /// that has them.
  ///
  /// The hashes that `"pin": "lock"` records stand beside the job file, in `JOB.lock.json` and
  /// `JOB.items.lock.json`.
  public func run(
    progress: (@Sendable (FetchProgress) -> Void)? = nil
  ) async throws(AcquisitionError) -> FetchedFiles {
    let fetcher = Fetcher()
    let dataset = try await fetcher.fetch(
      plan.dataset.source(of: jobFile), relativeTo: jobFile.baseDirectory,
      lockFile: jobFile.pinFile(), progress: progress)
    guard let items = plan.dataset.itemsSource(of: jobFile) else {
      return FetchedFiles(dataset: dataset)
    }
    return FetchedFiles(
      dataset: dataset,
      items: try await fetcher.fetch(
        items, relativeTo: jobFile.baseDirectory, lockFile: jobFile.pinFile(of: "items"),
        progress: progress))
  }

  /// Fetches the dataset; with `showsProgress` a line on standard error, if that is a terminal, tells
  /// how far a download is.
  public func run(showsProgress: Bool) async throws(AcquisitionError) -> FetchedFiles {
    let display = TransferProgress(line: ProgressLine(isShown: showsProgress))
    defer { display.clear() }
    return try await run {
      display.show($0.origin, received: $0.received, total: $0.total)
    }
  }

  /// Fetches the dataset as ``run(showsProgress:)`` does and returns the SHA-256 and path of each
  /// file, in the form of `sha256sum`.
  public func report(showsProgress: Bool = false) async throws(AcquisitionError) -> String {
    let fetched = try await run(showsProgress: showsProgress)
    return ([fetched.dataset] + (fetched.items.map { [$0] } ?? []))
      .map { "\($0.sha256)  \($0.path)" }.joined(separator: "\n")
  }
}

/// What a job was given to read.
public struct FetchedFiles: Sendable {
  /// The dataset.
  public var dataset: FetchedDataset
  /// The items, where they are in a file of their own.
  public var items: FetchedDataset?
}

extension DatasetOptions {
  /// What the fetcher needs to know.
  func source(of jobFile: JobFile) -> DatasetSource {
    source(of: jobFile, sources, sha256)
  }

  /// What the fetcher needs to know of the items, or `nil` where they are in the dataset.
  func itemsSource(of jobFile: JobFile) -> DatasetSource? {
    items.haveSources ? source(of: jobFile, items.sources, items.sha256) : nil
  }

  private func source(
    of jobFile: JobFile, _ sources: [SourceOptions], _ sha256: SHA256Digest?
  ) -> DatasetSource {
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

extension FetchedFiles {
  /// What `run.json` says of the files.
  var record: JSONValue {
    guard case .object(let members) = dataset.record, let items else { return dataset.record }
    return .object(members + [JSONMember(key: "items", value: items.record)])
  }
}

extension FetchedDataset {
  /// What `run.json` says of a file.
  fileprivate var record: JSONValue {
    [
      "source": .string(shownOrigin), "sha256": .string(sha256.hex), "bytes": .integer(bytes),
      "etag": etag.map { .string($0) } ?? .null, "from_cache": .bool(fromCache),
      "stale": .bool(isStale),
    ]
  }
}

extension Plan {
  /// The result plan with the digests of what was fetched.
  func resultPlan(of fetched: FetchedFiles) -> JSONValue {
    resultPlan(datasetDigest: fetched.dataset.sha256, itemsDigest: fetched.items?.sha256)
  }

  /// The SHA-256 of that.
  func resultPlanHash(of fetched: FetchedFiles) -> SHA256Digest {
    resultPlanHash(datasetDigest: fetched.dataset.sha256, itemsDigest: fetched.items?.sha256)
  }
}
