public import Acquisition
public import Ratings
public import Storage

/// A place that a dataset can be fetched from.
public struct SourceOptions: Equatable, Sendable {
  /// A URL, or a path relative to the job file.
  public var location: String
  /// The SHA-256 of this source, where the mirrors are packed differently.
  public var sha256: SHA256Digest?

  /// Creates a source.
  public init(_ location: String, sha256: SHA256Digest? = nil) {
    self.location = location
    self.sha256 = sha256
  }
}

/// Where fetched datasets are kept.
public struct CacheOptions: Equatable, Sendable {
  /// The directory, relative to the job file. The default, `nil`, is the user's cache directory.
  public var directory: String?
  /// Whether a cached dataset serves when no source can be reached. The default is false.
  public var allowStale = false

  /// Creates the default options.
  public init() {}
}

/// Where the items' titles and genres are and how they are read.
public struct ItemsOptions: Equatable, Sendable {
  /// The mirrors of a file of its own. The default, none, is the dataset itself.
  public var sources: [SourceOptions] = []
  /// The SHA-256 that the fetched file of its own must have.
  public var sha256: SHA256Digest?
  /// The member with the items. The default, `nil`, finds it by its name.
  public var member: String?
  /// How the file is read.
  public var parsing = ItemsParsingOptions()

  /// Creates the default options.
  public init() {}

  /// Whether the items are in a file of their own.
  public var haveSources: Bool { !sources.isEmpty }
}

/// Which dataset a job works on and how its files are read.
public struct DatasetOptions: Equatable, Sendable {
  /// The mirrors of the dataset, in the order in which they are tried; at least one.
  public var sources: [SourceOptions]
  /// The SHA-256 that the fetched file must have.
  public var sha256: SHA256Digest?
  /// What holds the dataset to earlier bytes where there is no SHA-256. The default is `none`.
  public var pin: PinPolicy = .none
  /// The member with the ratings. The default, `nil`, finds it by its name.
  public var ratings: String?
  /// The items' titles and genres.
  public var items = ItemsOptions()
  /// How the files are read.
  public var parsing = ParsingOptions()
  /// Where fetched files are kept.
  public var cache = CacheOptions()
  /// What the server of the first http or https source is told. The default is nothing.
  public var auth: AuthOptions?
  /// How large a download may be, and how long and how often is tried.
  public var limits = FetchLimits()

  /// Creates the default options of some sources.
  public init(sources: [SourceOptions]) {
    self.sources = sources
  }
}
