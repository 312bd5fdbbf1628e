import CStorage

/// zlib's state while it undoes deflate.
@safe struct DeflatedStream: ~Copyable {
  /// What is around the deflated bytes.
  enum Wrapper {
    /// Header and trailer of gzip, both of which zlib checks.
    case gzip
    /// Nothing, as in a zip file.
    case none
  }

  private let path: String
  /// zlib keeps a pointer to the stream, which therefore must not move.
  private let stream: UnsafeMutablePointer<z_stream>

  init(path: String, _ wrapper: Wrapper) {
    self.path = path
    unsafe stream = .allocate(capacity: 1)
    // Safety: the memory is initialized before its first use and freed by `deinit` alone.
    unsafe stream.initialize(to: z_stream())
    // 15 is the largest window; 16 more ask for the wrapper of gzip, a minus for none.
    let window: Int32 = wrapper == .gzip ? 15 + 16 : -15
    let result = unsafe inflateInit2_(
      stream, window, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(result == Z_OK, "zlib could not start to inflate")
  }

  deinit {
    // Safety: initialized by `init` and freed once.
    unsafe inflateEnd(stream)
    unsafe stream.deinitialize(count: 1)
    unsafe stream.deallocate()
  }

  /// The number of bytes of the input that are not used yet.
  var unusedCount: Int { Int(unsafe stream.pointee.avail_in) }

  /// zlib may hold output back although the input is used up.
  var hasPendingOutput: Bool { unsafe stream.pointee.avail_out == 0 }

  /// The next byte of the input, or `nil` where that is used up.
  var nextByte: UInt8? {
    // Safety: `next_in` points to `avail_in` readable bytes.
    unsafe stream.pointee.avail_in > 0 ? stream.pointee.next_in?.pointee : nil
  }

  /// Lends the next input, which must stay in place until it is used up.
  mutating func supply(_ input: UnsafeRawBufferPointer) {
    // Safety: zlib only reads through the pointer, whatever its type says.
    unsafe stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
    unsafe stream.pointee.avail_in = UInt32(input.count)
  }

  /// Leaves out the next byte of the input.
  mutating func skipByte() {
    precondition(unusedCount > 0, "there is no byte to skip")
    unsafe stream.pointee.next_in = stream.pointee.next_in?.advanced(by: 1)
    unsafe stream.pointee.avail_in -= 1
  }

  /// Starts anew at the next byte of the input.
  mutating func restart() {
    unsafe inflateReset(stream)
  }

  /// Fills the output with what the input at hand gives, and says whether the data has ended.
  mutating func inflate(
    into output: UnsafeMutableRawBufferPointer
  ) throws(StorageError) -> (produced: Int, hasEnded: Bool) {
    // Safety: zlib writes at most `avail_out` bytes, which is the count of the output, and reads at
    // most `avail_in` bytes of the input that `supply` was lent.
    unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.avail_out = UInt32(output.count)
    let result = unsafe CStorage.inflate(stream, Z_NO_FLUSH)
    let produced = unsafe output.count - Int(stream.pointee.avail_out)
    switch result {
    case Z_OK, Z_BUF_ERROR: return (produced, false)
    case Z_STREAM_END: return (produced, true)
    case Z_MEM_ERROR:
      throw .ioFailure(path: path, operation: "decompress", reason: "out of memory")
    default:
      let message = unsafe stream.pointee.msg.map { unsafe String(cString: $0) }
      throw .damagedArchive(path: path, reason: message ?? "its compressed data is not valid")
    }
  }
}
