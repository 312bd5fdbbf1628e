/// The files of a directory with their sizes and digests.
public struct Manifest: Sendable, Equatable {
  /// The names at the root of a directory that a manifest of it never lists: itself, the sums that
  /// include it, and the mark of success that is written last.
  public static let unlistedNames = ["SHA256SUMS", "_SUCCESS", "manifest.json"]

  /// One file.
  public struct Entry: Sendable, Equatable {
    /// The path relative to the directory, with `/` between its parts.
    public var path: String
    /// The size in bytes.
    public var bytes: Int
    /// The SHA-256 of the bytes.
    public var sha256: SHA256Digest
    /// The number of records, for files that have them.
    public var rows: Int?
    /// The version of the contract on what a record is, for files that have one.
    public var schemaVersion: Int?

    /// Creates an entry.
    public init(
      path: String, bytes: Int, sha256: SHA256Digest, rows: Int? = nil, schemaVersion: Int? = nil
    ) {
      self.path = path
      self.bytes = bytes
      self.sha256 = sha256
      self.rows = rows
      self.schemaVersion = schemaVersion
    }
  }

  /// What is known of a file of records beside its bytes.
  public struct Rows: Sendable, Equatable {
    /// The number of records.
    public var count: Int
    /// The version of the contract on what a record is, if the file has one of its own.
    public var schemaVersion: Int?

    /// Describes a file.
    public init(count: Int, schemaVersion: Int? = nil) {
      self.count = count
      self.schemaVersion = schemaVersion
    }
  }

  /// What differs between a manifest and the directory.
  public enum Difference: Sendable, Equatable, CustomStringConvertible {
    /// A listed file that is not there.
    case missing(path: String)
    /// A file that is not listed.
    case unlisted(path: String)
    /// A file of another size.
    case size(path: String, expected: Int, actual: Int)
    /// A file of the same size with other bytes.
    case digest(path: String, expected: SHA256Digest, actual: SHA256Digest)

    /// The file that differs.
    public var path: String {
      switch self {
      case .missing(let path), .unlisted(let path), .size(let path, _, _), .digest(let path, _, _):
        path
      }
    }

    /// The difference as one sentence for a person.
    public var description: String {
      switch self {
      case .missing(let path): "\(path) is missing."
      case .unlisted(let path): "\(path) is not in the manifest."
      case .size(let path, let expected, let actual):
        "\(path) has \(actual) bytes, but \(expected) were expected."
      case .digest(let path, let expected, let actual):
        "\(path) has the SHA-256 \(actual), but \(expected) was expected."
      }
    }
  }

  /// Makes an entry of each number below a count, in the order of the numbers.
  ///
  /// It may call in any order and from several threads at a time; the largest file has the number 0.
  public typealias EntryMap = (
    _ count: Int, _ entry: @Sendable (Int) -> Result<Entry, StorageError>
  ) -> [Result<Entry, StorageError>]

  /// The files, sorted by the bytes of their paths.
  public private(set) var entries: [Entry]

  /// Creates a manifest from entries in any order.
  public init(entries: [Entry]) {
    self.entries = entries.sorted { PathName.byteOrder($0.path, $1.path) }
  }

  /// Digests all files below a directory, except `unlistedNames` at its root.
  ///
  /// - Parameters:
  ///   - directory: The directory.
  ///   - rows: What is known of those files that have records, by path.
  ///   - map: Makes the entries.
  /// - Throws: ``StorageError`` if a file cannot be read.
  public init(
    ofDirectory directory: String, rows: [String: Rows] = [:],
    map: EntryMap = { count, entry in (0..<count).map(entry) }
  ) throws(StorageError) {
    try self.init(Self.paths(in: directory), in: directory, rows: rows, map: map)
  }

  /// Digests some files of a directory.
  private init(
    _ paths: [String], in directory: String, rows: [String: Rows], map: EntryMap
  ) throws(StorageError) {
    var files: [(path: String, size: Int)] = []
    for path in paths {
      files.append((path, try FileSystem.fileSize(PathName.joined(directory, path))))
    }
    let ordered = files.sorted { $0.size > $1.size }
    let results = map(files.count) { number in
      Result { () throws(StorageError) in
        let path = ordered[number].path
        let (bytes, sha256) = try SHA256Digest.measureFile(PathName.joined(directory, path))
        return Entry(
          path: path, bytes: bytes, sha256: sha256, rows: rows[path]?.count,
          schemaVersion: rows[path]?.schemaVersion)
      }
    }
    var entries: [Entry] = []
    for result in results { entries.append(try result.get()) }
    self.init(entries: entries)
  }

  /// Reads every listed file again and compares it.
  ///
  /// Files that are not listed are named and not opened: whatever they are, they cannot keep the
  /// listed ones from being compared.
  ///
  /// - Parameters:
  ///   - directory: The directory.
  ///   - map: Makes the entries of the listed files.
  /// - Returns: What differs, sorted by path; empty if nothing does.
  /// - Throws: ``StorageError`` if a listed file cannot be read.
  public func differences(
    inDirectory directory: String,
    map: EntryMap = { count, entry in (0..<count).map(entry) }
  ) throws(StorageError) -> [Difference] {
    let listed = Set(entries.map(\.path))
    let paths = try Self.paths(in: directory)
    let found = try Manifest(
      paths.filter { listed.contains($0) }, in: directory, rows: [:], map: map)
    var differences = paths.filter { !listed.contains($0) }.map { Difference.unlisted(path: $0) }
    let present = Dictionary(uniqueKeysWithValues: found.entries.map { ($0.path, $0) })
    for entry in entries {
      guard let actual = present[entry.path] else {
        differences.append(.missing(path: entry.path))
        continue
      }
      if actual.bytes != entry.bytes {
        differences.append(
          .size(path: entry.path, expected: entry.bytes, actual: actual.bytes))
      } else if actual.sha256 != entry.sha256 {
        differences.append(
          .digest(path: entry.path, expected: entry.sha256, actual: actual.sha256))
      }
    }
    return differences.sorted { PathName.byteOrder($0.path, $1.path) }
  }

  /// The files below a directory that a manifest of it lists.
  private static func paths(in directory: String) throws(StorageError) -> [String] {
    try FileSystem.listTree(directory).filter { !unlistedNames.contains($0) }
  }

  /// The text that `sha256sum --check` reads: digest, two spaces and path on each line.
  ///
  /// The additional entries stand for files beside the listed ones, as the manifest's own.
  public func sumsText(additional: [Entry] = []) -> String {
    Manifest(entries: entries + additional).entries
      .map { "\($0.sha256.hex)  \($0.path)\n" }
      .joined()
  }
}
