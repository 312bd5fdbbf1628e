public import Storage

/// Whether the digest of the first fetch binds the later ones.
public enum PinPolicy: String, CaseIterable, Sendable {
  /// The digest is only recorded with the run.
  case none
  /// The digest is kept in a file beside the job, and later fetches must match it.
  case lock
}

/// How long and how often a download is tried, and how large it may be.
public struct FetchLimits: Equatable, Sendable {
  /// The most bytes of a dataset. The default is 8 GiB.
  public var maxBytes: Int = 8 << 30
  /// How long the first byte of an answer may take, in seconds. The default is 30.
  public var connectSeconds: Double = 30
  /// How long nothing may arrive after that, in seconds. The default is 60.
  public var stallSeconds: Double = 60
  /// How long one source may take with all its attempts, in seconds. The default is 3,600.
  public var totalSeconds: Double = 3600
  /// How often one source is tried in a row without one more byte to go on from. The default is 5.
  public var attempts: Int = 5

  /// Creates the default limits.
  public init() {}
}

/// Where a dataset comes from and what it must be.
public struct DatasetSource: Equatable, Sendable {
  /// One place that the dataset may be fetched from.
  public struct Location: Equatable, Sendable {
    /// A path, or a `file:`, `http:` or `https:` URL.
    public var url: String
    /// The SHA-256 of what is there, for a mirror that is packed differently. The default is none.
    public var sha256: String?

    /// Creates a location.
    public init(url: String, sha256: String? = nil) {
      self.url = url
      self.sha256 = sha256
    }
  }

  /// The places of the dataset, tried in order.
  public var sources: [Location]
  /// The SHA-256 that the dataset must have. The default is none.
  public var sha256: String?
  /// Whether the first digest binds. The default is `none`.
  public var pin: PinPolicy = .none
  /// What the server is told so that it gives the dataset. The default is nothing.
  public var credentials: Credentials?
  /// Where downloads are kept. The default is the cache directory of the service or user.
  public var cacheDirectory: String?
  /// Whether an earlier download may serve when no source answers. The default is false.
  public var allowStale: Bool = false
  /// How long and how often is tried.
  public var limits: FetchLimits = FetchLimits()

  /// Creates a source with the defaults of everything else.
  public init(sources: [Location]) {
    self.sources = sources
  }
}

extension DatasetSource {
  /// The SHA-256 that the first fetch recorded; `nil` if there was none yet, or none is to be recorded.
  ///
  /// - Throws: ``StorageError`` if the lock file cannot be read or is none.
  public func recordedDigest(in lockFile: String) throws(StorageError) -> String? {
    try recordedLock(in: lockFile)?.sha256
  }

  func recordedLock(in lockFile: String) throws(StorageError) -> DatasetLock? {
    pin == .lock ? try DatasetLock.read(lockFile) : nil
  }

  /// The SHA-256 that the job binds a place's bytes to.
  public func ownDigest(of location: Location) -> String? { location.sha256 ?? sha256 }

  /// The SHA-256 that a place's bytes must have, if anything binds them: the job, or else what the first
  /// fetch recorded.
  public func expectedDigest(of location: Location, recorded: String?) -> String? {
    ownDigest(of: location) ?? recorded
  }
}
