/// The bytes of a tar archive of files, of which any part can be read at any time.
///
/// Headers and sizes are found out when the stream is made, and contents only when they are read.
struct TarStream: Sendable {
  private enum Source {
    case bytes([UInt8])
    case file(path: String, size: Int)

    var count: Int {
      switch self {
      case .bytes(let bytes): bytes.count
      case .file(_, let size): size
      }
    }
  }

  private static let blockSize = 512

  private let sources: [Source]
  /// Where each source begins, and after them the length of the archive.
  private let starts: [Int]
  private let pieceSize: Int

  /// The number of pieces that the archive is read in.
  var pieceCount: Int { (starts[sources.count] + pieceSize - 1) / pieceSize }

  /// Lays out members in the order given.
  init(
    _ members: [(name: String, path: String)], pieceSize: Int
  ) throws(StorageError) {
    var sources: [Source] = []
    for member in members {
      let size = try FileSystem.fileSize(member.path)
      let padding = (Self.blockSize - size % Self.blockSize) % Self.blockSize
      sources.append(.bytes(try WriteHandle.tarHeader(member.name, size: size)))
      sources.append(.file(path: member.path, size: size))
      sources.append(.bytes([UInt8](repeating: 0, count: padding)))
    }
    // Two blocks of zeros end an archive.
    sources.append(.bytes([UInt8](repeating: 0, count: 2 * Self.blockSize)))
    var starts = [0]
    for source in sources { starts.append(starts[starts.count - 1] + source.count) }
    self.sources = sources
    self.starts = starts
    self.pieceSize = pieceSize
  }

  /// Reads and compresses a piece.
  func compressedPiece(_ number: Int) -> Result<GzipPiece, StorageError> {
    Result { () throws(StorageError) in
      GzipPiece(try piece(number), isLast: number == pieceCount - 1)
    }
  }

  /// The bytes of a piece.
  func piece(_ number: Int) throws(StorageError) -> [UInt8] {
    let piece = (number * pieceSize)..<min((number + 1) * pieceSize, starts[sources.count])
    var bytes: [UInt8] = []
    bytes.reserveCapacity(piece.count)
    for (index, source) in sources.enumerated() {
      let range = piece.clamped(to: starts[index]..<starts[index + 1])
      if range.isEmpty { continue }
      let local = (range.lowerBound - starts[index])..<(range.upperBound - starts[index])
      switch source {
      case .bytes(let source): bytes += source[local]
      case .file(let path, let size):
        let file = try OpenFile(path, .read)
        let content = try file.read(local)
        guard content.count == local.count, try FileSystem.fileSize(path) == size else {
          throw .ioFailure(path: path, operation: "read", reason: "it changed while it was packed")
        }
        bytes += content
      }
    }
    return bytes
  }
}
