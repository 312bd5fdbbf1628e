import CStorage

/// A part of a gzip member that was compressed without regard to the parts before it.
public struct GzipPiece: Sendable {
  /// The compressed bytes, which end at a whole byte.
  let bytes: [UInt8]
  /// The CRC-32 of the bytes before their compression, and the number of those.
  let crc: UInt
  let count: Int

  /// Compresses bytes; the last piece of a member also ends its data.
  public init(_ plain: [UInt8], isLast: Bool) {
    bytes = FastDeflate.compress(plain, isLast: isLast)
    count = plain.count
    // Safety: zlib reads `count` bytes of the buffer within the call.
    crc = unsafe plain.withUnsafeBufferPointer {
      unsafe crc32_z(0, $0.baseAddress, $0.count)
    }
  }
}

/// A gzip member that is put together from pieces.
struct GzipMember {
  /// What precedes the pieces: no name, the time 0, the fastest compression, and no system.
  static let header: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 0xff]

  private var crc: UInt = 0
  private var count = 0

  /// Takes account of the next piece.
  mutating func append(_ piece: GzipPiece) {
    crc = crc32_combine(crc, piece.crc, piece.count)
    count += piece.count
  }

  /// What follows the last piece: the CRC-32 and the length of what was compressed.
  var trailer: [UInt8] {
    [UInt32(truncatingIfNeeded: crc), UInt32(truncatingIfNeeded: count)].flatMap { word in
      (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
  }
}
