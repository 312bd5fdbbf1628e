/// The Fisher–Yates shuffle that both generators share.
enum Shuffle {
  /// Returns 0, 1, …, `count` − 1 in an order that `nextWord` decides, each with equal chance.
  ///
  /// For *i* from `count` − 1 down to 1 the entry *i* changes places with the entry *v*, the
  /// first of the words, masked to the bits of *i*, that is at most *i*.
  ///
  /// - Precondition: `count` is at least 0 and at most `Int32.max`.
  @inline(__always)
  static func permutation(of count: Int, nextWord: () -> UInt32) -> [Int32] {
    precondition(0 <= count && count <= Int(Int32.max), "more rows than a row number can name")
    var order = Array(0..<Int32(count))
    guard count > 1 else { return order }
    for last in stride(from: count - 1, through: 1, by: -1) {
      let mask = UInt32.max >> UInt32(UInt32(last).leadingZeroBitCount)
      var partner = nextWord() & mask
      while partner > UInt32(last) { partner = nextWord() & mask }
      order.swapAt(last, Int(partner))
    }
    return order
  }
}
