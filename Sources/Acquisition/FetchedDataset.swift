public import Storage

/// A dataset on the disk whose bytes are what was asked for.
public struct FetchedDataset: Equatable, Sendable {
  /// The file or directory: in the cache if it was downloaded, otherwise where it was named.
  public var path: String
  /// The name of the file at its source; a file in the cache does not show it.
  public var name: String
  /// The SHA-256 of the file; of a directory, that of `path NUL sha256 LF` for its files in order.
  public var sha256: SHA256Digest
  /// The size in bytes, of a directory that of its files together.
  public var bytes: Int
  /// The source as the job wrote it.
  public var origin: String
  /// The version that the server named.
  public var etag: String?
  /// Whether the bytes came from the cache rather than over the network.
  public var fromCache: Bool
  /// Whether no source answered and an earlier download took the place.
  public var isStale: Bool

  /// Creates the description of a dataset that is on the disk already.
  public init(
    path: String, name: String, sha256: SHA256Digest, bytes: Int, origin: String,
    etag: String? = nil, fromCache: Bool = false, isStale: Bool = false
  ) {
    self.path = path
    self.name = name
    self.sha256 = sha256
    self.bytes = bytes
    self.origin = origin
    self.etag = etag
    self.fromCache = fromCache
    self.isStale = isStale
  }
}

extension FetchedDataset {
  /// The source for logs and records: a URL without what may be secret in it.
  public var shownOrigin: String { SourceAddress.shownSource(origin) }

  /// Measures a file or directory in place.
  init(local path: String, origin: String) throws(StorageError) {
    let (sha256, bytes) = try Self.measure(path)
    self.init(
      path: path, name: PathName.lastComponent(of: path), sha256: sha256, bytes: bytes,
      origin: origin)
  }

  private static func measure(_ path: String) throws(StorageError) -> (SHA256Digest, Int) {
    guard FileSystem.isDirectory(path) else {
      let (bytes, sha256) = try SHA256Digest.measureFile(path)
      return (sha256, bytes)
    }
    var hasher = SHA256Digest.Hasher()
    var total = 0
    for name in try FileSystem.listTree(path) {
      let (bytes, sha256) = try SHA256Digest.measureFile(PathName.joined(path, name))
      hasher.update(Array("\(name)\0\(sha256.hex)\n".utf8))
      total += bytes
    }
    return (hasher.finish(), total)
  }
}
