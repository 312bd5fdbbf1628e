import Ratings

/// How similar items are by who rated them: |R_i ∩ R_j| / √(|R_i| · |R_j|), R_i the raters of i.
///
/// Beyond 4,096 users only so many of them count, spread evenly over their order, and fewer where the
/// table would be larger than 256 MB: a cosine costs the same whatever the size of the data.
struct CoRatingCosine: Sendable {
  private static let mostUsers = 4_096
  private static let mostBytes = 256 << 20

  /// A bit for each user that counts, an item's words side by side.
  private let marks: [UInt64]
  private let words: Int
  private let counts: [Int32]

  /// Looks at who rated what: a row for each user, with the items as columns.
  init(_ rated: CompressedRows, items: Int) {
    let users = rated.count
    var counted = min(users, Self.mostUsers)
    while counted > 64, (counted + 63) / 64 * 8 * items > Self.mostBytes { counted /= 2 }
    let words = (counted + 63) / 64
    var marks = [UInt64](repeating: 0, count: words * items)
    var counts = [Int32](repeating: 0, count: items)
    for number in 0..<counted {
      for place in rated.places(of: number * users / counted) {
        let item = Int(rated.columns[place])
        marks[item * words + number / 64] |= 1 << UInt64(number % 64)
        counts[item] += 1
      }
    }
    self.marks = marks
    self.words = words
    self.counts = counts
  }

  /// The cosine, from 0 to 1; 0 if an item has no rater who counts.
  func similarity(_ item: ItemIndex, _ other: ItemIndex) -> Float {
    let (first, second) = (item.position * words, other.position * words)
    var common = 0
    for word in 0..<words { common += (marks[first + word] & marks[second + word]).nonzeroBitCount }
    guard common > 0 else { return 0 }
    let product = Float(counts[item.position]) * Float(counts[other.position])
    return Float(common) / product.squareRoot()
  }
}
