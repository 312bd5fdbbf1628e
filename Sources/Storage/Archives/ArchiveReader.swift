/// Reads the members of an archive as streams, from the file where it is; nothing is extracted.
///
/// Zip, tar, and tar compressed by gzip, bzip2, xz or zstd are archives. A single compressed file
/// has one member, named as the file without its ending; a plain file is its own member; the
/// members of a directory are the files below it. What a file is, its bytes say and not its name.
///
/// Whatever the format has of checksums, sizes and ends is verified, so that a changed or missing
/// byte is an error or leaves all members as they are. Where a format has none, only a digest of the
/// file can tell: for the data of a plain file, a plain tar, a zstd frame or an xz block without a
/// checksum, and for whole gzip members, bzip2, xz streams or zstd frames that are missing at the
/// end of a compressed file that is no tar.
public struct ArchiveReader: Sendable {
  /// The archive, file or directory.
  public let path: String
  /// The name of the file where that matters: for its single member.
  public let name: String
  /// How much the archive may unfold to.
  public let limits: ArchiveLimits

  /// Creates a reader; the file is opened when it is read.
  ///
  /// A `name` is given where the path does not show it, as in a cache keyed by content.
  public init(path: String, name: String? = nil, limits: ArchiveLimits = ArchiveLimits()) {
    self.path = path
    self.name = name ?? PathName.lastComponent(of: path)
    self.limits = limits
  }

  /// The names of all members that are not directories, in the order of the archive.
  ///
  /// A name that occurs more than once is listed once; reading such a member is refused.
  public func memberNames() throws(StorageError) -> [String] {
    try members().map(\.name)
  }

  /// All members that are not directories, as ``memberNames()`` lists them.
  public func members() throws(StorageError) -> [ArchiveMember] {
    var members: [ArchiveMember] = []
    var seen: Set<String> = []
    try visit([]) { event in
      if case .member(let member) = event, seen.insert(member.name).inserted {
        members.append(member)
      }
      return true
    }
    return members
  }

  /// Reads the wanted members in one pass, in the order of the archive.
  ///
  /// `body` gets each member's bytes in order, a member without bytes as one empty chunk; while it
  /// uses them on this thread, another one reads ahead. Only when
  /// this returns are the bytes known to be whole: sizes, checksums and the end of the archive are
  /// verified on the way. A member that is missing, there twice, encrypted, a link or a device is an
  /// error of type `StorageError`; an error of `body` ends the pass and is thrown unchanged.
  public func read<E: Error>(
    members: [String], body: (_ member: String, _ chunk: [UInt8]) throws(E) -> Void
  ) throws {
    try ReadAhead.forEach { (handOver) throws(StorageError) in
      try visit(members) { event in
        guard case .chunk(let member, let bytes) = event else { return true }
        return handOver(ReadAhead.Piece(member: member, bytes: bytes))
      }
    } use: { (piece) throws(E) in
      try body(piece.member, piece.bytes)
    }
  }

  /// Reads a whole member into memory.
  public func readAll(member: String) throws(StorageError) -> [UInt8] {
    var bytes: [UInt8] = []
    try visit([member]) { event in
      if case .chunk(_, let chunk) = event { bytes += chunk }
      return true
    }
    return bytes
  }

  private func visit(
    _ wanted: [String], _ listener: MemberPass.Listener
  ) throws(StorageError) {
    var pass = try MemberPass(path: path, limits: limits, wanted: wanted)
    if FileSystem.isDirectory(path) {
      try pass.readDirectory(listener)
    } else {
      try readFile(&pass, listener)
    }
    try pass.finish()
  }

  private func readFile(
    _ pass: inout MemberPass, _ listener: MemberPass.Listener
  ) throws(StorageError) {
    let head = try OpenFile(path, .read).read(upTo: ArchiveKind.headLength)
    let meter = try DecompressionMeter(
      path: path, limits: limits, compressedBytes: try FileSystem.fileSize(path))
    switch ArchiveKind(head: head) {
    case .zip:
      try pass.readZip(meter: meter, listener)
    case .tar:
      try pass.readTar(FileSource(path), listener)
    case .plain:
      if isNamedAsArchive {
        throw .damagedArchive(path: path, reason: "its name says archive, its bytes do not")
      }
      let member = ArchiveMember(name: name, size: meter.compressedBytes)
      try pass.readSingle(member, from: FileSource(path), listener)
    case .unrecognised(let format):
      throw .refusedArchive(
        path: path,
        reason: "it is \(format), which is not read; repack it as zip or tar.gz")
    case .compressed(let compression):
      let source = PeekableSource(try decompressed(compression, meter))
      // Safety: the piece is only looked at here, before the source is asked for the next.
      if unsafe ArchiveKind.isTarHeader(try source.peek()) {
        try pass.readTar(source, listener)
      } else if isNamedAsTar {
        throw .damagedArchive(path: path, reason: "its name says tar, its bytes do not")
      } else {
        let member = ArchiveMember(name: nameWithout(compression.fileExtensions), size: nil)
        try pass.readSingle(member, from: source, listener)
      }
    }
  }

  private func decompressed(
    _ compression: Compression, _ meter: DecompressionMeter
  ) throws(StorageError) -> any ByteSource {
    if compression == .gzip { return try GzipSource(path, meter: meter) }
    if compression == .xz { try XzStreams.check(path, meter: meter) }
    return try FilterSource(path, compression, meter: meter)
  }

  private var isNamedAsArchive: Bool {
    isNamedAsTar || name.hasSuffix(".zip")
      || Compression.allCases.flatMap(\.fileExtensions).contains { name.hasSuffix($0) }
  }

  private var isNamedAsTar: Bool {
    let endings = [".tar", ".tgz", ".tbz2", ".txz", ".tzst"]
    return (endings + Compression.allCases.flatMap(\.fileExtensions).map { ".tar" + $0 })
      .contains { name.hasSuffix($0) }
  }

  private func nameWithout(_ endings: [String]) -> String {
    guard let ending = endings.first(where: { name.hasSuffix($0) && name != $0 }) else {
      return name
    }
    return String(name.dropLast(ending.count))
  }
}

/// What an archive says of a member.
public struct ArchiveMember: Equatable, Sendable {
  /// The full name.
  public let name: String
  /// The number of bytes, or `nil` where only reading it would tell.
  public let size: Int?
}
