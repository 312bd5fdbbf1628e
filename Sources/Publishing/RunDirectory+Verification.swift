public import Storage

extension RunDirectory {
  /// What was verified, and what differs from its manifest.
  public struct Verification: Sendable, Equatable {
    /// The run, bundle or archive that was read.
    public let path: String
    /// The number of files that the manifest lists.
    public let fileCount: Int
    /// What differs, sorted by path; empty if every file is as it was published.
    public let differences: [Manifest.Difference]
  }

  /// Reads every file of a run, a bundle's directory, its archive, or an output directory's `latest`
  /// again and compares it with the manifest.
  ///
  /// Of a run, `SHA256SUMS` and `_SUCCESS` are compared too, and so is the manifest itself, by the
  /// sums.
  ///
  /// - Throws: ``PublishingError`` if there is no manifest or it cannot be read.
  public static func verify(_ path: String) throws(PublishingError) -> Verification {
    guard FileSystem.exists(path) else { throw .storage(.notFound(path: path)) }
    if FileSystem.isDirectory(path) {
      let directory = try resolvingLatest(path)
      let hasModel = FileSystem.isDirectory(PathName.joined(directory, modelName))
      let hasSums = FileSystem.exists(PathName.joined(directory, sumsName))
      if hasModel || hasSums { return try verifyRun(directory) }
    }
    let source: BundleSource
    do throws(PublishingError) {
      source = try BundleSource.find(path)
    } catch .noBundle {
      throw .nothingToVerify(path: path)
    }
    let manifest = try ManifestFile.parse(
      try source.readText(ManifestFile.name), owner: source.path)
    return Verification(
      path: source.path, fileCount: manifest.entries.count,
      differences: try source.compare(with: manifest).differences)
  }

  private static func verifyRun(_ directory: String) throws(PublishingError) -> Verification {
    let manifestPath = PathName.joined(directory, ManifestFile.name)
    guard FileSystem.exists(manifestPath) else {
      throw .damaged(path: directory, file: ManifestFile.name, reason: "is missing")
    }
    let bytes = try wrappingStorageErrors { () throws(StorageError) in
      try FileSystem.readBytes(manifestPath)
    }
    let manifest = try ManifestFile.parse(bytes, owner: directory)
    let differences = try wrappingStorageErrors { () throws(StorageError) in
      try manifest.differences(inDirectory: directory)
        + markDifferences(manifest, manifestBytes: bytes, directory: directory)
    }
    return Verification(
      path: directory, fileCount: manifest.entries.count,
      differences: differences.sorted { PathName.byteOrder($0.path, $1.path) })
  }

  /// What differs in the files that no manifest lists.
  private static func markDifferences(
    _ manifest: Manifest, manifestBytes: [UInt8], directory: String
  ) throws(StorageError) -> [Manifest.Difference] {
    let sums = Array(sumsText(manifest, manifestBytes: manifestBytes).utf8)
    let marks = Manifest(entries: [
      Manifest.Entry(path: sumsName, bytes: sums.count, sha256: SHA256Digest(of: sums)),
      Manifest.Entry(path: successName, bytes: 0, sha256: SHA256Digest(of: [])),
    ])
    var differences: [Manifest.Difference] = []
    for mark in marks.entries {
      let path = PathName.joined(directory, mark.path)
      guard FileSystem.isRegularFile(path) else {
        differences.append(.missing(path: mark.path))
        continue
      }
      let (bytes, sha256) = try SHA256Digest.measureFile(path)
      if bytes != mark.bytes {
        differences.append(.size(path: mark.path, expected: mark.bytes, actual: bytes))
      } else if sha256 != mark.sha256 {
        differences.append(.digest(path: mark.path, expected: mark.sha256, actual: sha256))
      }
    }
    return differences
  }
}
