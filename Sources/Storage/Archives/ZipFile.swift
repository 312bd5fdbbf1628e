/// A zip file, read by the directory at its end.
///
/// All that the directory says is checked against itself, and against the header before a member
/// when that is read, so that there is one reading of the file or none.
final class ZipFile {
  /// A member as the directory has it.
  struct Member {
    let entry: ArchiveEntry
    fileprivate let header: ZipHeader
    /// Where the next member or the directory begins, which the member's bytes must not reach.
    fileprivate let limit: Int
  }

  /// More than the 640 bytes that 100,000 entries may have each, all counted.
  private static let mostDirectoryBytes = 64 << 20
  /// Deflate makes at most 258 bytes of two bits.
  private static let mostDeflation = 1032

  private let file: OpenFile
  /// The members in the order of their bytes.
  let members: [Member]

  private var path: String { file.path }

  init(_ path: String, limits: ArchiveLimits) throws(StorageError) {
    let file = try OpenFile(path, .read)
    let end = try ZipEnd(file, size: try FileSystem.fileSize(path))
    guard end.entryCount <= limits.maxEntries else {
      throw limits.tooManyEntries(path)
    }
    guard end.directory.count <= Self.mostDirectoryBytes else {
      throw .refusedArchive(
        path: path, reason: "its directory has more than \(Self.mostDirectoryBytes) bytes")
    }
    let headers = try Self.headers(file, end).sorted { $0.offset < $1.offset }
    var members: [Member] = []
    members.reserveCapacity(headers.count)
    var limit = end.directory.lowerBound
    for header in headers.reversed() {
      let entry = Self.entry(header)
      // The local header's extra fields are not counted; they are when the member is read.
      let room = limit - header.offset - ZipHeader.localLength - header.name.count
      guard room >= header.compressedSize else {
        throw .refusedArchive(
          path: path, reason: "the member \"\(entry.name)\" overlaps another one or the directory")
      }
      members.append(Member(entry: entry, header: header, limit: limit))
      limit = header.offset
    }
    self.file = file
    self.members = members.reversed()
  }

  /// The bytes of a member, checked against its checksum and sizes where they end.
  func source(
    _ member: Member, meter: DecompressionMeter
  ) throws(StorageError) -> any ByteSource {
    let (header, name) = (member.header, member.entry.name)
    try meter.check(declared: header.size)
    let start = try dataStart(member)
    guard member.limit - start >= header.compressedSize else {
      throw .refusedArchive(
        path: path, reason: "the member \"\(name)\" overlaps another one or the directory")
    }
    let data = start..<(start + header.compressedSize)
    switch header.method {
    case 0 where header.size == header.compressedSize:
      return ZipStoredSource(try piece(data), checkedBy: try check(member, meter))
    case 8 where header.size / Self.mostDeflation <= header.compressedSize:
      return ZipDeflatedSource(path, try piece(data), checkedBy: try check(member, meter))
    case 0, 8:
      throw .damagedArchive(
        path: path,
        reason: "the member \"\(name)\" cannot have the \(header.size) bytes it declares")
    default:
      throw .refusedArchive(
        path: path,
        reason: """
          the member "\(name)" is compressed by \(Self.methodName(header.method)), which is not \
          read; repack it as zip with deflate
          """)
    }
  }

  private func piece(_ range: Range<Int>) throws(StorageError) -> FilePiece {
    FilePiece(try OpenFile(path, .read), range)
  }

  private func check(
    _ member: Member, _ meter: DecompressionMeter
  ) throws(StorageError) -> ZipCheck {
    ZipCheck(
      path: path, name: member.entry.name, size: member.header.size, crc: member.header.crc,
      meter: meter)
  }

  /// Checks the header before the member's bytes and returns where those begin.
  private func dataStart(_ member: Member) throws(StorageError) -> Int {
    let header = member.header
    let longest = ZipHeader.localLength + 2 * 0xffff
    let bytes = try file.read(header.offset..<min(header.offset + longest, member.limit))
    var fields = LittleEndianFields(bytes[...])
    guard fields.skip(ZipHeader.localLength - 4), let nameLength = fields.number(bytes: 2),
      let extraLength = fields.number(bytes: 2)
    else { throw contradiction(member) }
    let length = ZipHeader.localLength + nameLength + extraLength
    guard let local = ZipHeader(local: Array(bytes.prefix(length))),
      local.name == header.name, local.method == header.method,
      local.isEncrypted == header.isEncrypted
    else { throw contradiction(member) }
    // Where they stand behind the bytes, the directory has them, too, and is the one that counts.
    guard
      local.hasSizesBehind
        || (local.crc, local.size, local.compressedSize)
          == (header.crc, header.size, header.compressedSize)
    else { throw contradiction(member) }
    return header.offset + length
  }

  private func contradiction(_ member: Member) -> StorageError {
    .damagedArchive(
      path: path,
      reason: "the header of the member \"\(member.entry.name)\" contradicts the directory")
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
    return ArchiveEntry.Kind(mode: header.mode)
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
