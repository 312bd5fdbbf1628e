import CStorage

/// A part of a gzip member that was compressed without regard to the parts before it.
public struct GzipPiece: Sendable {
  /// The compressed bytes, which end at a whole byte.
  let bytes: [UInt8]
  /// The CRC-32 of the bytes before their compression, and the number of those.
  let crc: UInt
  let count: Int

  /// Compresses bytes; the last piece of a member also ends its data.
  ///
  /// What zlib looks for are runs of one byte only: nearly all of a bundle are numbers, among which
  /// a search for longer repeats finds next to nothing and takes most of the time.
  public init(_ plain: [UInt8], isLast: Bool) {
    count = plain.count
    // Safety: zlib reads `count` bytes of the buffer within the call.
    crc = unsafe plain.withUnsafeBufferPointer {
      unsafe crc32_z(0, $0.baseAddress, $0.count)
    }
    var stream = unsafe z_stream()
    // Windows of 32 KiB; below zero, so that zlib writes neither header nor trailer.
    let started = unsafe deflateInit2_(
      &stream, 1, Z_DEFLATED, -15, 8, Z_RLE, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(started == Z_OK, "zlib could not start to deflate")
    // Room for an empty block, which brings the end of a piece to a whole byte.
    let room = unsafe Int(deflateBound(&stream, UInt(plain.count))) + 16
    precondition(room <= Int(UInt32.max), "a piece is longer than zlib can count")
    bytes = unsafe [UInt8](unsafeUninitializedCapacity: room) { output, written in
      // Safety: zlib reads the input and writes the output, each within its count; both stay in place
      // for the call, and zlib says how much of the output it has filled.
      unsafe plain.withUnsafeBufferPointer { input in
        unsafe stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        unsafe stream.avail_in = UInt32(input.count)
        unsafe stream.next_out = output.baseAddress
        unsafe stream.avail_out = UInt32(output.count)
        let result = unsafe deflate(&stream, isLast ? Z_FINISH : Z_SYNC_FLUSH)
        let (untaken, room) = unsafe (stream.avail_in, stream.avail_out)
        // With no room left there might be more to come.
        precondition(
          result == (isLast ? Z_STREAM_END : Z_OK) && untaken == 0 && room > 0,
          "zlib did not take a whole piece")
        written = output.count - Int(room)
      }
    }
    unsafe deflateEnd(&stream)
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
