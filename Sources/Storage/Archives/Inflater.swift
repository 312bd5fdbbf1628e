import CStorage

/// Undoes gzip: one or more members, each with its CRC and length verified by zlib.
///
/// libarchive's own gzip filter skips the trailer without a look at it, so gzip does not pass
/// through that filter.
@safe struct Inflater: ~Copyable {
  private enum Position {
    case start, member, boundary, padding
  }

  /// What one step did.
  enum Step {
    /// So many bytes were put into the output.
    case produced(Int)
    /// The input is used up.
    case needsInput
  }

  private let path: String
  /// zlib keeps a pointer to the stream, which therefore must not move.
  private let stream: UnsafeMutablePointer<z_stream>
  private var position = Position.start

  init(path: String) {
    self.path = path
    unsafe stream = .allocate(capacity: 1)
    // Safety: the memory is initialized before its first use and freed by `deinit` alone.
    unsafe stream.initialize(to: z_stream())
    // 15 is the largest window, 16 asks for the gzip wrapper.
    let result = unsafe inflateInit2_(
      stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(result == Z_OK, "zlib could not start to inflate")
  }

  deinit {
    // Safety: initialized by `init` and freed once.
    unsafe inflateEnd(stream)
    unsafe stream.deinitialize(count: 1)
    unsafe stream.deallocate()
  }

  /// Whether the input may end here: after a whole member.
  var isComplete: Bool { position == .boundary || position == .padding }

  /// Lends the next input, which must stay in place until `step` says `needsInput`.
  mutating func supply(_ input: UnsafeRawBufferPointer) {
    // Safety: zlib only reads through the pointer, whatever its type says.
    unsafe stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
    unsafe stream.pointee.avail_in = UInt32(input.count)
  }

  /// Fills the output with what the input at hand gives.
  mutating func step(
    into output: UnsafeMutableRawBufferPointer
  ) throws(StorageError) -> Step {
    guard try startsOrContinuesMember() else { return .needsInput }
    // Safety: zlib writes at most `avail_out` bytes, which is the count of the output, and reads at
    // most `avail_in` bytes of the input that `supply` was lent.
    unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.avail_out = UInt32(output.count)
    let result = unsafe inflate(stream, Z_NO_FLUSH)
    let produced = unsafe output.count - Int(stream.pointee.avail_out)
    switch result {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END: position = .boundary
    case Z_MEM_ERROR:
      throw .ioFailure(path: path, operation: "decompress", reason: "out of memory")
    default:
      let message = unsafe stream.pointee.msg.map { unsafe String(cString: $0) }
      throw .damagedArchive(path: path, reason: message ?? "its compressed data is not valid")
    }
    if produced == 0, position == .member { return .needsInput }
    return .produced(produced)
  }

  /// Skips to the next member, if any; false if that needs more input.
  private mutating func startsOrContinuesMember() throws(StorageError) -> Bool {
    if position == .member { return unsafe stream.pointee.avail_in > 0 || hasPendingOutput }
    // Safety: `next_in` points to `avail_in` readable bytes.
    while unsafe stream.pointee.avail_in > 0, let next = unsafe stream.pointee.next_in {
      let byte = unsafe next.pointee
      if byte == 0, isComplete {
        position = .padding
        unsafe stream.pointee.next_in = next.advanced(by: 1)
        unsafe stream.pointee.avail_in -= 1
        continue
      }
      guard position == .start || (position == .boundary && byte == 0x1f) else {
        throw .damagedArchive(path: path, reason: "it has other bytes after its compressed data")
      }
      if position == .boundary { unsafe inflateReset(stream) }
      position = .member
      return true
    }
    return false
  }

  /// zlib may hold output back although the input is used up.
  private var hasPendingOutput: Bool { unsafe stream.pointee.avail_out == 0 }
}
