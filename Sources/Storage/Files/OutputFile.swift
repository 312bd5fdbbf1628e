#if _endian(big)
  #error("Numbers are written as they lie in memory, which has to be little-endian.")
#endif

/// A new file that is written from start to end, digested on the way.
///
/// One that is dropped without `close` is closed and left incomplete where it is.
public struct OutputFile: ~Copyable {
  private static let bufferSize = 1 << 16
  private static let strideSize = 1 << 18

  private let file: OpenFile
  private var buffer: [UInt8] = []
  private var hasher = SHA256Digest.Hasher()
  private var count = 0

  /// Creates a file with mode 0640; one that exists is refused.
  public init(_ path: String) throws(StorageError) {
    file = try OpenFile(path, .createNew)
    buffer.reserveCapacity(Self.bufferSize)
  }

  /// Adds bytes at the end.
  public mutating func write(_ bytes: [UInt8]) throws(StorageError) {
    guard buffer.count + bytes.count <= Self.bufferSize else { return try write(bytes.span) }
    buffer += bytes
  }

  /// Adds bytes at the end.
  public mutating func write(_ bytes: Span<UInt8>) throws(StorageError) {
    try write(numbers: bytes)
  }

  /// Adds numbers at the end as they lie in memory: each with its least significant byte first.
  public mutating func write(numbers: Span<some Numeric & BitwiseCopyable>) throws(StorageError) {
    try flush()
    // Safety: numbers have no padding, so that every byte is set.
    var rest = unsafe numbers.bytes
    while !rest.isEmpty {
      // In strides that the cache still holds when they are written after they were digested.
      let stride = rest.extracting(first: Self.strideSize)
      rest = rest.extracting(droppingFirst: stride.byteCount)
      try append(stride)
    }
  }

  /// Adds the UTF-8 bytes of a text at the end.
  public mutating func write(_ text: String) throws(StorageError) {
    if buffer.count + text.utf8.count > Self.bufferSize { try flush() }
    buffer += text.utf8
  }

  /// The digest of what was written so far.
  public mutating func digest() throws(StorageError) -> SHA256Digest {
    try flush()
    let soFar = hasher
    return soFar.finish()
  }

  /// Writes what is buffered, closes the file and returns what was written.
  ///
  /// With `sync`, the device has the bytes when this returns.
  public consuming func close(
    sync: Bool
  ) throws(StorageError) -> (bytes: Int, sha256: SHA256Digest) {
    try flush()
    if sync { try file.sync() }
    let result = (bytes: count, sha256: hasher.finish())
    try file.close()
    return result
  }

  private mutating func flush() throws(StorageError) {
    if buffer.isEmpty { return }
    var bytes: [UInt8] = []
    swap(&bytes, &buffer)
    // Safety: as above.
    try append(unsafe bytes.span.bytes)
    bytes.removeAll(keepingCapacity: true)
    buffer = bytes
  }

  private mutating func append(_ bytes: RawSpan) throws(StorageError) {
    hasher.update(bytes)
    count += bytes.byteCount
    try file.write(bytes)
  }
}
