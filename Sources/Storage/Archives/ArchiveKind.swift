/// The compressions that a file may have, each the name of a filter.
enum Compression: String, CaseIterable {
  case gzip, bzip2, xz, zstd

  /// The endings of file names that stand for the compression alone.
  var fileExtensions: [String] {
    switch self {
    case .gzip: [".gz"]
    case .bzip2: [".bz2"]
    case .xz: [".xz"]
    case .zstd: [".zst", ".zstd"]
    }
  }
}

/// What a file is, by its first bytes; names do not count.
enum ArchiveKind: Equatable {
  case zip
  case compressed(Compression)
  case tar
  case plain
  case unrecognised(String)

  /// How many bytes `init` wants to see.
  static let headLength = 32_774

  init(head: some RandomAccessCollection<UInt8>) {
    let bytes = Array(head.prefix(Self.headLength))
    if let kind = Self.signatures.first(where: { bytes.starts(with: $0.bytes) })?.kind {
      self = kind
    } else if Self.isTarHeader(bytes) {
      self = .tar
    } else if bytes.dropFirst(32_769).prefix(5).elementsEqual("CD001".utf8) {
      self = .unrecognised("ISO 9660")
    } else {
      self = .plain
    }
  }

  private static let signatures: [(bytes: [UInt8], kind: ArchiveKind)] = [
    ([0x50, 0x4b, 3, 4], .zip),
    ([0x50, 0x4b, 5, 6], .zip),
    ([0x1f, 0x8b], .compressed(.gzip)),
    (Array("BZh".utf8), .compressed(.bzip2)),
    ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], .compressed(.xz)),
    ([0x28, 0xb5, 0x2f, 0xfd], .compressed(.zstd)),
    ([0x50, 0x4b, 7, 8], .unrecognised("a split zip")),
    (Array("Rar!\u{1a}\u{7}".utf8), .unrecognised("RAR")),
    ([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], .unrecognised("7-Zip")),
    ([0x1f, 0x9d], .unrecognised("compress (.Z)")),
    ([0x04, 0x22, 0x4d, 0x18], .unrecognised("LZ4")),
    (Array("LZIP\u{1}".utf8), .unrecognised("lzip")),
    (Array("!<arch>\n".utf8), .unrecognised("ar")),
    (Array("MSCF\0".utf8), .unrecognised("cabinet")),
    (Array("xar!".utf8), .unrecognised("xar")),
  ]

  /// Whether the first block carries the checksum of a tar header, which all dialects of tar have.
  static func isTarHeader(_ bytes: some RandomAccessCollection<UInt8>) -> Bool {
    let block = Array(bytes.prefix(512))
    guard block.count == 512, block[0] != 0 else { return false }
    let field = block[148..<156]
    var stored = 0
    for byte in field.drop(while: { $0 == UInt8(ascii: " ") }) {
      guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(byte) else { break }
      stored = stored * 8 + Int(byte - UInt8(ascii: "0"))
    }
    let spaces = field.count * Int(UInt8(ascii: " "))
    let sum = block.reduce(0) { $0 + Int($1) } - field.reduce(0) { $0 + Int($1) } + spaces
    return stored == sum
  }
}
