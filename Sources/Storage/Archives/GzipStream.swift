import CStorage

/// Compresses bytes as they come into one gzip member without time and name.
///
/// The output depends on the bytes and the version of zlib alone.
@safe public struct GzipCompressor: ~Copyable {
  private let stream: UnsafeMutablePointer<z_stream>
  private let buffer = OwnedBuffer(count: 1 << 16)

  /// Starts a member.
  public init() {
    unsafe stream = .allocate(capacity: 1)
    // Safety: the memory is initialized before its first use and freed by `deinit` alone.
    unsafe stream.initialize(to: z_stream())
    // 15 is the largest window, 16 asks for the gzip wrapper; zlib then writes the time 0.
    let result = unsafe deflateInit2_(
      stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    precondition(result == Z_OK, "zlib could not start to deflate")
  }

  deinit {
    // Safety: initialized by `init` and freed once.
    unsafe deflateEnd(stream)
    unsafe stream.deinitialize(count: 1)
    unsafe stream.deallocate()
  }

  /// Takes bytes and returns what is compressed so far, often nothing.
  public mutating func compress(_ bytes: [UInt8]) -> [UInt8] {
    compress(bytes.span)
  }

  /// Takes bytes and returns what is compressed so far, often nothing.
  public mutating func compress(_ bytes: Span<UInt8>) -> [UInt8] {
    var output: [UInt8] = []
    // zlib counts in 32 bits.
    var rest = bytes
    while !rest.isEmpty {
      let piece = rest.extracting(first: 1 << 30)
      rest = rest.extracting(droppingFirst: piece.count)
      // Safety: the input is used within the call only, since all of it is consumed.
      unsafe piece.withUnsafeBytes { unsafe run($0, Z_NO_FLUSH, appendingTo: &output) }
    }
    return output
  }

  /// Ends the member and returns the rest of its bytes.
  public consuming func finish() -> [UInt8] {
    var output: [UInt8] = []
    unsafe run(UnsafeRawBufferPointer(start: nil, count: 0), Z_FINISH, appendingTo: &output)
    return output
  }

  private mutating func run(
    _ input: UnsafeRawBufferPointer, _ flush: Int32, appendingTo output: inout [UInt8]
  ) {
    // Safety: zlib only reads `avail_in` bytes of the input and writes at most `avail_out` bytes,
    // the count of the buffer.
    unsafe stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
    unsafe stream.pointee.avail_in = UInt32(input.count)
    repeat {
      unsafe stream.pointee.next_out = buffer.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
      unsafe stream.pointee.avail_out = UInt32(buffer.bytes.count)
      let result = unsafe deflate(stream, flush)
      precondition(result != Z_STREAM_ERROR, "zlib lost its state")
      let produced = unsafe buffer.bytes.count - Int(stream.pointee.avail_out)
      unsafe output.append(contentsOf: buffer.bytes.prefix(produced))
    } while unsafe stream.pointee.avail_out == 0
  }
}

/// Whole gzip texts in memory.
public enum Gzip {
  /// Compresses bytes into one gzip member without time and name.
  public static func compress(_ bytes: [UInt8]) -> [UInt8] {
    var compressor = GzipCompressor()
    let start = compressor.compress(bytes)
    return start + compressor.finish()
  }

  /// Decompresses bytes and verifies their CRC and length.
  ///
  /// More than `limit` bytes are refused; `path` names the bytes in errors.
  public static func decompress(
    _ bytes: [UInt8], limit: Int, path: String = "gzip data"
  ) throws(StorageError) -> [UInt8] {
    var inflater = Inflater(path: path)
    let buffer = OwnedBuffer(count: 1 << 16)
    var output: [UInt8] = []
    // Safety: the input stays in place while the inflater reads it, that is within this call.
    try unsafe bytes.span.withUnsafeBytes { (input) throws(StorageError) in
      unsafe inflater.supply(input)
      while case .produced(let count) = try unsafe inflater.step(into: buffer.bytes) {
        guard count <= limit - output.count else {
          throw .refusedArchive(path: path, reason: "it unfolds to more than \(limit) bytes")
        }
        unsafe output.append(contentsOf: buffer.bytes.prefix(count))
      }
    }
    guard inflater.isComplete else {
      throw .damagedArchive(path: path, reason: "it ends too early")
    }
    return output
  }
}
