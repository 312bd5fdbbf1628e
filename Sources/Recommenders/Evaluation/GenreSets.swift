import Ratings

/// The genres of each item, as bits.
struct GenreSets: Sendable {
  private let words: Int
  private let bits: [UInt64]

  /// Takes the genres of items; `nil` if there are no items.
  init?(_ details: [ItemDetails]) {
    guard !details.isEmpty else { return nil }
    var numbers: [String: Int] = [:]
    for genre in details.lazy.flatMap(\.genres) where numbers[genre] == nil {
      numbers[genre] = numbers.count
    }
    words = max((numbers.count + 63) / 64, 1)
    var bits = [UInt64](repeating: 0, count: details.count * words)
    for (item, detail) in details.enumerated() {
      for number in detail.genres.compactMap({ numbers[$0] }) {
        bits[item * words + number / 64] |= 1 << UInt64(number % 64)
      }
    }
    self.bits = bits
  }

  /// The numbers of an item's genres, ascending.
  func numbers(of item: ItemIndex) -> [Int] {
    (0..<words).flatMap { word in
      var bits = bits[item.position * words + word]
      var numbers: [Int] = []
      while bits != 0 {
        numbers.append(64 * word + bits.trailingZeroBitCount)
        bits &= bits - 1
      }
      return numbers
    }
  }

  /// 1 − the Jaccard similarity of two items' genres; 0 if neither has any.
  func distance(_ one: ItemIndex, _ other: ItemIndex) -> Double {
    var (union, common) = (0, 0)
    for word in 0..<words {
      let left = bits[one.position * words + word]
      let right = bits[other.position * words + word]
      union += (left | right).nonzeroBitCount
      common += (left & right).nonzeroBitCount
    }
    return union == 0 ? 0 : 1 - Double(common) / Double(union)
  }
}
