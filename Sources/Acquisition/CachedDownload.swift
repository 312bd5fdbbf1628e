import Foundation
import Storage

/// The way of one URL to a file of the cache: by its digest, by the download of another job that
/// was waited for, by the server's word that nothing changed, or by a download.
struct CachedDownload: Sendable {
  private static let pollInterval = Duration.milliseconds(200)

  let url: URL
  let location: DatasetSource.Location
  /// The SHA-256 that the bytes must have, in hexadecimal.
  let expected: String?
  let limits: FetchLimits
  let cache: DatasetCache
  let clock: FetchClock
  let progress: (@Sendable (FetchProgress) -> Void)?

  private var expectedDigest: SHA256Digest? { expected.flatMap { SHA256Digest(hex: $0) } }

  /// Brings the file; `authorization` reads the secrets, if a server must be asked.
  func run(
    authorization: () throws(AcquisitionError) -> Authorization?
  ) async throws(AcquisitionError) -> FetchedDataset {
    let before = cache.entry(for: location.url)
    if let expectedDigest, let cached = try cachedDataset(expectedDigest) { return cached }
    let authorization = try authorization()
    let lock = try await takeLock()
    let dataset = try await fetch(since: before, authorization)
    lock.release()
    return dataset
  }

  /// What the cache has under a digest.
  func cachedDataset(_ sha256: SHA256Digest) throws(AcquisitionError) -> FetchedDataset? {
    let file = try AcquisitionError.storing { () throws(StorageError) in try cache.file(of: sha256)
    }
    guard let file else { return nil }
    let entry = cache.entry(for: location.url)
    let etag = entry?.sha256 == sha256 ? entry?.etag : nil
    return dataset(sha256, bytes: file.bytes, etag: etag, fromCache: true)
  }

  // MARK: Under the lock

  private func takeLock() async throws(AcquisitionError) -> FileLock {
    let start = clock.elapsed()
    while true {
      do throws(StorageError) {
        return try cache.lock(location.url)
      } catch {
        guard case .locked = error, clock.elapsed() - start < .seconds(limits.totalSeconds) else {
          throw .storage(error)
        }
      }
      do {
        try await clock.sleep(Self.pollInterval)
      } catch {
        throw .cancelled
      }
    }
  }

  /// Asks the server, unless another job did so since `before`.
  private func fetch(
    since before: DatasetCache.Entry?, _ authorization: Authorization?
  ) async throws(AcquisitionError) -> FetchedDataset {
    let entry = cache.entry(for: location.url)
    var cached: FetchedDataset?
    if let wanted = expectedDigest ?? entry?.sha256 { cached = try cachedDataset(wanted) }
    if let cached, expected != nil || entry?.revision != before?.revision { return cached }

    cache.sweepPartials(secondsSince1970: clock.secondsSince1970())
    let partial = cache.partial(of: location.url)
    let download = ResumableDownload(
      url: url, limits: limits, partial: partial, clock: clock, authorization: authorization,
      progress: { progress?(FetchProgress(origin: location.url, received: $0, total: $1)) })
    switch try await download.run(ifNoneMatch: cached == nil ? nil : entry?.etag) {
    case .notModified:
      guard let cached else { throw .unavailable(attempts: ["\(url.shown): HTTP status 304"]) }
      try AcquisitionError.storing { () throws(StorageError) in
        try cache.record(cached.sha256, etag: cached.etag, for: location.url)
      }
      return cached
    case .complete(let etag):
      return try adopt(partial, etag)
    }
  }

  /// Verifies a finished download and moves it into the cache.
  private func adopt(
    _ partial: PartialDownload, _ etag: String?
  ) throws(AcquisitionError) -> FetchedDataset {
    let (bytes, sha256) = try AcquisitionError.storing { () throws(StorageError) in
      try SHA256Digest.measureFile(partial.path)
    }
    if let expected, expectedDigest != sha256 {
      try? partial.remove()
      throw .digestMismatch(origin: location.url, expected: expected, actual: sha256.hex)
    }
    try AcquisitionError.storing { () throws(StorageError) in
      try cache.adopt(partial, sha256: sha256)
      try cache.record(sha256, etag: etag, for: location.url)
    }
    return dataset(sha256, bytes: bytes, etag: etag, fromCache: false)
  }

  private func dataset(
    _ sha256: SHA256Digest, bytes: Int, etag: String?, fromCache: Bool
  ) -> FetchedDataset {
    let name = PathName.lastComponent(of: url.path)
    return FetchedDataset(
      path: cache.path(of: sha256), name: name.isEmpty ? "dataset" : name, sha256: sha256,
      bytes: bytes, origin: location.url, etag: etag, fromCache: fromCache)
  }
}
