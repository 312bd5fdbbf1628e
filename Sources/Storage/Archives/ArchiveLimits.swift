/// How much an archive may unfold to before it is refused.
///
/// The limits hold while bytes are decompressed, so that a bomb costs bounded time and no memory.
public struct ArchiveLimits: Equatable, Sendable {
  /// The most bytes that the file itself may have. The default is 16 GiB.
  public var maxCompressedBytes: Int = 16 << 30
  /// The most bytes that are decompressed in one pass. The default is 16 GiB.
  public var maxDecompressedBytes: Int = 16 << 30
  /// The most bytes that are decompressed for one byte of the file. The default is 250.
  ///
  /// It counts from `ratioFloor` bytes on, since a short file may well shrink more than that.
  public var maxRatio: Int = 250
  /// The most members that an archive may have. The default is 100,000.
  public var maxEntries: Int = 100_000
  /// The most bytes in the name of a member. The default is 1,024.
  public var maxPathLength: Int = 1024
  /// The number of decompressed bytes from which on `maxRatio` counts. The default is 8 MiB.
  public var ratioFloor: Int = 8 << 20

  /// Creates the default limits.
  public init() {}

  /// The error of an archive with more members than `maxEntries`.
  func tooManyEntries(_ path: String) -> StorageError {
    .refusedArchive(path: path, reason: "it has more than \(maxEntries) members")
  }
}

/// Counts the decompressed bytes of a pass against the limits.
final class DecompressionMeter {
  let path: String
  let limits: ArchiveLimits
  let compressedBytes: Int
  private(set) var count = 0

  init(path: String, limits: ArchiveLimits, compressedBytes: Int) throws(StorageError) {
    guard compressedBytes <= limits.maxCompressedBytes else {
      throw .refusedArchive(
        path: path, reason: "it has more than \(limits.maxCompressedBytes) bytes")
    }
    self.path = path
    self.limits = limits
    self.compressedBytes = compressedBytes
  }

  /// Counts bytes that were decompressed.
  func add(_ bytes: Int) throws(StorageError) {
    try check(declared: bytes)
    count += bytes
  }

  /// Checks a number of bytes that are still to be decompressed, as an archive declares it.
  func check(declared bytes: Int) throws(StorageError) {
    let (count, overflow) = count.addingReportingOverflow(bytes)
    if overflow || count > limits.maxDecompressedBytes {
      throw .refusedArchive(
        path: path, reason: "it unfolds to more than \(limits.maxDecompressedBytes) bytes")
    }
    if count > limits.ratioFloor, count / limits.maxRatio > compressedBytes {
      throw .refusedArchive(
        path: path, reason: "it unfolds to more than \(limits.maxRatio) times its size")
    }
  }
}
