import Glibc

/// Hands the bytes of a source to libarchive and watches how they end.
final class TarFeed {
  private static let endMarkerLength = 1024

  private let source: any ByteSource
  private var count = 0
  /// Where the bytes that came end but for zeros.
  private var contentEnd = 0
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
  /// Tar ends in at least two blocks of zeros; without them it was cut off between two members. After
  /// them come zeros at most; else there are members that tar does not show.
  func finish(path: String, endOfMembers: Int) throws(StorageError) {
    while try unsafe !next().isEmpty {}
    guard contentEnd <= endOfMembers else {
      throw .damagedArchive(
        path: path, reason: "it goes on after the end of the tar archive, as joined archives do")
    }
    guard count - endOfMembers >= Self.endMarkerLength else {
      throw .damagedArchive(path: path, reason: "it ends before the end of the tar archive")
    }
  }

  private func next() throws(StorageError) -> UnsafeRawBufferPointer {
    let bytes = try unsafe source.next()
    if unsafe !Self.isZero(bytes), let last = unsafe bytes.lastIndex(where: { $0 != 0 }) {
      contentEnd = count + last + 1
    }
    count += bytes.count
    return unsafe bytes
  }

  /// Whether all bytes are zeros, of which bombs are made; this is much faster than to look at each.
  private static func isZero(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let start = bytes.baseAddress, let first = unsafe bytes.first else { return true }
    // Safety: both places have `count` less one bytes. They are equal if each byte is as the next.
    return unsafe first == 0 && memcmp(start, start + 1, bytes.count - 1) == 0
  }
}

/// A tar archive, member by member.
final class TarReader {
  private let path: String
  private let feed: TarFeed
  private let handle: ReadHandle
  private let buffer = OwnedBuffer(count: 1 << 17)

  init(_ source: any ByteSource, path: String) throws(StorageError) {
    let feed = TarFeed(source)
    let handle = try ReadHandle.tar(feed, path: path)
    self.path = path
    self.feed = feed
    self.handle = handle
  }

  /// The header of the next member, or `nil` after the last.
  func nextEntry() throws(StorageError) -> ArchiveEntry? {
    try handle.nextEntry()
  }

  /// The next bytes of the current member, which stay in place until the next call; none at its end.
  func nextBytes() throws(StorageError) -> UnsafeRawBufferPointer {
    let count = try unsafe handle.readData(into: buffer.bytes)
    return unsafe UnsafeRawBufferPointer(rebasing: buffer.bytes.prefix(count))
  }

  /// Checks after the last member that the archive ends as it must.
  func finish() throws(StorageError) {
    try feed.finish(path: path, endOfMembers: handle.headerPosition)
  }

  /// The error of a member that has other than the bytes it declares.
  func damage(_ entry: ArchiveEntry, count: Int, size: Int) -> StorageError {
    .damagedArchive(
      path: path,
      reason: "the member \"\(entry.name)\" has \(count) bytes and not the \(size) it declares")
  }
}

/// The current member of a tar archive.
final class TarMemberSource: ByteSource {
  private let reader: TarReader
  private let entry: ArchiveEntry
  private var count = 0

  init(_ reader: TarReader, _ entry: ArchiveEntry) {
    self.reader = reader
    self.entry = entry
  }

  func next() throws(StorageError) -> UnsafeRawBufferPointer {
    let bytes = try unsafe reader.nextBytes()
    count += bytes.count
    if unsafe bytes.isEmpty, let size = entry.size, size != count {
      throw reader.damage(entry, count: count, size: size)
    }
    return unsafe bytes
  }
}
