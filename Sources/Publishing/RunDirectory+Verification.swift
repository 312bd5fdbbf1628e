import Foundation
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

  /// The manifest of a run, as it was published.
  public static func manifest(ofRun directory: String) throws(PublishingError) -> Manifest {
    let path = PathName.joined(directory, ManifestFile.name)
    guard FileSystem.exists(path) else { throw .nothingToVerify(path: directory) }
    let bytes = try wrappingStorageErrors { () throws(StorageError) in
      try FileSystem.readBytes(path)
    }
    return try ManifestFile.parse(bytes, owner: directory)
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
    // The disk sets the pace, so that no one has to ask for fewer threads.
    let threads = ProcessInfo.processInfo.activeProcessorCount
    let differences = try wrappingStorageErrors { () throws(StorageError) in
      try manifest.differences(inDirectory: directory, map: mapping(threads: threads))
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
    var differences: [Manifest.Difference] = []
    let success = PathName.joined(directory, successName)
    if !FileSystem.isRegularFile(success) {
      differences.append(.missing(path: successName))
    } else if case let bytes = try FileSystem.fileSize(success), bytes != 0 {
      differences.append(.size(path: successName, expected: 0, actual: bytes))
    }

    let sumsPath = PathName.joined(directory, sumsName)
    guard FileSystem.isRegularFile(sumsPath) else {
      return differences + [.missing(path: sumsName)]
    }
    let sums = try FileSystem.readBytes(sumsPath)
    let expected = Array(sumsText(manifest, manifestBytes: manifestBytes).utf8)
    guard sums != expected else { return differences }
    // The sums were made from the manifest: where they name another one, it is what has changed.
    let actual = SHA256Digest(of: manifestBytes)
    if let recorded = recordedManifestDigest(sums), recorded != actual {
      differences.append(.digest(path: ManifestFile.name, expected: recorded, actual: actual))
    } else {
      differences.append(
        .digest(
          path: sumsName, expected: SHA256Digest(of: expected), actual: SHA256Digest(of: sums)))
    }
    return differences
  }

  /// The digest that the line of the manifest in `SHA256SUMS` holds.
  private static func recordedManifestDigest(_ sums: [UInt8]) -> SHA256Digest? {
    for line in sums.split(separator: UInt8(ascii: "\n")) where line.count > 66 {
      let name = String(decoding: line.dropFirst(66), as: UTF8.self)
      guard name == ManifestFile.name else { continue }
      return SHA256Digest(hex: String(decoding: line.prefix(64), as: UTF8.self))
    }
    return nil
  }
}
