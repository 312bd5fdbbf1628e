import CStorage

/// Writes archives whose bytes depend on names and contents alone.
public enum ArchiveWriter {
  /// Packs files as a gzip-compressed tar and waits until the device has it.
  ///
  /// Members are sorted by the bytes of their names and carry no time, owner 0 and mode 0644; the
  /// gzip header has neither time nor name. The target must not exist; on failure it is removed.
  public static func writeTarGzip(
    members: [(name: String, path: String)], to target: String
  ) throws(StorageError) {
    let file = try OpenFile(target, .createNew)
    do throws(StorageError) {
      let handle = try WriteHandle(file, .tar(.gzip))
      for member in members.sorted(by: { PathName.byteOrder($0.name, $1.name) }) {
        try handle.add(member.name, contentsOf: member.path)
      }
      try handle.close()
      try file.sync()
      try file.close()
    } catch {
      try? FileSystem.removeFile(target)
      throw error
    }
  }

  /// What `write` makes, for archives that tests are to read.
  package enum Format: Sendable {
    case zip
    case encryptedZip
    case tar(Compression?)
    /// The bytes of a single member, compressed and without a name.
    case raw(Compression)

    package enum Compression: String, Sendable {
      case gzip, bzip2, xz, zstd
    }
  }

  /// What a member of `write` is.
  package enum Content: Sendable {
    case file([UInt8])
    case directory
    case symbolicLink(target: String)
    case hardLink(target: String)
    case device
  }

  /// Writes members in the order given, whatever they are and are called.
  package static func write(
    _ members: [(name: String, content: Content)], as format: Format, to target: String
  ) throws(StorageError) {
    let file = try OpenFile(target, .createNew)
    let handle = try WriteHandle(file, format)
    for member in members { try handle.add(member.name, member.content) }
    try handle.close()
    try file.close()
  }
}
