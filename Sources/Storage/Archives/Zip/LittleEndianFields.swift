/// Takes the fields of a binary structure one after the other, and none beyond its end.
struct LittleEndianFields {
  private(set) var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) {
    rest = bytes
  }

  /// The next number, or `nil` where the bytes end before it or `Int` cannot hold it.
  mutating func number(bytes count: Int) -> Int? {
    guard let field = bytes(count) else { return nil }
    return Int(exactly: field.reversed().reduce(into: UInt64(0)) { $0 = $0 << 8 | UInt64($1) })
  }

  /// The next bytes, or `nil` where there are fewer.
  mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, rest.count >= count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  /// Passes over bytes, or says that there are fewer.
  mutating func skip(_ count: Int) -> Bool {
    bytes(count) != nil
  }

  /// Passes over a signature, or says that it is another.
  mutating func skip(_ signature: [UInt8]) -> Bool {
    bytes(signature.count).map { $0.elementsEqual(signature) } ?? false
  }
}
