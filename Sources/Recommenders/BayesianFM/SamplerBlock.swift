internal import Kernels

/// A block as the sampler uses it: by row and by feature, with the ratings of each row.
struct SamplerBlock: Sendable {
  let rowCount: Int
  let featureCount: Int
  /// By row: where its features begin, their numbers, their values.
  let starts: [Int]
  let indices: [UInt32]
  let values: [Float]
  /// By feature: where its rows begin, their numbers, the feature's values there.
  let columnStarts: [Int]
  let columnRows: [UInt32]
  let columnValues: [Float]
  /// By row: where its ratings begin, and their numbers.
  let ratingStarts: [Int]
  let ratings: [UInt32]
  let rowOfRating: [UInt32]
  /// The features of each group.
  let groups: [Range<Int>]

  init(_ block: FeatureBlock) {
    rowCount = block.rowCount
    featureCount = block.featureCount
    starts = block.starts
    indices = block.indices
    values = block.values
    rowOfRating = block.rowOfRating
    (ratingStarts, ratings) = Self.lists(of: block.rowOfRating, count: block.rowCount)
    let (columnStarts, entries) = Self.lists(of: block.indices, count: block.featureCount)
    var rowOfEntry: [UInt32] = []
    for row in 0..<block.rowCount {
      for _ in block.starts[row]..<block.starts[row + 1] { rowOfEntry.append(UInt32(row)) }
    }
    self.columnStarts = columnStarts
    columnRows = entries.map { rowOfEntry[Int($0)] }
    columnValues = entries.map { block.values[Int($0)] }
    var first = 0
    groups = block.groups.map { group in
      defer { first += group.count }
      return first..<first + group.count
    }
  }

  /// The places of each key below `count`, ascending, one key after the other.
  private static func lists(of keys: [UInt32], count: Int) -> (starts: [Int], places: [UInt32]) {
    var starts = [Int](repeating: 0, count: count + 1)
    for key in keys { starts[Int(key) + 1] += 1 }
    for key in 0..<count { starts[key + 1] += starts[key] }
    var next = starts
    var places = [UInt32](repeating: 0, count: keys.count)
    for (place, key) in keys.enumerated() {
      places[next[Int(key)]] = UInt32(place)
      next[Int(key)] += 1
    }
    return (starts, places)
  }
}
