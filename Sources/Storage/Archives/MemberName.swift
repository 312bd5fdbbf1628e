/// The names of members as text.
enum MemberName {
  /// The text of a name's bytes.
  ///
  /// Names are UTF-8. Archives do not say reliably which other encoding a name has, so that each
  /// byte of another name that is not ASCII becomes `\xHH`; no two names become one by that unless
  /// one of them spells it out, and then they are twice the same, which is refused.
  static func text(_ bytes: some Collection<UInt8>) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    return bytes.reduce(into: "") { text, byte in
      if byte < 0x80 {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        text += "\\x" + String(byte, radix: 16, uppercase: true)
      }
    }
  }
}
