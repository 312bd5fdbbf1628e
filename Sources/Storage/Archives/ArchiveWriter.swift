import CStorage

/// Writes archives whose bytes depend on names and contents alone.
public enum ArchiveWriter {
  /// Packs files as a gzip-compressed tar, closed but not synced.
  ///
  /// Members are sorted by the bytes of their names and carry no time, owner 0 and mode 0644; the
  /// gzip header has neither time nor name. The target must not exist; on failure it is removed.
  ///
  /// The tar is cut in pieces of a fixed size that are compressed each by itself, so that `map`,
  /// which makes a value of each number below a count, may call in any order and from several
  /// threads at a time. It is asked for `piecesAtATime` pieces, but at least one, and no more are
  /// held.
  public static func writeTarGzip(
    members: [(name: String, path: String)], to target: String, piecesAtATime: Int = 1,
    map: (
      _ count: Int, _ piece: @Sendable (Int) -> Result<GzipPiece, StorageError>
    ) -> [Result<GzipPiece, StorageError>] = { count, piece in (0..<count).map(piece) }
  ) throws(StorageError) {
    let file = try OpenFile(target, .createNew)
    do throws(StorageError) {
      let tar = try TarStream(
        members.sorted(by: { PathName.byteOrder($0.name, $1.name) }), pieceSize: pieceSize)
      var member = GzipMember()
      let header = GzipMember.header
      try file.write(header.span)
      let piecesAtATime = max(piecesAtATime, 1)
      for first in stride(from: 0, to: tar.pieceCount, by: piecesAtATime) {
        let count = min(piecesAtATime, tar.pieceCount - first)
        let results = map(count) { tar.compressedPiece(first + $0) }
        precondition(results.count == count, "a piece of the archive is missing")
        for result in results {
          let piece = try result.get()
          member.append(piece)
          try file.write(piece.bytes.span)
        }
      }
      try file.write(member.trailer.span)
      try file.close()
    } catch {
      try? FileSystem.removeFile(target)
      throw error
    }
  }

  private static let pieceSize = 1 << 19

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
