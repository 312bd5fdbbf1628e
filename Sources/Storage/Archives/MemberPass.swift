/// What a pass over an archive meets.
enum MemberEvent {
  /// A member that is not a directory, wanted or not.
  case member(ArchiveMember)
  /// The next bytes of a wanted member.
  case chunk(member: String, bytes: [UInt8])
}

/// One pass over an archive: what was asked for, what was met, and the rules for both.
///
/// Every event is told to a closure, which returns false to end the pass.
struct MemberPass {
  typealias Listener = (MemberEvent) -> Bool

  private static let chunkSize = 1 << 17

  private let path: String
  private let limits: ArchiveLimits
  private let wanted: Set<String>
  private var found: Set<String> = []
  private var entryCount = 0
  private var isStopped = false

  /// Starts a pass; a wanted name that leads out of the archive is refused.
  init(path: String, limits: ArchiveLimits, wanted: [String]) throws(StorageError) {
    for member in wanted where !PathName.isContained(member) {
      throw .refusedArchive(
        path: path, reason: "the member name \"\(member)\" leads out of the archive")
    }
    self.path = path
    self.limits = limits
    self.wanted = Set(wanted)
  }

  /// Checks that all that was wanted was there.
  func finish() throws(StorageError) {
    if isStopped { return }
    if let missing = wanted.subtracting(found).min(by: PathName.byteOrder) {
      throw .memberNotFound(path: path, member: missing)
    }
  }

  mutating func readDirectory(_ listener: Listener) throws(StorageError) {
    for name in try FileSystem.listTree(path) where !isStopped {
      let file = PathName.joined(path, name)
      let member = ArchiveMember(name: name, size: try? FileSystem.fileSize(file))
      guard try accepts(member, listener) else { continue }
      let source = try FileSource(file)
      try deliver(source, as: name, listener)
    }
  }

  mutating func readSingle(
    _ member: ArchiveMember, from source: any ByteSource, _ listener: Listener
  ) throws(StorageError) {
    if try accepts(member, listener) { try deliver(source, as: member.name, listener) }
  }

  mutating func readZip(
    meter: DecompressionMeter, _ listener: Listener
  ) throws(StorageError) {
    var meter = meter
    let handle = try ReadHandle.zip(path)
    while !isStopped, let entry = try handle.nextEntry(limits: limits) {
      guard try accepts(entry, listener) else { continue }
      // Here the header at the member contradicts the directory at the end.
      if let warning = entry.warning { throw .damagedArchive(path: path, reason: warning) }
      try deliver(entry, from: handle, listener) { (count) throws(StorageError) in
        try meter.add(count)
      }
    }
  }

  mutating func readTar(
    _ source: any ByteSource, _ listener: Listener
  ) throws(StorageError) {
    let feed = TarFeed(source)
    let handle = try ReadHandle.tar(feed, path: path)
    while !isStopped, let entry = try handle.nextEntry(limits: limits) {
      if try accepts(entry, listener) {
        // The source counts what it decompresses, skipped members included.
        try deliver(entry, from: handle, listener) { _ in }
      }
    }
    if !isStopped { try feed.finish(path: path) }
  }

  /// Counts a member and says whether it is wanted, and refuses it if it then is not a plain file.
  private mutating func accepts(
    _ entry: ArchiveEntry, _ listener: Listener
  ) throws(StorageError) -> Bool {
    if entry.kind == .directory {
      try count()
      return false
    }
    let member = ArchiveMember(name: entry.name, size: entry.size)
    guard try accepts(member, listener) else { return false }
    if entry.isEncrypted {
      throw .refusedArchive(path: path, reason: "the member \"\(entry.name)\" is encrypted")
    }
    if entry.kind != .file {
      let what = entry.kind == .link ? "a link" : "not a regular file"
      throw .refusedArchive(path: path, reason: "the member \"\(entry.name)\" is \(what)")
    }
    return true
  }

  private mutating func accepts(
    _ member: ArchiveMember, _ listener: Listener
  ) throws(StorageError) -> Bool {
    try count()
    if !listener(.member(member)) { isStopped = true }
    guard !isStopped, wanted.contains(member.name) else { return false }
    guard found.insert(member.name).inserted else {
      throw .refusedArchive(path: path, reason: "it has two members named \"\(member.name)\"")
    }
    return true
  }

  private mutating func count() throws(StorageError) {
    entryCount += 1
    if entryCount > limits.maxEntries {
      throw .refusedArchive(path: path, reason: "it has more than \(limits.maxEntries) members")
    }
  }

  /// Passes on a member of an archive and checks its length.
  private mutating func deliver(
    _ entry: ArchiveEntry, from handle: borrowing ReadHandle, _ listener: Listener,
    onRead: (Int) throws(StorageError) -> Void
  ) throws(StorageError) {
    var total = 0
    while true {
      let bytes = try handle.readChunk(upTo: Self.chunkSize)
      if bytes.isEmpty { break }
      total += bytes.count
      try onRead(bytes.count)
      guard listener(.chunk(member: entry.name, bytes: bytes)) else {
        isStopped = true
        return
      }
    }
    if let size = entry.size, size != total {
      throw .damagedArchive(
        path: path,
        reason: "the member \"\(entry.name)\" has \(total) bytes and not the \(size) it declares")
    }
    if total == 0 { isStopped = !listener(.chunk(member: entry.name, bytes: [])) }
  }

  /// Passes on all bytes of a source as one member.
  private mutating func deliver(
    _ source: any ByteSource, as name: String, _ listener: Listener
  ) throws(StorageError) {
    var total = 0
    while true {
      let piece = try unsafe source.next()
      if unsafe piece.isEmpty { break }
      total += piece.count
      guard total <= limits.maxDecompressedBytes else {
        throw .refusedArchive(
          path: path, reason: "it has more than \(limits.maxDecompressedBytes) bytes")
      }
      // Safety: the piece is copied before the source is asked for the next.
      guard listener(.chunk(member: name, bytes: unsafe [UInt8](piece))) else {
        isStopped = true
        return
      }
    }
    if total == 0 { isStopped = !listener(.chunk(member: name, bytes: [])) }
  }
}
