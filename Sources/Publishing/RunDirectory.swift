import Kernels
public import Storage

/// An output directory: published runs under `runs/`, and `latest`, a link to one of them.
///
/// A run is filled out of sight under `.staging/`, then moved into `runs/` as a whole, then `latest`
/// is pointed at it; so a reader that resolves `latest` once sees one complete run. Whoever changes
/// an output directory holds its lock; only reading needs none.
public struct RunDirectory: Sendable {
  /// The output directory.
  public let path: String

  static let latestName = "latest"
  static let runsName = "runs"
  static let stagingName = ".staging"
  /// The file that whoever changes the directory locks.
  public static let lockName = ".lock"
  /// What a run has to be able to write, besides the directory itself, where it is there.
  public static let writtenNames = [runsName, stagingName, stateName, lockName]
  static let stateName = "state"
  static let rejectedName = "rejected"
  static let modelName = "model"
  static let metricsName = "metrics.json"
  static let sumsName = "SHA256SUMS"
  static let successName = "_SUCCESS"
  /// The link in staging that is about to become `latest` when a run is published, and when a run is
  /// gone back to.
  static let publishingName = "publishing"
  static let rollbackName = "rollback"

  /// Names an output directory, which need not exist yet.
  public init(_ path: String) {
    self.path = path
  }

  /// The directory of what is kept between runs.
  public var statePath: String { PathName.joined(path, Self.stateName) }

  /// Where a published run of that name is, or would be.
  public func runPath(_ name: String) -> String { place(Self.runsName, name) }

  /// A run that is being filled.
  public struct StagedRun: Sendable {
    /// The name that the run will have.
    public let identifier: RunIdentifier
    let directory: DurableDirectory
    /// Where its files are to be written.
    public var path: String { directory.path }
  }

  /// A run that was published.
  public struct PublishedRun: Equatable, Sendable {
    /// The run's name.
    public let identifier: RunIdentifier
    /// Where its files are.
    public let path: String
    /// Whether `latest` points at it.
    public let isLatest: Bool
    /// The content of its `metrics.json`, or `nil` if that cannot be read.
    public let metrics: JSONValue?
  }

  /// Makes an empty staging directory for a run; what killed processes have left there is removed.
  ///
  /// - Parameters:
  ///   - planHash: The hash of the run's whole plan.
  ///   - now: Seconds since 1970-01-01 UTC.
  /// - Returns: The run, with the directory that its files are to be written into.
  /// - Throws: ``PublishingError/storage(_:)`` if the output directory cannot be written.
  public func stage(planHash: SHA256Digest, now: Int64) throws(PublishingError) -> StagedRun {
    try sweepStaging()
    return try wrappingStorageErrors { () throws(StorageError) in
      let identifier = try nextIdentifier(planHash: planHash, now: now)
      try FileSystem.makeDirectory(place(Self.runsName))
      let staged = place(Self.stagingName, "\(identifier)")
      do throws(StorageError) {
        return StagedRun(
          identifier: identifier, directory: try DurableDirectory(creatingAt: staged))
      } catch {
        try? FileSystem.removeTree(staged)
        throw error
      }
    }
  }

  /// The name that a run gets if it is staged next; the parameters are those of
  /// ``stage(planHash:now:)``.
  public func nextIdentifier(
    planHash: SHA256Digest, now: Int64
  ) throws(StorageError) -> RunIdentifier {
    let taken = try identifiers(in: Self.runsName) + identifiers(in: Self.rejectedName)
    return RunIdentifier(now: now, newest: taken.max(), planHash: planHash)
  }

  /// Publishes a staged run and points `latest` at it; returns once the device has all of it.
  ///
  /// Adds `manifest.json`, then `SHA256SUMS`, which includes the manifest, and last `_SUCCESS`,
  /// which is empty. `rows` is what is known of the files that have records, by path within the
  /// run; those that the manifest of the bundle in `model/` has are added. `threads` files are
  /// digested at a time. `statements` are files, by name, that tell the digests of all others; they
  /// are added to the run and to its manifest.
  @discardableResult
  public func publish(
    _ run: StagedRun, rows: [String: Manifest.Rows] = [:], threads: Int = 1,
    statements: (Manifest) -> [(name: String, text: String)] = { _ in [] }
  ) throws(PublishingError) -> PublishedRun {
    let rows = try rows.merging(Self.bundleRows(of: run)) { given, _ in given }
    let target = place(Self.runsName, "\(run.identifier)")
    try wrappingStorageErrors { () throws(StorageError) in
      var manifest = try Manifest(
        ofDirectory: run.path, rows: rows, map: Self.mapping(threads: threads))
      var entries = manifest.entries
      for (name, text) in statements(manifest) {
        try Self.write(text, to: PathName.joined(run.path, name))
        entries.append(
          Manifest.Entry(path: name, bytes: text.utf8.count, sha256: SHA256Digest(of: text)))
      }
      manifest = Manifest(entries: entries)
      let text = ManifestFile.text(manifest)
      try Self.write(text, to: PathName.joined(run.path, ManifestFile.name))
      let sums = Self.sumsText(manifest, manifestBytes: Array(text.utf8))
      try Self.write(sums, to: PathName.joined(run.path, Self.sumsName))
      try Self.write("", to: PathName.joined(run.path, Self.successName))
      // From here to the flip the link says that the run in `runs/` was never the latest, so that a
      // process that is killed in between leaves nothing that looks published.
      let link = try prepareLink(Self.publishingName, to: run.identifier)
      try run.directory.publish(renamingTo: target)
      try flipLatest(by: link)
    }
    return PublishedRun(
      identifier: run.identifier, path: target, isLatest: true, metrics: Self.metrics(at: target))
  }

