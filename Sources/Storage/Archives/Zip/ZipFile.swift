/// A zip file, read by the directory at its end.
///
/// All that the directory says is checked against itself and against the headers before the members,
/// so that there is one reading of the file or none.
final class ZipFile {
  /// A member as the directory has it.
  struct Member {
    let entry: ArchiveEntry
    fileprivate let header: ZipHeader
    /// Where its bytes are.
    fileprivate let data: Range<Int>
  }

  /// More than the 640 bytes that 100,000 entries may have each, all counted.
  private static let mostDirectoryBytes = 64 << 20
  /// Deflate makes at most 258 bytes of two bits.
  private static let mostDeflation = 1032

  private let path: String
  /// The members in the order of their bytes.
  let members: [Member]

  init(_ path: String, limits: ArchiveLimits) throws(StorageError) {
    let file = try OpenFile(path, .read)
    let end = try ZipEnd(file, size: try FileSystem.fileSize(path))
    guard end.entryCount <= limits.maxEntries else { throw limits.tooManyEntries(path) }
    guard end.directory.count <= Self.mostDirectoryBytes else {
      throw .refusedArchive(
        path: path, reason: "its directory has more than \(Self.mostDirectoryBytes) bytes")
    }
    let headers = try Self.headers(file, end).sorted { $0.offset < $1.offset }
    let ends = headers.dropFirst().map(\.offset) + [end.directory.lowerBound]
    var members: [Member] = []
    members.reserveCapacity(headers.count)
    for (header, end) in zip(headers, ends) {
      members.append(try Self.member(header, file, endingBefore: end))
    }
    self.path = path
    self.members = members
  }

  /// The bytes of a member, checked against its checksum and sizes where they end.
  func source(
    _ member: Member, meter: DecompressionMeter
  ) throws(StorageError) -> any ByteSource {
    let (header, name) = (member.header, member.entry.name)
    try meter.check(declared: header.size)
    let piece = FilePiece(try OpenFile(path, .read), member.data)
    let check = ZipCheck(
      path: path, name: name, size: header.size, crc: header.crc, meter: meter)
    switch header.method {
    case 0 where header.size == header.compressedSize:
      return ZipStoredSource(piece, checkedBy: check)
    case 8 where header.size / Self.mostDeflation <= header.compressedSize:
      return ZipDeflatedSource(path, piece, checkedBy: check)
    case 0, 8:
      throw check.damage("cannot have the \(header.size) bytes it declares")
    default:
      throw .refusedArchive(
        path: path,
        reason: """
          the member "\(name)" is compressed by \(Self.methodName(header.method)), which is not \
          read; repack it as zip with deflate
          """)
    }
  }

  /// Checks a member's own header against the directory's.
  private static func member(
    _ header: ZipHeader, _ file: borrowing OpenFile, endingBefore end: Int
  ) throws(StorageError) -> Member {
    let entry = entry(header)
    let (path, name) = (file.path, entry.name)
    let overlap = StorageError.refusedArchive(
      path: path, reason: "the member \"\(name)\" overlaps another one or the directory")
    let contradiction = StorageError.damagedArchive(
      path: path, reason: "the header of the member \"\(name)\" contradicts the directory")
    guard end - header.offset >= ZipHeader.localLength else { throw overlap }
    let fixed = header.offset..<(header.offset + ZipHeader.localLength)
    guard let length = ZipHeader.lengthOfLocal(try file.read(fixed)) else { throw contradiction }
    guard end - header.offset - length >= header.compressedSize else { throw overlap }
    let start = header.offset + length
    guard let local = ZipHeader(local: try file.read(header.offset..<start)),
      local.name == header.name, local.method == header.method,
      local.isEncrypted == header.isEncrypted
    else { throw contradiction }
    // Where they stand behind the bytes, the directory has them, too, and is the one that counts.
    guard
      local.hasSizesBehind
        || (local.crc, local.size, local.compressedSize)
          == (header.crc, header.size, header.compressedSize)
    else { throw contradiction }
    guard entry.kind != .directory || header.size == 0 else {
      throw .damagedArchive(path: path, reason: "the directory \"\(name)\" has bytes")
    }
    return Member(entry: entry, header: header, data: start..<(start + header.compressedSize))
  }

  /// The entries of the directory, which must fill it.
  private static func headers(
    _ file: borrowing OpenFile, _ end: ZipEnd
  ) throws(StorageError) -> [ZipHeader] {
    let bytes = try file.read(end.directory)
    guard bytes.count == end.directory.count else {
      throw .damagedArchive(path: file.path, reason: "it ends too early")
    }
    var fields = LittleEndianFields(bytes[...])
    var headers: [ZipHeader] = []
    for _ in 0..<end.entryCount {
      guard let header = ZipHeader(central: &fields) else {
        throw .damagedArchive(path: file.path, reason: "its directory contradicts itself")
      }
      headers.append(header)
    }
    guard fields.rest.isEmpty else {
      throw .damagedArchive(path: file.path, reason: "its directory contradicts itself")
    }
    return headers
  }

  private static func entry(_ header: ZipHeader) -> ArchiveEntry {
    var name = MemberName.text(header.name)
    // Some programs on Windows write its separator, against the rules of the format.
    if header.system == 0, !name.utf8.contains(UInt8(ascii: "/")) {
      name = String(name.map { $0 == "\\" ? "/" : $0 })
    }
    return ArchiveEntry(
      name: name, kind: kind(header, name), size: header.size, isEncrypted: header.isEncrypted)
  }

  private static func kind(_ header: ZipHeader, _ name: String) -> ArchiveEntry.Kind {
    if name.utf8.last == UInt8(ascii: "/") { return .directory }
    // Only Unix and macOS leave a mode.
    guard header.system == 3 || header.system == 19 else { return .file }
    let kind = ArchiveEntry.Kind(mode: header.mode)
    // The name says that it is none, and a member must not drop out of the list by a wrong mode.
    return kind == .directory ? .special : kind
  }

  private static func methodName(_ method: Int) -> String {
    switch method {
    case 9: "Deflate64"
    case 12: "bzip2"
    case 14: "LZMA"
    case 93: "zstd"
    case 95: "xz"
    case 98: "PPMd"
    default: "method \(method)"
    }
  }
}
