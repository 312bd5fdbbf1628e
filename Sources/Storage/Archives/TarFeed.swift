/// Hands the bytes of a source to libarchive and watches how they end.
final class TarFeed {
  private static let endMarkerLength = 1024

  private let source: any ByteSource
  private var trailingZeros = 0
  /// The error of the source, which libarchive only knows to have happened.
  private(set) var failure: StorageError?

  init(_ source: any ByteSource) {
    self.source = source
  }

  /// The next bytes for libarchive, in the manner of its callbacks: -1 is a failure.
  func supply(_ buffer: UnsafeMutablePointer<UnsafeRawPointer?>?) -> Int {
    do throws(StorageError) {
      // Safety: libarchive lends the place; the bytes stay there until the next call.
      let bytes = try unsafe next()
      unsafe buffer?.pointee = bytes.baseAddress
      return bytes.count
    } catch {
      failure = error
      return -1
    }
  }

  /// Reads on after the last member to the end of the source, and checks the archive's own end.
  ///
  /// Tar ends in at least two blocks of zeros; without them it was cut off between two members.
  func finish(path: String) throws(StorageError) {
    while try unsafe !next().isEmpty {}
    guard trailingZeros >= Self.endMarkerLength else {
      throw .damagedArchive(path: path, reason: "it ends before the end of the tar archive")
    }
  }

  private func next() throws(StorageError) -> UnsafeRawBufferPointer {
    let bytes = try unsafe source.next()
    var zeros = 0
    while zeros < min(bytes.count, Self.endMarkerLength),
      unsafe bytes[bytes.count - 1 - zeros] == 0
    {
      zeros += 1
    }
    trailingZeros = zeros == bytes.count ? trailingZeros + zeros : zeros
    return unsafe bytes
  }
}
