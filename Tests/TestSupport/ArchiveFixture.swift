public import Storage

/// The bytes of a small archive, to be read as they are or damaged first.
public struct ArchiveFixture: Sendable {
  /// What the archive is packed as.
  package typealias Format = ArchiveWriter.Format

  /// The bytes of the archive.
  public var bytes: [UInt8]

  /// Takes any bytes for an archive.
  public init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// A zip of text members, in the order given.
  public static func zip(
    _ members: KeyValuePairs<String, String>
  ) throws(StorageError) -> ArchiveFixture {
    try packed(members.map { ($0.key, .file(Array($0.value.utf8))) }, as: .zip)
  }

  /// A gzip-compressed tar of text members, in the order given.
  public static func tarGzip(
    _ members: KeyValuePairs<String, String>
  ) throws(StorageError) -> ArchiveFixture {
    try packed(members.map { ($0.key, .file(Array($0.value.utf8))) }, as: .tar(.gzip))
  }

  /// An archive of members of any kind, in the order given.
  package static func packed(
    _ members: [(name: String, content: ArchiveWriter.Content)], as format: Format
  ) throws(StorageError) -> ArchiveFixture {
    let directory = try TemporaryDirectory()
    let path = directory.path("archive")
    try ArchiveWriter.write(members, as: format, to: path)
    return ArchiveFixture(bytes: try FileSystem.readBytes(path))
  }

  /// The first bytes of the archive, as a broken transfer leaves them.
  public func truncated(toBytes count: Int) -> ArchiveFixture {
    ArchiveFixture(bytes: Array(bytes.prefix(count)))
  }

  /// The archive with all bits of one byte turned over.
  public func flippingByte(at offset: Int) -> ArchiveFixture {
    var flipped = self
    flipped.bytes[offset] ^= 0xff
    return flipped
  }

  /// Reads every member of the archive, as a file of the given name.
  public func readAllMembers(
    named name: String = "archive", limits: ArchiveLimits = ArchiveLimits()
  ) throws -> [String: [UInt8]] {
    let directory = try TemporaryDirectory()
    return try Self.readAllMembers(
      of: ArchiveReader(path: directory.write(bytes, to: name), limits: limits))
  }

  /// Reads every member of an archive on the disk.
  public static func readAllMembers(of reader: ArchiveReader) throws -> [String: [UInt8]] {
    var members: [String: [UInt8]] = [:]
    try reader.read(members: reader.memberNames()) { member, chunk in
      members[member, default: []] += chunk
    }
    return members
  }
}
