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
  /// A format that is known and not read, with its article.
  case unrecognised(String)

  /// How many bytes `init` wants to see.
  static let headLength = 32_774

  init(head: some Collection<UInt8>) {
    let bytes = Array(head.prefix(Self.headLength))
    if let kind = Self.signatures.first(where: { $0.matches(bytes) })?.kind {
      self = kind
    } else if Self.isTarHeader(bytes) {
      self = .tar
    } else {
      self = .plain
    }
  }

  /// What the format is called, with its article, or `nil` for a plain file.
  var archiveName: String? {
    switch self {
    case .zip: "a zip archive"
    case .tar: "a tar archive"
    case .compressed(let compression): "a file compressed by \(compression.rawValue)"
    case .unrecognised(let name): name
    case .plain: nil
    }
  }

  /// Bytes at a place that give a format away, and a test where text might begin with them, too.
  private struct Signature: Sendable {
    let bytes: [UInt8]
    let kind: ArchiveKind
    var offset = 0
    var test: @Sendable (ArraySlice<UInt8>) -> Bool = { _ in true }

    func matches(_ head: [UInt8]) -> Bool {
      let rest = head.dropFirst(offset)
      return rest.starts(with: bytes) && test(rest.dropFirst(bytes.count))
    }
  }

  private static let signatures: [Signature] = {
    func text(_ text: String) -> [UInt8] { Array(text.utf8) }
    @Sendable func isHexadecimal(_ byte: UInt8) -> Bool {
      Character(Unicode.Scalar(byte)).isHexDigit
    }
    @Sendable func isBlockOfBzip2(_ bytes: ArraySlice<UInt8>) -> Bool {
      // The level, and the beginning of the first block or of the end; a cut-off file may lack them.
      let blocks: [[UInt8]] = [
        [0x31, 0x41, 0x59, 0x26, 0x53, 0x59], [0x17, 0x72, 0x45, 0x38, 0x50, 0x90],
      ]
      let block = bytes.dropFirst().prefix(6)
      return bytes.first.map { (0x31...0x39).contains($0) } ?? true
        && blocks.contains { $0.starts(with: block) }
    }
    let cpio = ["070701", "070702", "070707"].map { magic in
      Signature(bytes: text(magic), kind: .unrecognised("a cpio archive")) {
        $0.count >= 70 && $0.prefix(70).allSatisfy(isHexadecimal)
      }
    }
    let iso = ["CD001", "BEA01", "NSR02", "NSR03"].map { magic in
      Signature(bytes: text(magic), kind: .unrecognised("an ISO image"), offset: 32_769)
    }
    return [
      Signature(bytes: [0x50, 0x4b, 3, 4], kind: .zip),
      Signature(bytes: [0x50, 0x4b, 5, 6], kind: .zip),
      Signature(bytes: [0x1f, 0x8b], kind: .compressed(.gzip)),
      Signature(bytes: text("BZh"), kind: .compressed(.bzip2), test: isBlockOfBzip2),
      Signature(bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], kind: .compressed(.xz)),
      Signature(bytes: [0x28, 0xb5, 0x2f, 0xfd], kind: .compressed(.zstd)),
      Signature(bytes: [0x50, 0x4b, 7, 8], kind: .unrecognised("one part of a split zip")),
      Signature(bytes: text("Rar!\u{1a}\u{7}"), kind: .unrecognised("a RAR archive")),
      Signature(bytes: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], kind: .unrecognised("a 7z archive")),
      Signature(bytes: [0x1f, 0x9d], kind: .unrecognised("a file compressed by compress (.Z)")),
      Signature(bytes: [0x1f, 0x9e], kind: .unrecognised("a file compressed by freeze")),
      Signature(bytes: [0x1f, 0xa0], kind: .unrecognised("a file compressed by LZH")),
      Signature(bytes: [4, 0x22, 0x4d, 0x18], kind: .unrecognised("a file compressed by LZ4")),
      Signature(bytes: [2, 0x21, 0x4c, 0x18], kind: .unrecognised("a file compressed by LZ4")),
      Signature(bytes: text("LZIP\u{1}"), kind: .unrecognised("a file compressed by lzip")),
      Signature(bytes: text("LRZI\0"), kind: .unrecognised("a file compressed by lrzip")),
      Signature(
        bytes: [0x89, 0x4c, 0x5a, 0x4f, 0, 13, 10], kind: .unrecognised("a file compressed by lzop")
      ),
      Signature(
        bytes: [0x5d, 0, 0], kind: .unrecognised("a file compressed by LZMA (.lzma)"),
        // A dictionary of at most 2 GiB and, most often, a size that is left open.
        test: { $0.count >= 10 && ($0.dropFirst(2).prefix(8).allSatisfy { $0 == 0xff }) }),
      Signature(bytes: text("!<arch>\n"), kind: .unrecognised("an ar archive")),
      Signature(bytes: text("MSCF\0\0\0\0"), kind: .unrecognised("a cabinet archive")),
      Signature(bytes: text("MSWIM\0\0\0"), kind: .unrecognised("a Windows image")),
      Signature(bytes: text("xar!\0"), kind: .unrecognised("a xar archive")),
      Signature(bytes: [0x60, 0xea], kind: .unrecognised("an ARJ archive")),
      Signature(bytes: text("-lh"), kind: .unrecognised("an LHA archive"), offset: 2) {
        $0.first.map(isHexadecimal) ?? false && $0.dropFirst().first == UInt8(ascii: "-")
      },
      Signature(bytes: [0xed, 0xab, 0xee, 0xdb], kind: .unrecognised("an RPM package")),
      Signature(bytes: [0xc7, 0x71], kind: .unrecognised("a cpio archive")),
    ] + cpio + iso
  }()

  /// Whether the first block carries the checksum of a tar header, which all dialects of tar have.
  static func isTarHeader(_ bytes: some Collection<UInt8>) -> Bool {
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
