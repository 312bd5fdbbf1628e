import Foundation
import Storage

/// Brings a dataset to the disk: reads files in place, downloads URLs into a cache, and verifies
/// digests before anyone parses a byte.
public struct Fetcher: Sendable {
  /// How a wait between two attempts is done.
  public typealias Sleep = @Sendable (Duration) async throws -> Void

  private let environment: [String: String]
  private let sleep: Sleep

  /// Creates a fetcher that finds its default cache by the environment, that of the process if none
  /// is given, and waits by `sleep`.
  public init(
    environment: [String: String]? = nil,
    sleep: @escaping Sleep = { try await Task.sleep(for: $0) }
  ) {
    self.environment = environment ?? ProcessInfo.processInfo.environment
    self.sleep = sleep
  }

  /// Fetches a dataset from the first of its sources that has it.
  ///
  /// Relative paths go below `base`, the directory of the job file. With `pin: lock` the digest is
  /// read from and recorded in `lockFile`, except for a source that has a digest of its own. If the
  /// wanted digest is in the cache, no server is asked. When all sources fail, the error tells each
  /// failure; an older file in the cache stays as it was.
  public func fetch(
    _ source: DatasetSource, relativeTo base: String, lockFile: String? = nil
  ) async throws(AcquisitionError) -> FetchedDataset {
    let lock = try Self.pin(of: source, lockFile)
    let cache = DatasetCache(
      directory: source.cacheDirectory.map { PathName.joined(base, $0) }
        ?? DatasetCache.defaultDirectory(environment: environment, base: base))
    var failures: [AcquisitionError] = []
    for location in source.sources {
      do throws(AcquisitionError) {
        let expected = location.sha256 ?? source.sha256 ?? lock?.sha256
        let dataset = try await fetch(location, expected, source.limits, cache, base)
        if lock == nil, location.sha256 == nil {
          try Self.record(dataset, of: source, in: lockFile)
        }
        return dataset
      } catch {
        if case .cancelled = error { throw error }
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

  // MARK: One location

  private func fetch(
    _ location: DatasetSource.Location, _ expected: String?, _ limits: FetchLimits,
    _ cache: DatasetCache, _ base: String
  ) async throws(AcquisitionError) -> FetchedDataset {
    switch try SourceAddress(location.url, relativeTo: base) {
    case .local(let path):
      let dataset = try Self.storing { () throws(StorageError) in
        try FetchedDataset(local: path, origin: location.url)
      }
      try Self.verify(dataset.sha256, expected, origin: location.url)
      return dataset
    case .remote(let url):
      return try await download(url, location, expected, limits, cache)
    }
  }

  private func download(
    _ url: URL, _ location: DatasetSource.Location, _ expected: String?, _ limits: FetchLimits,
    _ cache: DatasetCache
  ) async throws(AcquisitionError) -> FetchedDataset {
    let entry = cache.entry(for: location.url)
    let wanted = expected.flatMap { SHA256Digest(hex: $0) } ?? entry?.sha256
    let cached = try wanted.flatMap { (sha256) throws(AcquisitionError) in
      try Self.cachedDataset(sha256, location, url, cache)
    }
    if expected != nil, let cached { return cached }

    let partial = try Self.storing { () throws(StorageError) in
      try cache.partialPath(for: location.url)
    }
    defer { try? FileSystem.removeFile(partial) }
    let known = cached == nil ? nil : entry?.etag
    let download = ResumableDownload(
      url: url, limits: limits, bodyPath: partial, sleep: sleep)
    switch try await download.run(ifNoneMatch: known) {
    case .notModified:
      guard let cached else { throw .unavailable(attempts: ["\(location.url): HTTP status 304"]) }
      return cached
    case .complete(let etag):
      return try Self.adopt(partial, etag, location, url, expected, cache)
    }
  }

  /// Verifies a finished download and moves it into the cache.
  private static func adopt(
    _ partial: String, _ etag: String?, _ location: DatasetSource.Location, _ url: URL,
    _ expected: String?, _ cache: DatasetCache
  ) throws(AcquisitionError) -> FetchedDataset {
    let (bytes, sha256) = try storing { () throws(StorageError) in
      try SHA256Digest.measureFile(partial)
    }
    try verify(sha256, expected, origin: location.url)
    try storing { () throws(StorageError) in
      try cache.adopt(partial, sha256: sha256)
      try cache.record(.init(sha256: sha256, etag: etag), for: location.url)
    }
    return FetchedDataset(
      path: cache.path(of: sha256), name: name(of: url), sha256: sha256, bytes: bytes,
      origin: location.url, etag: etag, fromCache: false)
  }

  // MARK: Cache, lock and digests

  private static func cachedDataset(
    _ sha256: SHA256Digest, _ location: DatasetSource.Location, _ url: URL, _ cache: DatasetCache
  ) throws(AcquisitionError) -> FetchedDataset? {
    let file = try storing { () throws(StorageError) in try cache.file(of: sha256) }
    guard let file else { return nil }
    let entry = cache.entry(for: location.url)
    return FetchedDataset(
      path: file.path, name: name(of: url), sha256: sha256, bytes: file.bytes,
      origin: location.url, etag: entry?.sha256 == sha256 ? entry?.etag : nil, fromCache: true)
  }

  /// What a source last gave, for use when none answers.
  private func staleDataset(
    _ source: DatasetSource, _ lock: DatasetLock?, _ cache: DatasetCache, _ base: String
  ) throws(AcquisitionError) -> FetchedDataset? {
    for location in source.sources {
      let expected = location.sha256 ?? source.sha256 ?? lock?.sha256
      guard case .remote(let url)? = try? SourceAddress(location.url, relativeTo: base),
        let sha256 = cache.entry(for: location.url)?.sha256,
        expected == nil || expected.flatMap({ SHA256Digest(hex: $0) }) == sha256,
        var dataset = try Self.cachedDataset(sha256, location, url, cache)
      else { continue }
      dataset.isStale = true
      return dataset
    }
    return nil
  }

  private static func pin(
    of source: DatasetSource, _ lockFile: String?
  ) throws(AcquisitionError) -> DatasetLock? {
    guard source.pin == .lock else { return nil }
    guard let lockFile else { preconditionFailure("a pinned dataset needs the path of its lock") }
    return try storing { () throws(StorageError) in try DatasetLock.read(lockFile) }
  }

  private static func record(
    _ dataset: FetchedDataset, of source: DatasetSource, in lockFile: String?
  ) throws(AcquisitionError) {
    guard source.pin == .lock, let lockFile else { return }
    let lock = DatasetLock(sources: source.sources.map(\.url), sha256: dataset.sha256.hex)
    try storing { () throws(StorageError) in try lock.write(to: lockFile) }
  }

  private static func verify(
    _ actual: SHA256Digest, _ expected: String?, origin: String
  ) throws(AcquisitionError) {
    guard let expected, SHA256Digest(hex: expected) != actual else { return }
    throw .digestMismatch(origin: origin, expected: expected, actual: actual.hex)
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

  private static func name(of url: URL) -> String {
    let name = PathName.lastComponent(of: url.path)
    return name.isEmpty ? "dataset" : name
  }

  private static func storing<Result>(
    _ body: () throws(StorageError) -> Result
  ) throws(AcquisitionError) -> Result {
    do {
      return try body()
    } catch {
      throw AcquisitionError(reading: error)
    }
  }
}
