import Kernels
import Ratings
import Recommenders
import Storage

extension ModelBundle {
  /// Writes the bundle's files into a directory, which is made if it is missing and must not have
  /// them yet, and returns their version.
  ///
  /// The files are closed but not synced; whoever publishes the directory syncs it as a whole.
  /// Each is digested while it is written and not read again. `threads` files are written at a
  /// time; that has no influence on their bytes.
  @discardableResult
  public func write(
    to directory: String, threads: Int = 1
  ) throws(PublishingError) -> BundleVersion {
    try wrappingStorageErrors { () throws(StorageError) in
      try writeFiles(to: directory, threads: threads)
    }
  }

  /// Packs a bundle's directory as `model-<name>-<version>.tar.gz` and returns the file's name.
  ///
  /// The members lie under `model/`. The archive's bytes depend on the bundle's alone and not on
  /// `threads`; like the bundle's files it is closed but not synced. Of the job's name, characters
  /// other than ASCII letters, digits, `.`, `_` and `-` become `-`.
  public static func pack(
    _ directory: String, version: BundleVersion, jobName: String, into target: String,
    threads: Int = 1
  ) throws(PublishingError) -> String {
    let name = packedName(jobName: jobName, version: version)
    try wrappingStorageErrors { () throws(StorageError) in
      let members = try FileSystem.listTree(directory).map {
        (name: archivePrefix + $0, path: PathName.joined(directory, $0))
      }
      try ArchiveWriter.writeTarGzip(
        members: members, to: PathName.joined(target, name), piecesAtATime: 4 * max(threads, 1)
      ) { Parallel.map($0, threads: threads, $1) }
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

  private func writeFiles(
    to directory: String, threads: Int
  ) throws(StorageError) -> BundleVersion {
    try FileSystem.makeDirectory(directory)
    // The largest first, so that no thread is left with it at the end.
    let names = [
      BundleFile.seen, BundleFile.model, BundleFile.items, BundleFile.users,
      BundleFile.configuration, BundleFile.metrics, BundleFile.plan,
    ]
    let written = Parallel.map(names.count, threads: threads) { number in
      Result { () throws(StorageError) in try write(names[number], in: directory) }
    }
    var entries: [Manifest.Entry] = []
    for result in written { entries.append(try result.get()) }
    guard let version = BundleVersion(manifest: Manifest(entries: entries)) else {
      preconditionFailure("a bundle was written without one of its files")
    }
    let card = ModelCard(bundle: self, version: version).text
    entries.append(try write(Array(card.utf8), to: BundleFile.card, in: directory))
    let manifest = ManifestFile.text(Manifest(entries: entries))
    _ = try write(Array(manifest.utf8), to: ManifestFile.name, in: directory)
    return version
  }

  /// Writes one of the files that hold the bundle's content.
  private func write(
    _ name: String, in directory: String
  ) throws(StorageError) -> Manifest.Entry {
    switch name {
    case BundleFile.model:
      var tensors = model.tensors.map {
        SafetensorsTensor($0.name, shape: $0.shape, .float32($0.values))
      }
      tensors += (blend?.model.tensors ?? []).map {
        SafetensorsTensor(
          BlendConfiguration.tensorPrefix + $0.name, shape: $0.shape, .float32($0.values))
      }
      return try write(tensors, to: name, in: directory)
    case BundleFile.seen:
      return try write(seenTensors, to: name, in: directory)
    case BundleFile.users:
      return try write(UserTable.bytes(self), to: name, in: directory, rows: users.count)
    case BundleFile.items:
      return try write(ItemTable.bytes(self), to: name, in: directory, rows: items.count)
    case BundleFile.configuration:
      return try write(Array(configuration.json.prettyText().utf8), to: name, in: directory)
    case BundleFile.metrics:
      return try write(Array(metrics.prettyText().utf8), to: name, in: directory)
    case BundleFile.plan:
      return try write(Array(resultPlan.prettyText().utf8), to: name, in: directory)
    default:
      preconditionFailure("a bundle has no content for \(name)")
    }
  }

  private var seenTensors: [SafetensorsTensor] {
    let count = ratings.items.count
    let untrained = untrainedPlaces.map {
      SafetensorsTensor(SeenTensor.untrained, shape: [$0.count], .int32($0))
    }
    return [
      SafetensorsTensor(
        SeenTensor.starts, shape: [ratings.starts.count],
        .int64(ratings.starts.map { Int64($0) })),
      SafetensorsTensor(SeenTensor.items, shape: [count], .items(ratings.items)),
      SafetensorsTensor(SeenTensor.ratings, shape: [count], .float32(ratings.values)),
    ] + [untrained].compactMap(\.self)
  }

  private func write(
    _ tensors: [SafetensorsTensor], to name: String, in directory: String
  ) throws(StorageError) -> Manifest.Entry {
    let (bytes, sha256) = try Safetensors.write(tensors, to: PathName.joined(directory, name))
    return Manifest.Entry(path: name, bytes: bytes, sha256: sha256)
  }

  private func write(
    _ bytes: [UInt8], to name: String, in directory: String, rows: Int? = nil
  ) throws(StorageError) -> Manifest.Entry {
    var file = try OutputFile(PathName.joined(directory, name))
    try file.write(bytes)
    let (count, sha256) = try file.close(sync: false)
    return Manifest.Entry(path: name, bytes: count, sha256: sha256, rows: rows)
  }
}

/// The names of the tensors of `seen.safetensors`: the items of user *u* are
/// `indices[indptr[u] ..< indptr[u + 1]]`, and `ratings` is aligned with them.
enum SeenTensor {
  static let starts = "indptr"
  static let items = "indices"
  static let ratings = "ratings"
  /// The places in `indices` of what the model was not trained with; older bundles lack it.
  static let untrained = "untrained"
}
