import Foundation
import Storage

/// Brings a dataset to the disk: reads files in place, downloads URLs into a cache, and verifies
/// digests before anyone parses a byte.
public struct Fetcher: Sendable {
  private let environment: [String: String]
  private let clock: FetchClock

  /// Creates a fetcher that finds its default cache and its credentials by the environment, that of
  /// the process if none is given.
  public init(environment: [String: String]? = nil, clock: FetchClock = FetchClock()) {
    self.environment = environment ?? ProcessInfo.processInfo.environment
    self.clock = clock
  }

  /// Fetches a dataset from the first of its sources that has it.
  ///
  /// Relative paths go below `base`, the directory of the job file. With `pin: lock` the digest is
  /// read from and recorded in `lockFile`, except for a source that has a digest of its own. If the
  /// wanted digest is in the cache, no server is asked. When all sources fail, the error tells each
  /// failure; an older file in the cache stays as it was. A secret that is missing is told at once.
  public func fetch(
    _ source: DatasetSource, relativeTo base: String, lockFile: String? = nil,
    progress: (@Sendable (FetchProgress) -> Void)? = nil
  ) async throws(AcquisitionError) -> FetchedDataset {
    let lock = try Self.pin(of: source, lockFile)
    let cache = DatasetCache(
      directory: source.cacheDirectory.map { PathName.joined(base, $0) }
        ?? DatasetCache.defaultDirectory(environment: environment, base: base))
    var failures: [AcquisitionError] = []
    for location in source.sources {
      do throws(AcquisitionError) {
        let dataset: FetchedDataset
        switch try SourceAddress(location.url, relativeTo: base) {
        case .local(let path):
          dataset = try Self.localDataset(
            path, location, source.expectedDigest(of: location, recorded: lock?.sha256))
        case .remote(let url):
          dataset = try await makeDownload(of: url, location, source, lock, cache, progress)
            .run { () throws(AcquisitionError) in
              try source.credentials?.authorization(environment: environment, base: base)
            }
        }
        if lock == nil, location.sha256 == nil {
          try Self.record(dataset, of: source, in: lockFile)
        }
        return dataset
      } catch {
        switch error {
        case .cancelled, .secretMissing: throw error
        default: break
        }
        failures.append(Self.explained(error, lock, lockFile))
      }
    }
    let failure = AcquisitionError.combined(failures)
    if source.allowStale, failure.mayPass,
      let stale = try staleDataset(source, lock, cache, base)
    {
      return stale
    }
    throw failure
  }

  private static func localDataset(
    _ path: String, _ location: DatasetSource.Location, _ expected: String?
  ) throws(AcquisitionError) -> FetchedDataset {
    let dataset = try AcquisitionError.storing { () throws(StorageError) in
      try FetchedDataset(local: path, origin: location.url)
    }
    guard let expected, SHA256Digest(hex: expected) != dataset.sha256 else { return dataset }
    throw .digestMismatch(
      origin: location.url, expected: expected, actual: dataset.sha256.hex)
  }

  private func makeDownload(
    of url: URL, _ location: DatasetSource.Location, _ source: DatasetSource,
    _ lock: DatasetLock?, _ cache: DatasetCache,
    _ progress: (@Sendable (FetchProgress) -> Void)? = nil
  ) -> CachedDownload {
    CachedDownload(
      url: url, location: location,
      expected: source.expectedDigest(of: location, recorded: lock?.sha256),
      limits: source.limits, cache: cache, clock: clock, progress: progress)
  }

  /// What a source last gave, for use when none answers.
  private func staleDataset(
    _ source: DatasetSource, _ lock: DatasetLock?, _ cache: DatasetCache, _ base: String
  ) throws(AcquisitionError) -> FetchedDataset? {
    for location in source.sources {
      let expected = source.expectedDigest(of: location, recorded: lock?.sha256)
      guard case .remote(let url)? = try? SourceAddress(location.url, relativeTo: base),
        let sha256 = cache.entry(for: location.url)?.sha256,
        expected == nil || expected.flatMap({ SHA256Digest(hex: $0) }) == sha256,
        var dataset = try makeDownload(of: url, location, source, lock, cache)
          .cachedDataset(sha256)
      else { continue }
      dataset.isStale = true
      return dataset
    }
    return nil
  }

  // MARK: Pins

  private static func pin(
    of source: DatasetSource, _ lockFile: String?
  ) throws(AcquisitionError) -> DatasetLock? {
    guard source.pin == .lock else { return nil }
    guard let lockFile else { preconditionFailure("a pinned dataset needs the path of its lock") }
    return try AcquisitionError.storing { () throws(StorageError) in
      try source.recordedLock(in: lockFile)
    }
  }

  private static func record(
    _ dataset: FetchedDataset, of source: DatasetSource, in lockFile: String?
  ) throws(AcquisitionError) {
    guard source.pin == .lock, let lockFile else { return }
    let lock = DatasetLock(sources: source.sources.map(\.url), sha256: dataset.sha256.hex)
    try AcquisitionError.storing { () throws(StorageError) in try lock.write(to: lockFile) }
  }

  /// Tells of a mismatch with the lock file that it is one.
  private static func explained(
    _ error: AcquisitionError, _ lock: DatasetLock?, _ lockFile: String?
  ) -> AcquisitionError {
    guard case .digestMismatch(let origin, let expected, let actual) = error,
      let lock, let lockFile, lock.sha256 == expected
    else { return error }
    return .lockMismatch(origin: origin, lockFile: lockFile, expected: expected, actual: actual)
  }
}
