/// Turns a file in UTF-16, handed over in chunks of any size, into UTF-8.
struct UTF16Reader: Sendable {
  /// Something that is not UTF-16, and the lines before it.
  struct Fault: Error, Equatable {
    let text: String
    let linesBefore: Int
  }

  private var isBigEndian: Bool?
  private var isAtStart = true
  private var pending: [UInt8] = []
  /// The first half of a surrogate pair.
  private var high: UInt16?
  private var lines = 0
  /// What ended the reading.
  private(set) var fault: Fault?

  /// Reads in an order of bytes, or in that of the byte order mark if none is given.
  init(isBigEndian: Bool?) {
    self.isBigEndian = isBigEndian
  }

  /// Returns the UTF-8 of the next bytes, without a byte order mark, up to what is not UTF-16; that is
  /// then the `fault`.
  mutating func read(_ chunk: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    do throws(Fault) {
      try read(chunk, into: &result)
    } catch {
      fault = error
    }
    return result
  }

  private mutating func read(_ chunk: [UInt8], into result: inout [UInt8]) throws(Fault) {
    let bytes = pending.isEmpty ? chunk : pending + chunk
    result.reserveCapacity(bytes.count)
    var position = 0
    while position + 1 < bytes.count {
      let (first, second) = (UInt16(bytes[position]), UInt16(bytes[position + 1]))
      position += 2
      if isAtStart {
        isAtStart = false
        let mark = first << 8 | second
        if mark == 0xFEFF || mark == 0xFFFE {
          guard isBigEndian ?? (mark == 0xFEFF) == (mark == 0xFEFF) else {
            throw Fault(
              text: "the byte order mark is that of the other order of bytes", linesBefore: 0)
          }
          isBigEndian = mark == 0xFEFF
          continue
        }
      }
      guard let isBigEndian else {
        throw Fault(
          text: "there is no byte order mark; give the encoding as \"utf-16le\" or \"utf-16be\"",
          linesBefore: 0)
      }
      try append(isBigEndian ? first << 8 | second : second << 8 | first, to: &result)
    }
    pending = Array(bytes[position...])
  }

  /// Checks that the file did not end within a character.
  func finish() throws(Fault) {
    guard pending.isEmpty, high == nil else {
      throw Fault(text: "the file ends within a character", linesBefore: lines)
    }
  }

  private mutating func append(_ unit: UInt16, to result: inout [UInt8]) throws(Fault) {
    if let high {
      guard UTF16.isTrailSurrogate(unit) else { throw half }
      let value = 0x10000 + (UInt32(high) & 0x3FF) << 10 + UInt32(unit) & 0x3FF
      guard let scalar = Unicode.Scalar(value) else { throw half }
      result.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
      self.high = nil
      return
    }
    if unit < 0x80 {
      if unit == 0x0A { lines += 1 }
      result.append(UInt8(truncatingIfNeeded: unit))
      return
    }
    if UTF16.isLeadSurrogate(unit) {
      high = unit
      return
    }
    guard let scalar = Unicode.Scalar(UInt32(unit)) else { throw half }
    result.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
  }

  private var half: Fault { Fault(text: "a surrogate stands alone", linesBefore: lines) }
}
