import Storage

/// Where the files of a bundle are: in a directory, or under `model/` in an archive.
struct BundleSource {
  /// The directory or archive, which errors name.
  let path: String
  private let prefix: String

  /// The longest `config.json` or `manifest.json` that is read.
  private static let maximumTextLength = 64 << 20

  /// Finds the bundle that a path stands for: its directory, its archive, a run or an output
  /// directory, whose `latest` is resolved once.
  static func find(_ path: String) throws(PublishingError) -> BundleSource {
    guard FileSystem.exists(path) else { throw .storage(.notFound(path: path)) }
    if !FileSystem.isDirectory(path) {
      let source = BundleSource(path: path, prefix: ModelBundle.archivePrefix)
      guard try source.files().contains(ManifestFile.name) else { throw .noBundle(path: path) }
      return source
    }
    var directory = try RunDirectory.resolvingLatest(path)
    let model = PathName.joined(directory, RunDirectory.modelName)
    if FileSystem.isDirectory(model) { directory = model }
    let source = BundleSource(path: directory, prefix: "")
    guard source.hasFile(ManifestFile.name) || source.hasFile(BundleFile.configuration) else {
      throw .noBundle(path: path)
    }
    return source
  }

  /// The names of all files; those of an archive that lie outside its `model/` start with `/`.
  func files() throws(PublishingError) -> [String] {
    let members = try wrappingStorageErrors { () throws(StorageError) in
      try ArchiveReader(path: path).memberNames()
    }
    return members.map { member in
      member.utf8.starts(with: prefix.utf8)
        ? String(decoding: member.utf8.dropFirst(prefix.utf8.count), as: UTF8.self) : "/" + member
    }
  }

  /// Reads a file that is small unless it is damaged.
  func readText(_ file: String) throws(PublishingError) -> [UInt8] {
    guard try files().contains(file) else {
      throw .damaged(path: path, file: file, reason: "is missing")
    }
    var bytes: [UInt8] = []
    try visit([file]) { _, chunk in
      if bytes.count <= Self.maximumTextLength { bytes += chunk }
    }
    guard bytes.count <= Self.maximumTextLength else {
      throw .damaged(path: path, file: file, reason: "is over \(Self.maximumTextLength) bytes")
    }
    return bytes
  }

  /// Compares all files with a manifest; returns what differs, sorted by path, and the bytes of
  /// those files that are wanted and do not differ.
  func compare(
    with manifest: Manifest, keeping wanted: Set<String> = []
  ) throws(PublishingError) -> (differences: [Manifest.Difference], contents: [String: [UInt8]]) {
    var differences: [Manifest.Difference] = []
    let found = try files()
    let listed = Set(manifest.entries.map(\.path))
    for file in found where !listed.contains(file) && file != ManifestFile.name {
      differences.append(.unlisted(path: file))
    }
    let present = Set(found)
    let entries = manifest.entries.filter { entry in
      if present.contains(entry.path) { return true }
      differences.append(.missing(path: entry.path))
      return false
    }

    var measures: [String: (bytes: Int, hasher: SHA256Digest.Hasher)] = [:]
    var contents: [String: [UInt8]] = [:]
    let sizes = Dictionary(uniqueKeysWithValues: entries.map { ($0.path, $0.bytes) })
    try visit(entries.map(\.path)) { file, chunk in
      measures[file, default: (0, SHA256Digest.Hasher())].bytes += chunk.count
      measures[file]?.hasher.update(chunk)
      // What is longer than declared differs anyway and need not be held.
      if wanted.contains(file), measures[file]?.bytes ?? 0 <= sizes[file] ?? 0 {
        contents[file, default: []] += chunk
      }
    }
    for entry in entries {
      let measure = measures[entry.path] ?? (0, SHA256Digest.Hasher())
      let sha256 = measure.hasher.finish()
      if measure.bytes != entry.bytes {
        differences.append(
          .size(path: entry.path, expected: entry.bytes, actual: measure.bytes))
      } else if sha256 != entry.sha256 {
        differences.append(.digest(path: entry.path, expected: entry.sha256, actual: sha256))
      }
    }
    differences.sort { PathName.byteOrder($0.path, $1.path) }
    return (differences, contents)
  }

  private func hasFile(_ name: String) -> Bool {
    FileSystem.exists(PathName.joined(path, name))
  }

  private func visit(
    _ files: [String], _ body: (_ file: String, _ chunk: [UInt8]) -> Void
  ) throws(PublishingError) {
    do {
      try ArchiveReader(path: path).read(members: files.map { prefix + $0 }) { member, chunk in
        body(String(decoding: member.utf8.dropFirst(prefix.utf8.count), as: UTF8.self), chunk)
      }
    } catch let error as StorageError {
      throw .storage(error)
    } catch {
      preconditionFailure("an archive failed with an error that it does not declare")
    }
  }
}
