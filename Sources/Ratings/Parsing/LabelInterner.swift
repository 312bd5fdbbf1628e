/// Gives each distinct raw id a code, 0, 1, 2, … in the order of their first appearance.
///
/// Nearly all ids are small canonical decimals, whose codes stand in a table at the place of their
/// number; greater ones are looked up as numbers. No text is made for an id that was seen before.
/// All other ids are looked up by hash, and compared byte for byte.
public struct LabelInterner: Sendable {
  /// The numbers below this have a place in the table, which takes up to 16 MiB.
  private static let tableLimit: UInt64 = 1 << 22

  /// The distinct labels by code.
  public private(set) var labels: [String] = []

  /// The code of each small number and 1, or 0 for a number that was not seen.
  private var table: [Int32] = []
  private var decimals: [UInt64: Int32] = [:]
  private var hashes: [UInt64: Int32] = [:]
  /// Labels whose hash an earlier label has taken.
  private var collided: [[UInt8]: Int32] = [:]
  private let hash: @Sendable ([UInt8], Range<Int>) -> UInt64

  /// Starts without labels.
  public init() {
    self.init { bytes, range in XXHash64.hash(bytes, in: range, seed: 0) }
  }

  /// Starts without labels; a test gives a hash that collides.
  init(hash: @escaping @Sendable ([UInt8], Range<Int>) -> UInt64) {
    self.hash = hash
  }

  /// Returns the code of the label that a range of bytes holds.
  ///
  /// - Complexity: O(length) on average.
  /// - Precondition: The bytes are UTF-8.
  public mutating func code(of bytes: [UInt8], in range: Range<Int>) -> Int32 {
    if let number = Self.canonicalDecimal(bytes, in: range) { return code(ofDecimal: number) }
    let hash = hash(bytes, range)
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

  /// Returns the code of the label that spells a number as `0|[1-9][0-9]*`.
  ///
  /// - Complexity: O(1) on average.
  mutating func code(ofDecimal number: UInt64) -> Int32 {
    if number < UInt64(table.count) {
      let code = table[Int(number)] - 1
      if code >= 0 { return code }
    }
    return code(ofRareDecimal: number)
  }

  /// Returns the code of a number that is great or new.
  @inline(never)
  private mutating func code(ofRareDecimal number: UInt64) -> Int32 {
    guard number < Self.tableLimit else {
      if let code = decimals[number] { return code }
      let code = append("\(number)")
      decimals[number] = code
      return code
    }
    if number >= UInt64(table.count) {
      let size = max(1 << 12, 1 << (64 - number.leadingZeroBitCount))
      table.append(contentsOf: repeatElement(0, count: size - table.count))
    }
    let code = append("\(number)")
    table[Int(number)] = code + 1
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
