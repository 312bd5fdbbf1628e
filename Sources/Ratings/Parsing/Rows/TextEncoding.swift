/// How the bytes of a file become text.
enum TextEncoding: Sendable, Equatable {
  /// UTF-8; anything else is an error.
  case utf8
  /// ISO 8859-1, in which each byte is the Unicode scalar of the same number.
  case latin1
  /// UTF-8 where a field is that, else ISO 8859-1.
  case utf8OrLatin1
  /// UTF-16, in an order of bytes or that of the byte order mark; a reader turns the file into UTF-8.
  case utf16(isBigEndian: Bool?)

  init(_ encoding: FileEncoding) {
    self =
      switch encoding {
      case .utf8: .utf8
      case .latin1: .latin1
      case .utf16: .utf16(isBigEndian: nil)
      case .utf16LittleEndian: .utf16(isBigEndian: false)
      case .utf16BigEndian: .utf16(isBigEndian: true)
      }
  }

  /// Returns bytes of this encoding as UTF-8, or `nil` if they are not of this encoding.
  func utf8(_ bytes: [UInt8]) -> [UInt8]? {
    if bytes.allSatisfy({ $0 < 0x80 }) { return bytes }
    switch self {
    case .utf8, .utf16:
      return Self.isUTF8(bytes) ? bytes : nil
    case .latin1:
      return Self.fromLatin1(bytes)
    case .utf8OrLatin1:
      return Self.isUTF8(bytes) ? bytes : Self.fromLatin1(bytes)
    }
  }

  private static func isUTF8(_ bytes: [UInt8]) -> Bool {
    String(validating: bytes, as: UTF8.self) != nil
  }

  private static func fromLatin1(_ bytes: [UInt8]) -> [UInt8] {
    bytes.flatMap { byte in
      byte < 0x80 ? [byte] : [0xC0 | byte >> 6, 0x80 | byte & 0x3F]
    }
  }
}