  /// Keeps some files of a staged run that must not be published under `rejected/`, drops the
  /// others, and returns the directory; `latest` stays as it is.
  @discardableResult
  public func reject(
    _ run: StagedRun, keeping files: [String]
  ) throws(PublishingError) -> String {
    try wrappingStorageErrors { () throws(StorageError) in
      for name in try FileSystem.list(run.path) where !files.contains(name) {
        try FileSystem.removeTree(PathName.joined(run.path, name))
      }
      try FileSystem.makeDirectory(place(Self.rejectedName))
      let target = place(Self.rejectedName, "\(run.identifier)")
      try run.directory.publish(renamingTo: target)
      return target
    }
  }

  /// Drops a staged run, even one that is in `runs/` already but never became the latest.
  public func discard(_ run: StagedRun) throws(PublishingError) {
    try sweepStaging()
  }

  /// The checkpoint of a run that did not end, if it has that key.
  public func checkpoints(key: String) -> CheckpointStore {
    CheckpointStore(directory: place(Self.stateName), key: key)
  }

  // MARK: - Parts

  /// A path below the output directory.
  func place(_ names: String...) -> String {
    names.reduce(path) { PathName.joined($0, $1) }
  }

  /// Makes the link to a run in staging; it is relative, so that the output directory can be moved.
  func prepareLink(
    _ name: String, to identifier: RunIdentifier
  ) throws(StorageError) -> String {
    try FileSystem.makeDirectory(place(Self.stagingName))
    let link = place(Self.stagingName, name)
    try DurableFile.writeSymbolicLink(link, to: "\(Self.runsName)/\(identifier)")
    return link
  }

  /// Puts a link in the place of `latest` in one step: who resolves `latest` sees the old or the new
  /// run and never neither.
  func flipLatest(by link: String) throws(StorageError) {
    if let left = try latestIdentifier() {
      // From now on its age counts: see `prune`.
      try FileSystem.setChangeTime(place(Self.runsName, "\(left)"))
    }
    try DurableFile.move(link, to: place(Self.latestName))
  }

  /// Returns once the device knows where `latest` leads to, also if an earlier flip could not say so.
  public func syncLatest() throws(PublishingError) {
    try wrappingStorageErrors { () throws(StorageError) in
      try DurableFile.syncDirectory(path)
    }
  }

  /// The names of runs in one of the directories, ascending; anything else there is passed over.
  func identifiers(in directory: String) throws(StorageError) -> [RunIdentifier] {
    do throws(StorageError) {
      return try FileSystem.list(place(directory)).compactMap { RunIdentifier($0) }.sorted()
    } catch .notFound {
      return []
    }
  }

  /// Digests files by several threads.
  static func mapping(threads: Int) -> Manifest.EntryMap {
    { Parallel.map($0, threads: threads, $1) }
  }

  static func sumsText(_ manifest: Manifest, manifestBytes: [UInt8]) -> String {
    manifest.sumsText(additional: [
      Manifest.Entry(
        path: ManifestFile.name, bytes: manifestBytes.count,
        sha256: SHA256Digest(of: manifestBytes))
    ])
  }

  static func metrics(at run: String) -> JSONValue? {
    guard let bytes = try? FileSystem.readBytes(PathName.joined(run, metricsName)) else {
      return nil
    }
    return try? JSONParser.parseValue(bytes, path: metricsName)
  }

  private static func bundleRows(of run: StagedRun) throws(PublishingError) -> [String: Manifest
    .Rows]
  {
    let model = PathName.joined(run.path, modelName)
    let file = PathName.joined(model, ManifestFile.name)
    guard FileSystem.exists(file) else { return [:] }
    let bytes = try wrappingStorageErrors { () throws(StorageError) in
      try FileSystem.readBytes(file)
    }
    var rows: [String: Manifest.Rows] = [:]
    for entry in try ManifestFile.parse(bytes, owner: model).entries {
      rows[PathName.joined(modelName, entry.path)] = entry.rows.map { Manifest.Rows(count: $0) }
    }
    return rows
  }

  private static func write(_ text: String, to path: String) throws(StorageError) {
    var file = try OutputFile(path)
    try file.write(text)
    _ = try file.close(sync: false)
  }
}
