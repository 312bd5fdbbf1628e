import CStorage

/// libarchive's handle for writing into an open file.
@safe struct WriteHandle: ~Copyable {
  private let path: String
  private let handle: OpaquePointer
  private let locale = CharacterLocale()

  /// Starts an archive in a file, which must stay open until `close`.
  init(
    _ file: borrowing OpenFile, _ format: ArchiveWriter.Format
  ) throws(StorageError) {
    self.init(path: file.path)
    switch format {
    case .zip:
      try check(unsafe archive_write_set_format_zip(handle))
    case .encryptedZip:
      try check(unsafe archive_write_set_format_zip(handle))
      try check(unsafe archive_write_set_options(handle, "zip:encryption=zipcrypt"))
      try check(unsafe archive_write_set_passphrase(handle, "secret"))
    case .tar(let compression):
      // Plain ustar wherever that can say it all.
      try check(unsafe archive_write_set_format_pax_restricted(handle))
      if let compression { try add(compression) }
    case .raw(let compression):
      try check(unsafe archive_write_set_format_raw(handle))
      try add(compression)
    }
    // No filler after the last block, which is otherwise the habit of tapes.
    try check(unsafe archive_write_set_bytes_in_last_block(handle, 1))
    try check(unsafe archive_write_open_fd(handle, file.descriptor))
  }

  /// Names the file that errors are about.
  private init(path: String) {
    guard let handle = unsafe archive_write_new() else {
      preconditionFailure("out of memory for an archive writer")
    }
    self.path = path
    unsafe self.handle = handle
  }

  deinit {
    // Safety: made by `init` and freed once.
    unsafe archive_write_free(handle)
  }

  /// The blocks that precede a file's content in a tar archive.
  static func tarHeader(_ name: String, size: Int) throws(StorageError) -> [UInt8] {
    // A path has at most 4,096 bytes.
    let memory = OwnedBuffer(count: 1 << 15)
    let used = OwnedBuffer(count: MemoryLayout<Int>.stride)
    let usedCount = unsafe used.bytes.bindMemory(to: Int.self)
    let handle = WriteHandle(path: name)
    try handle.check(unsafe archive_write_set_format_pax_restricted(handle.handle))
    // What is written goes to the memory at once instead of waiting for a block to be full.
    try handle.check(unsafe archive_write_set_bytes_per_block(handle.handle, 0))
    // Safety: libarchive writes at most `count` bytes, and the number of those to `used`, both of
    // which live until the handle was told to write no more.
    try handle.check(
      unsafe archive_write_open_memory(
        handle.handle, memory.bytes.baseAddress, memory.bytes.count, usedCount.baseAddress))
    defer { unsafe archive_write_fail(handle.handle) }
    try handle.writeHeader(name, .file([]), size: size)
    return unsafe [UInt8](memory.bytes.prefix(usedCount[0]))
  }

  /// Adds a member from memory.
  func add(_ name: String, _ content: ArchiveWriter.Content) throws(StorageError) {
    guard case .file(let bytes) = content else { return try writeHeader(name, content, size: 0) }
    try writeHeader(name, content, size: bytes.count)
    try writeData(bytes.span)
    try check(unsafe archive_write_finish_entry(handle))
  }

  /// Starts a member whose size shows only when it ends.
  func begin(_ name: String) throws(StorageError) {
    try writeHeader(name, .file([]), size: nil)
  }

  /// Adds bytes to the member that was started.
  func append(_ bytes: Span<UInt8>) throws(StorageError) {
    try writeData(bytes)
  }

  /// Ends the member that was started.
  func end() throws(StorageError) {
    try check(unsafe archive_write_finish_entry(handle))
  }

  /// Writes the end of the archive.
  consuming func close() throws(StorageError) {
    try check(unsafe archive_write_close(handle))
  }

  private func add(_ compression: ArchiveWriter.Format.Compression) throws(StorageError) {
    try check(unsafe archive_write_add_filter_by_name(handle, compression.rawValue))
    if compression == .gzip {
      // The lowest level: what is packed is mostly trained weights, which no level makes smaller.
      try check(
        unsafe archive_write_set_options(handle, "gzip:!timestamp,gzip:compression-level=1"))
    }
  }

  private func writeHeader(
    _ name: String, _ content: ArchiveWriter.Content, size: Int?
  ) throws(StorageError) {
    // Safety: the entry is made and freed here; the strings are copied into it.
    guard let entry = unsafe archive_entry_new() else {
      preconditionFailure("out of memory for a member of an archive")
    }
    defer { unsafe archive_entry_free(entry) }
    let result = locale.perform {
      unsafe archive_entry_copy_pathname(entry, name)
      // AE_IFREG, AE_IFDIR, AE_IFLNK and AE_IFCHR of <archive_entry.h>, which Swift cannot import.
      switch content {
      case .file, .hardLink: unsafe archive_entry_set_filetype(entry, 0o100000)
      case .directory: unsafe archive_entry_set_filetype(entry, 0o040000)
      case .symbolicLink: unsafe archive_entry_set_filetype(entry, 0o120000)
      case .device: unsafe archive_entry_set_filetype(entry, 0o020000)
      }
      if case .symbolicLink(let target) = content {
        unsafe archive_entry_copy_symlink(entry, target)
      }
      if case .hardLink(let target) = content {
        unsafe archive_entry_copy_hardlink(entry, target)
      }
      unsafe archive_entry_set_perm(entry, 0o644)
      unsafe archive_entry_set_mtime(entry, 0, 0)
      unsafe archive_entry_set_uid(entry, 0)
      unsafe archive_entry_set_gid(entry, 0)
      if let size { unsafe archive_entry_set_size(entry, Int64(size)) }
      return unsafe archive_write_header(handle, entry)
    }
    try check(result)
  }

  private func writeData(_ bytes: Span<UInt8>) throws(StorageError) {
    var rest = bytes
    while !rest.isEmpty {
      // Safety: libarchive reads at most `count` bytes, within the call.
      let written = unsafe rest.withUnsafeBytes {
        unsafe archive_write_data(handle, $0.baseAddress, $0.count)
      }
      guard written > 0 else { throw failure() }
      rest = rest.extracting(droppingFirst: written)
    }
  }

  private func check(_ result: Int32) throws(StorageError) {
    guard result == ARCHIVE_OK else { throw failure() }
  }

  private func failure() -> StorageError {
    // libarchive's own codes are negative; a positive one is the system's.
    let code = unsafe archive_errno(handle)
    if code > 0 { return StorageError(errno: code, path: path, operation: .write) }
    let message = unsafe archive_error_string(handle).map { unsafe String(cString: $0) }
    return .ioFailure(path: path, operation: "pack", reason: message ?? "unknown error")
  }
}
