/// Gives each distinct raw id a code, 0, 1, 2, … in the order of their first appearance.
///
/// Nearly all ids are canonical decimals, which are looked up as numbers; no text is made for an
/// id that was seen before. All others are looked up by hash, and compared byte for byte.
struct LabelInterner: Sendable {
  /// The distinct labels by code.
  private(set) var labels: [String] = []

  private var decimals: [UInt64: Int32] = [:]
  private var hashes: [UInt64: Int32] = [:]
  /// Labels whose hash an earlier label has taken.
  private var collided: [[UInt8]: Int32] = [:]

  /// Returns the code of the label that a range of bytes holds.
  ///
  /// - Complexity: O(length) on average.
  /// - Precondition: The bytes are UTF-8.
  mutating func code(of bytes: [UInt8], in range: Range<Int>) -> Int32 {
    if let number = Self.canonicalDecimal(bytes, in: range) {
      if let code = decimals[number] { return code }
      let code = append("\(number)")
      decimals[number] = code
      return code
    }
    let hash = XXHash64.hash(bytes, in: range, seed: 0)
    guard let candidate = hashes[hash] else {
      let code = append(String(decoding: bytes[range], as: UTF8.self))
      hashes[hash] = code
      return code
    }
    if labels[Int(candidate)].utf8.elementsEqual(bytes[range]) { return candidate }
    let key = Array(bytes[range])
    if let code = collided[key] { return code }
    let code = append(String(decoding: key, as: UTF8.self))
    collided[key] = code
    return code
  }

  private mutating func append(_ label: String) -> Int32 {
    labels.append(label)
    return Int32(labels.count - 1)
  }

  /// Returns the number that a range of bytes spells as `0|[1-9][0-9]*`, if it fits.
  private static func canonicalDecimal(_ bytes: [UInt8], in range: Range<Int>) -> UInt64? {
    // Nineteen digits always fit; the few numbers of twenty take the slower way.
    guard 1...19 ~= range.count else { return nil }
    if bytes[range.lowerBound] == UInt8(ascii: "0") { return range.count == 1 ? 0 : nil }
    var number: UInt64 = 0
    for position in range {
      let digit = bytes[position] &- UInt8(ascii: "0")
      guard digit <= 9 else { return nil }
      number = number &* 10 &+ UInt64(digit)
    }
    return number
  }
}
