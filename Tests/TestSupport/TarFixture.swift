/// Tar blocks written field by field, for what no packer would write.
package enum TarFixture {
  /// A header with a right checksum.
  ///
  /// `fields` are more bytes at their places.
  package static func header(
    _ name: [UInt8], size: Int, type: Character = "0", fields: [(offset: Int, bytes: [UInt8])] = []
  ) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: 512)
    func put(_ bytes: [UInt8], at offset: Int) {
      block.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
    }
    put(Array(name.prefix(100)), at: 0)
    put(Array("0000644\0".utf8) + Array("0000000\0".utf8) + Array("0000000\0".utf8), at: 100)
    put(octal(size), at: 124)
    put(octal(0), at: 136)
    put(Array("        ".utf8), at: 148)
    put(Array("\(type)".utf8), at: 156)
    put(Array("ustar\u{0}00".utf8), at: 257)
    for field in fields { put(field.bytes, at: field.offset) }
    let sum = block.reduce(0) { $0 + Int($1) }
    let digits = String(sum, radix: 8)
    put(Array((String(repeating: "0", count: 6 - digits.count) + digits + "\0 ").utf8), at: 148)
    return block
  }

  /// A member with its bytes and the zeros that fill their last block.
  package static func member(_ name: String, _ content: [UInt8]) -> [UInt8] {
    header(Array(name.utf8), size: content.count) + padded(content)
  }

  /// The two blocks that end an archive.
  package static let end = [UInt8](repeating: 0, count: 1024)

  /// Bytes and the zeros that fill their last block.
  package static func padded(_ bytes: [UInt8]) -> [UInt8] {
    bytes + [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
  }

  /// A number of twelve bytes, in base 256 where octal digits do not do.
  package static func octal(_ number: Int) -> [UInt8] {
    let digits = String(number, radix: 8)
    guard digits.count > 11 else {
      return Array((String(repeating: "0", count: 11 - digits.count) + digits + "\0").utf8)
    }
    return [0x80, 0, 0, 0] + ZipFixture.little(number, 8).reversed()
  }
}
