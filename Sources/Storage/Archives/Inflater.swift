/// Undoes gzip: one or more members, each with its CRC and length verified by zlib.
///
/// libarchive's own gzip filter skips the trailer without a look at it, so gzip does not pass
/// through that filter.
struct Inflater: ~Copyable {
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
  private var stream: DeflatedStream
  private var position = Position.start

  init(path: String) {
    self.path = path
    stream = DeflatedStream(path: path, .gzip)
  }

  /// Whether the input may end here: after a whole member.
  var isComplete: Bool { position == .boundary || position == .padding }

  /// Lends the next input, which must stay in place until `step` says `needsInput`.
  mutating func supply(_ input: UnsafeRawBufferPointer) {
    unsafe stream.supply(input)
  }

  /// Fills the output with what the input at hand gives.
  mutating func step(
    into output: UnsafeMutableRawBufferPointer
  ) throws(StorageError) -> Step {
    guard try startsOrContinuesMember() else { return .needsInput }
    let (produced, hasEnded) = try unsafe stream.inflate(into: output)
    if hasEnded { position = .boundary }
    if produced == 0, position == .member { return .needsInput }
    return .produced(produced)
  }

  /// Skips to the next member, if any; false if that needs more input.
  private mutating func startsOrContinuesMember() throws(StorageError) -> Bool {
    if position == .member { return stream.nextByte != nil || stream.hasPendingOutput }
    while let byte = stream.nextByte {
      if byte == 0, isComplete {
        position = .padding
        stream.skipByte()
        continue
      }
      guard position == .start || (position == .boundary && byte == 0x1f) else {
        throw .damagedArchive(path: path, reason: "it has other bytes after its compressed data")
      }
      if position == .boundary { stream.restart() }
      position = .member
      return true
    }
    return false
  }
}
