import Ratings
import Recommenders
import Storage

extension ModelBundle {
  /// Writes the bundle's files into a directory, which is made if it is missing and must not have
  /// them yet, and returns their version.
  ///
  /// The files are closed but not synced; whoever publishes the directory syncs it as a whole.
  @discardableResult
  public func write(to directory: String) throws(PublishingError) -> BundleVersion {
    try wrappingStorageErrors { () throws(StorageError) in try writeFiles(to: directory) }
  }

  /// Packs a bundle's directory as `model-<name>-<version>.tar.gz` and returns the file's name.
  ///
  /// The members lie under `model/`. The archive's bytes depend on the bundle's alone. Of the job's
  /// name, characters other than ASCII letters, digits, `.`, `_` and `-` become `-`.
  public static func pack(
    _ directory: String, version: BundleVersion, jobName: String, into target: String
  ) throws(PublishingError) -> String {
    let name = packedName(jobName: jobName, version: version)
    try wrappingStorageErrors { () throws(StorageError) in
      let members = try FileSystem.listTree(directory).map {
        (name: archivePrefix + $0, path: PathName.joined(directory, $0))
      }
      try ArchiveWriter.writeTarGzip(members: members, to: PathName.joined(target, name))
    }
    return name
  }

  /// The name of a packed bundle.
  public static func packedName(jobName: String, version: BundleVersion) -> String {
    let safe = jobName.unicodeScalars.map { scalar -> String in
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-": String(scalar)
      default: "-"
      }
    }
    return "model-\(safe.joined())-\(version.short).tar.gz"
  }

  /// What precedes the names of a bundle's files in its archive.
  static let archivePrefix = "model/"

  private func writeFiles(to directory: String) throws(StorageError) -> BundleVersion {
    try FileSystem.makeDirectory(directory)
    func path(_ file: String) -> String { PathName.joined(directory, file) }
    try write(configuration.json, to: path(BundleFile.configuration))
    try Safetensors.write(
      model.tensors.map { SafetensorsTensor($0.name, shape: $0.shape, .float32($0.values)) },
      to: path(BundleFile.model))
    try Safetensors.write(seenTensors, to: path(BundleFile.seen))
    try write(UserTable.bytes(self), to: path(BundleFile.users))
    try write(ItemTable.bytes(self), to: path(BundleFile.items))
    try write(metrics, to: path(BundleFile.metrics))
    try write(resultPlan, to: path(BundleFile.plan))

    let rows = [BundleFile.users: users.count, BundleFile.items: items.count]
    guard let version = BundleVersion(manifest: try Manifest(ofDirectory: directory)) else {
      preconditionFailure("a bundle was written without one of its files")
    }
    let card = ModelCard(bundle: self, version: version).text
    try write(Array(card.utf8), to: path(BundleFile.card))
    let manifest = try Manifest(ofDirectory: directory, rows: rows)
    try write(Array(ManifestFile.text(manifest).utf8), to: path(ManifestFile.name))
    return version
  }

  private var seenTensors: [SafetensorsTensor] {
    [
      SafetensorsTensor(
        SeenTensor.starts, shape: [seen.indptr.count], .int64(seen.indptr.map { Int64($0) })),
      SafetensorsTensor(
        SeenTensor.items, shape: [seen.indices.count],
        .int32(seen.indices.map { Int32(bitPattern: $0.rawValue) })),
      SafetensorsTensor(SeenTensor.ratings, shape: [seenRatings.count], .float32(seenRatings)),
    ]
  }

  private func write(_ value: JSONValue, to path: String) throws(StorageError) {
    try write(Array(value.prettyText().utf8), to: path)
  }

  private func write(_ bytes: [UInt8], to path: String) throws(StorageError) {
    var file = try OutputFile(path)
    try file.write(bytes)
    _ = try file.close(sync: false)
  }
}

/// The names of the tensors of `seen.safetensors`: the items of user *u* are
/// `indices[indptr[u] ..< indptr[u + 1]]`, and `ratings` is aligned with them.
enum SeenTensor {
  static let starts = "indptr"
  static let items = "indices"
  static let ratings = "ratings"
}
