import CStorage
import Glibc

/// libarchive's handle for reading, with the one function that turns its codes into errors.
@safe struct ReadHandle: ~Copyable {
  private static let blockSize = 1 << 16

  private let path: String
  private let handle: OpaquePointer
  private let file: OpenFile?
  private let feed: TarFeed?
  private let locale = CharacterLocale()

  private init(path: String, file: consuming OpenFile?, feed: TarFeed? = nil) {
    guard let handle = unsafe archive_read_new() else {
      preconditionFailure("out of memory for an archive reader")
    }
    self.path = path
    unsafe self.handle = handle
    self.file = file
    self.feed = feed
  }

  /// Opens a compressed file as one stream of bytes.
  static func filter(
    _ path: String, _ compression: Compression
  ) throws(StorageError) -> ReadHandle {
    let file = try OpenFile(path, .read)
    let descriptor = file.descriptor
    let reader = ReadHandle(path: path, file: file)
    switch compression {
    case .gzip: preconditionFailure("gzip is read by Inflater, which verifies the trailer")
    case .bzip2: unsafe archive_read_support_filter_bzip2(reader.handle)
    case .xz: unsafe archive_read_support_filter_xz(reader.handle)
    case .zstd: unsafe archive_read_support_filter_zstd(reader.handle)
    }
    unsafe archive_read_support_format_raw(reader.handle)
    // An archive without a single byte matches no format either.
    guard unsafe archive_read_open_fd(reader.handle, descriptor, blockSize) == ARCHIVE_OK else {
      throw .damagedArchive(path: path, reason: "its compressed data is empty or not valid")
    }
    // One filter beside that of the file itself.
    guard unsafe archive_filter_count(reader.handle) == 2 else {
      throw .refusedArchive(path: path, reason: "it is compressed more than once")
    }
    _ = try reader.nextEntry()
    return reader
  }

  /// Opens a tar archive whose bytes come from elsewhere.
  static func tar(_ feed: TarFeed, path: String) throws(StorageError) -> ReadHandle {
    let reader = ReadHandle(path: path, file: nil, feed: feed)
    unsafe archive_read_support_format_tar(reader.handle)
    // Safety: the context is the feed, which the reader keeps alive for every callback.
    let result = unsafe archive_read_open2(
      reader.handle, Unmanaged.passUnretained(feed).toOpaque(), nil,
      { _, context, buffer in
        guard let context = unsafe context else { return -1 }
        let feed = unsafe Unmanaged<TarFeed>.fromOpaque(context).takeUnretainedValue()
        return unsafe feed.supply(buffer)
      }, nil, nil)
    guard result == ARCHIVE_OK else { throw reader.failure() }
    return reader
  }

  deinit {
    // Safety: made by `init` and freed once; it also closes.
    unsafe archive_read_free(handle)
  }

  /// The header of the next member, or `nil` after the last.
  func nextEntry() throws(StorageError) -> ArchiveEntry? {
    var entry: OpaquePointer?
    // Safety: the entry belongs to the handle and is read before the next call on it.
    let result = locale.perform { unsafe archive_read_next_header(handle, &entry) }
    switch result {
    case ARCHIVE_OK, ARCHIVE_WARN: break
    case ARCHIVE_EOF: return nil
    default: throw failure()
    }
    guard let entry = unsafe entry else { throw failure() }
    // Safety: the name ends in a zero byte and is copied at once.
    let name = locale.perform {
      unsafe archive_entry_pathname(entry).map {
        unsafe MemberName.text(UnsafeRawBufferPointer(start: $0, count: strlen($0)))
      }
    }
    guard let name else {
      throw .damagedArchive(path: path, reason: "the name of a member cannot be read")
    }
    return unsafe ArchiveEntry(
      name: name,
      kind: Self.kind(entry),
      size: archive_entry_size_is_set(entry) != 0 ? Int(archive_entry_size(entry)) : nil,
      isEncrypted: archive_entry_is_encrypted(entry) != 0,
      warning: result == ARCHIVE_WARN ? message : nil)
  }

  /// Reads bytes of the current member and returns how many, 0 at its end.
  func readData(into buffer: UnsafeMutableRawBufferPointer) throws(StorageError) -> Int {
    // Safety: libarchive writes at most `count` bytes, which the buffer has.
    let count = unsafe archive_read_data(handle, buffer.baseAddress, buffer.count)
    guard count >= 0 else { throw failure() }
    return count
  }

  /// Where the header of the current member begins in a tar archive, or after the last its end.
  var headerPosition: Int { Int(unsafe archive_read_header_position(handle)) }

  /// Checks that a compressed file ends where its compressed data ends.
  func checkWholeFileWasRead() throws(StorageError) {
    guard unsafe archive_filter_bytes(handle, -1) == Int64(try FileSystem.fileSize(path)) else {
      throw .damagedArchive(path: path, reason: "it has other bytes after its compressed data")
    }
  }

  private static func kind(_ entry: OpaquePointer) -> ArchiveEntry.Kind {
    // Safety: the caller's entry is alive; only nullness of the links is looked at.
    if unsafe archive_entry_hardlink(entry) != nil || archive_entry_symlink(entry) != nil {
      return .link
    }
    // libarchive would make up the zeros of the holes, however many there are said to be.
    if unsafe archive_entry_sparse_count(entry) > 0 { return .sparse }
    return ArchiveEntry.Kind(mode: Int(unsafe archive_entry_filetype(entry)))
  }

  private var message: String {
    unsafe archive_error_string(handle).map { unsafe String(cString: $0) }
      ?? "its structure is not valid"
  }

  private func failure() -> StorageError {
    if let failure = feed?.failure { return failure }
    return .damagedArchive(path: path, reason: message)
  }
}
