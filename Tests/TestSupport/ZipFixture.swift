import Storage

/// A zip file written field by field, so that any field of it can lie.
package struct ZipFixture {
  /// A member, honest until a field is changed.
  package struct Member {
    /// What the header before the bytes and the entry of the directory both have.
    package struct Header {
      package var flags = 0x800
      package var method: Int
      package var crc: Int
      package var compressedSize: Int
      package var size: Int
      package var name: [UInt8]
      package var extra: [UInt8] = []
    }

    package var local: Header
    package var central: Header
    package var data: [UInt8]
    /// What stands behind the bytes.
    package var descriptor: [UInt8] = []
    /// Where the directory says that the header is, if not where it is.
    package var offset: Int?
    /// The mode of Unix.
    package var mode = 0o100644

    /// A deflated or stored member.
    package init(_ name: String, _ content: [UInt8], isDeflated: Bool = true) {
      let gzip = Gzip.compress(content)
      // Header and trailer of gzip have 10 and 8 bytes; the trailer begins with the CRC-32.
      data = isDeflated ? Array(gzip.dropFirst(10).dropLast(8)) : content
      let crc = gzip.suffix(8).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
      local = Header(
        method: isDeflated ? 8 : 0, crc: crc, compressedSize: data.count, size: content.count,
        name: Array(name.utf8))
      central = local
    }

    /// Changes the header and the directory's entry alike.
    package mutating func both(_ change: (inout Header) -> Void) {
      change(&local)
      change(&central)
    }
  }

  package var members: [Member]
  /// What the end says, if not the truth.
  package var count: Int?
  package var disk = 0
  package var comment: [UInt8] = []
  /// Whether the end is written once more in the wide form of zip64.
  package var hasWideEnd = false

  package init(_ members: [Member]) {
    self.members = members
  }

  /// The bytes of the file.
  package var bytes: [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for member in members {
      directory += Self.central(member, offset: member.offset ?? file.count)
      file += Self.local(member.local) + member.data + member.descriptor
    }
    return file + directory + end(directoryOffset: file.count, directoryLength: directory.count)
  }

  /// The archive as other fixtures are.
  package var archive: ArchiveFixture { ArchiveFixture(bytes: bytes) }

  /// Many members of which each holds all the next ones, as in a non-recursive zip bomb: a stored
  /// block of deflate quotes the next member's header, and the last one's zeros are the data of all.
  package static func overlappingBomb(members count: Int, zeros: Int) -> [UInt8] {
    let kernel = Member("", [UInt8](repeating: 0, count: zeros))
    var file: [UInt8] = kernel.data
    var size = zeros
    var headers: [Member] = []
    for number in (0..<count).reversed() {
      var member = kernel
      member.both { header in
        header.name = Array("ratings\(number).csv".utf8)
        header.compressedSize = file.count
        header.size = size
      }
      let header = local(member.local)
      member.data = []
      // Offsets are counted from the end while the file grows at its beginning.
      member.offset = file.count + header.count
      headers.append(member)
      file = header + file
      if number > 0 {
        let length = little(header.count, 2)
        file = [0] + length + length.map { ~$0 } + file
        size += header.count
      }
    }
    let directory = headers.reversed().flatMap { member in
      central(member, offset: file.count - (member.offset ?? 0))
    }
    let fixture = ZipFixture(headers)
    return file + directory
      + fixture.end(directoryOffset: file.count, directoryLength: directory.count)
  }

  /// A number of some bytes, the lowest first.
  package static func little(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
  }

  private static func local(_ header: Member.Header) -> [UInt8] {
    [0x50, 0x4b, 3, 4] + little(20, 2) + fields(header) + little(header.name.count, 2)
      + little(header.extra.count, 2) + header.name + header.extra
  }

  private static func central(_ member: Member, offset: Int) -> [UInt8] {
    let header = member.central
    // 3 is Unix; the disk and the attributes of MS-DOS are 0.
    return [0x50, 0x4b, 1, 2, 20, 3] + little(20, 2) + fields(header)
      + little(header.name.count, 2) + little(header.extra.count, 2)
      + [UInt8](repeating: 0, count: 6) + little(member.mode << 16, 4) + little(offset, 4)
      + header.name + header.extra
  }

  private static func fields(_ header: Member.Header) -> [UInt8] {
    // The time stands between the method and the checksum.
    little(header.flags, 2) + little(header.method, 2) + little(0x21_0000, 4)
      + little(header.crc, 4) + little(header.compressedSize, 4) + little(header.size, 4)
  }

  private func end(directoryOffset: Int, directoryLength: Int) -> [UInt8] {
    let count = count ?? members.count
    var bytes: [UInt8] = []
    if hasWideEnd {
      bytes += [0x50, 0x4b, 6, 6] + Self.little(44, 8) + Self.little(45, 2) + Self.little(45, 2)
      bytes += Self.little(disk, 4) + Self.little(disk, 4)
      bytes += Self.little(count, 8) + Self.little(count, 8)
      bytes += Self.little(directoryLength, 8) + Self.little(directoryOffset, 8)
      bytes += [0x50, 0x4b, 6, 7] + Self.little(0, 4)
      bytes += Self.little(directoryOffset + directoryLength, 8) + Self.little(1, 4)
    }
    func narrow(_ number: Int, _ count: Int) -> [UInt8] {
      hasWideEnd ? [UInt8](repeating: 0xff, count: count) : Self.little(number, count)
    }
    bytes += [0x50, 0x4b, 5, 6] + Self.little(disk, 2) + Self.little(disk, 2)
    bytes += narrow(count, 2) + narrow(count, 2)
    bytes += narrow(directoryLength, 4) + narrow(directoryOffset, 4)
    return bytes + Self.little(comment.count, 2) + comment
  }
}
