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
    let zip = try ZipFile(path, limits: limits)
    for member in zip.members where !isStopped {
      guard try accepts(member.entry, listener) else { continue }
      try deliver(try zip.source(member, meter: meter), as: member.entry.name, listener)
    }
  }

  mutating func readTar(
    _ source: any ByteSource, _ listener: Listener
  ) throws(StorageError) {
    let reader = try TarReader(source, path: path)
    while !isStopped, let entry = try reader.nextEntry() {
      guard try accepts(entry, listener) else { continue }
      if let warning = entry.warning { throw .damagedArchive(path: path, reason: warning) }
      // The source counts what it decompresses, skipped members included.
      try deliver(TarMemberSource(reader, entry), as: entry.name, listener)
    }
    if !isStopped { try reader.finish() }
  }

  /// Counts a member and says whether it is wanted, and refuses it if it then is not a plain file.
  private mutating func accepts(
    _ entry: ArchiveEntry, _ listener: Listener
  ) throws(StorageError) -> Bool {
    if entry.kind == .directory {
      try count(entry.name)
      return false
    }
    let member = ArchiveMember(name: entry.name, size: entry.size)
    guard try accepts(member, listener) else { return false }
    if let refusal = entry.refusal {
      throw .refusedArchive(path: path, reason: "the member \"\(entry.name)\" \(refusal)")
    }
    return true
  }

  private mutating func accepts(
    _ member: ArchiveMember, _ listener: Listener
  ) throws(StorageError) -> Bool {
    try count(member.name)
    if !listener(.member(member)) { isStopped = true }
    guard !isStopped, wanted.contains(member.name) else { return false }
    guard found.insert(member.name).inserted else {
      throw .refusedArchive(path: path, reason: "it has two members named \"\(member.name)\"")
    }
    return true
  }

  private mutating func count(_ name: String) throws(StorageError) {
    entryCount += 1
    guard entryCount <= limits.maxEntries else {
      throw limits.tooManyEntries(path)
    }
    guard name.utf8.count <= limits.maxPathLength else {
      throw .refusedArchive(
        path: path, reason: "a name is longer than \(limits.maxPathLength) bytes")
    }
  }

  /// Passes on all bytes of a source as one member.
  private mutating func deliver(
    _ source: any ByteSource, as name: String, _ listener: Listener
  ) throws(StorageError) {
    var total = 0
    while true {
      let piece = try unsafe source.next()
      if unsafe piece.isEmpty { break }
      // Safety: the piece is only looked at here, before the source is asked for the next.
      if total == 0, let format = unsafe ArchiveKind(head: piece).archiveName {
        throw .refusedArchive(
          path: path,
          reason: """
            what it holds as "\(name)" is \(format) itself, and archives in archives are not read; \
            unpack it once
            """)
      }
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
