import Foundation

/// Which hosts are inside: the machine itself and networks that the internet does not reach.
enum NetworkAddress {
  /// Whether a host is private, link-local or loopback, as a literal or by any of its addresses.
  static func isPrivate(host: String) -> Bool {
    let name = host.trimmingCharacters(in: CharacterSet(charactersIn: "[].")).lowercased()
    if name == "localhost" || name.hasSuffix(".localhost") { return true }
    if let isPrivate = isPrivate(literal: name) { return isPrivate }
    return Host(name: name).addresses.contains { isPrivate(literal: $0) ?? true }
  }

  /// Whether a host is this machine by its name or number, without asking a resolver.
  static func isLoopback(host: String) -> Bool {
    let name = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
    return name == "localhost" || name == "::1" || version4(name[...])?.first == 127
  }

  /// Whether an address in numbers is private; `nil` if it is none.
  static func isPrivate(literal text: String) -> Bool? {
    if let bytes = version4(text[...]) { return isPrivate(version4: bytes) }
    guard let groups = version6(text) else { return nil }
    if groups[..<5].allSatisfy({ $0 == 0 }), groups[5] == 0xffff || groups[5] == 0 {
      // ::ffff:a.b.c.d and the like reach the version 4 address; :: and ::1 are 0.0.0.0/8 there.
      return isPrivate(version4Groups: groups[6...])
    }
    if groups[0] == 0x64, groups[1] == 0xff9b {
      // Translated to the version 4 address at the end, after RFC 6052.
      return isPrivate(version4Groups: groups[6...])
    }
    // fc00::/7, fe80::/10 and the site-local fec0::/10
    return groups[0] & 0xfe00 == 0xfc00 || groups[0] & 0xff80 == 0xfe80
  }

  private static func isPrivate(version4Groups groups: ArraySlice<UInt16>) -> Bool {
    isPrivate(version4: groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] })
  }

  private static func isPrivate(version4 bytes: [UInt8]) -> Bool {
    switch (bytes[0], bytes[1]) {
    case (0, _), (10, _), (127, _), (169, 254), (192, 168): true
    case (172, 16...31), (100, 64...127): true
    default: bytes[0] >= 224
    }
  }

  private static func version4(_ text: Substring) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let bytes = parts.compactMap { part in
      part.allSatisfy { $0.isASCII && $0.isNumber } && (part == "0" || part.first != "0")
        ? UInt8(part) : nil
    }
    return parts.count == 4 && bytes.count == 4 ? bytes : nil
  }

  /// The eight groups of a version 6 address; a zone after `%` does not count.
  private static func version6(_ text: String) -> [UInt16]? {
    guard text.contains(":") else { return nil }
    let address = text.prefix { $0 != "%" }
    let halves = address.components(separatedBy: "::").map { groups($0[...]) }
    guard halves.count <= 2, let first = halves[0], let last = halves[halves.count - 1] else {
      return nil
    }
    if halves.count == 1 { return first.count == 8 ? first : nil }
    let missing = 8 - first.count - last.count
    return missing > 0 ? first + [UInt16](repeating: 0, count: missing) + last : nil
  }

  private static func groups(_ text: Substring) -> [UInt16]? {
    if text.isEmpty { return [] }
    var groups: [UInt16] = []
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    for (number, part) in parts.enumerated() {
      if number == parts.count - 1, let bytes = version4(part) {
        groups += [
          UInt16(bytes[0]) << 8 | UInt16(bytes[1]), UInt16(bytes[2]) << 8 | UInt16(bytes[3]),
        ]
      } else if part.count <= 4, let group = UInt16(part, radix: 16) {
        groups.append(group)
      } else {
        return nil
      }
    }
    return groups
  }
}
