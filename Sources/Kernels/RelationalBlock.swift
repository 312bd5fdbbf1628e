/// Rows of features that many ratings share, by row and by feature, as ``FactorizationSweep`` reads
/// them.
///
/// Groups of features are drawn one after the other. Within a group, features that share no row do
/// not depend on each other, so that several threads may draw them.
public struct RelationalBlock: Sendable {
  /// The number of rows.
  public let rowCount: Int
  /// The number of features.
  public let featureCount: Int
  /// The row of each rating.
  let rowOfRating: StableArray<UInt32>
  /// By row: where its entries begin, the features and their values.
  let starts: StableArray<UInt64>
  let indices: StableArray<UInt32>
  let values: StableArray<Float>
  /// By feature: where its entries begin, the rows and the feature's values there.
  let columnStarts: StableArray<UInt64>
  let columnRows: StableArray<UInt32>
  let columnValues: StableArray<Float>
  /// By row: where its ratings begin, and their numbers.
  let ratingStarts: StableArray<UInt64>
  let ratings: StableArray<UInt32>
  /// The features of each group.
  public let groups: [Range<Int>]
  /// How each group is drawn.
  let plans: [GroupPlan]
  /// Whether sums are made for each row first, which all features share, instead of visiting all
  /// ratings of a feature's rows for each feature.
  let usesRecords: Bool

  /// Creates a block.
  ///
  /// - Parameters:
  ///   - rowOfRating: The row of each rating.
  ///   - starts: Where each row's entries begin, and where the last one's end.
  ///   - indices: The features of the entries, ascending within a row.
  ///   - values: Their values.
  ///   - groups: The numbers of features of the groups.
  /// - Precondition: The parts fit together, and there are fewer than 2³² of everything.
  public init(
    rowOfRating: [UInt32], starts: [Int], indices: [UInt32], values: [Float], groups: [Int]
  ) {
    rowCount = starts.count - 1
    featureCount = groups.reduce(0, +)
    Self.check(rowOfRating, starts, indices, values, features: featureCount)
    let (ratingStarts, ratings) = Self.lists(of: rowOfRating, count: rowCount)
    let (columnStarts, entries) = Self.lists(of: indices, count: featureCount)
    var rowOfEntry: [UInt32] = []
    rowOfEntry.reserveCapacity(indices.count)
    for row in 0..<rowCount {
      for _ in starts[row]..<starts[row + 1] { rowOfEntry.append(UInt32(row)) }
    }
    let columnRows = entries.map { rowOfEntry[Int($0)] }
    var first = 0
    self.groups = groups.map { count in
      defer { first += count }
      return first..<first + count
    }
    let visits = columnRows.reduce(0) {
      $0 + Int(ratingStarts[Int($1) + 1] - ratingStarts[Int($1)])
    }
    // In steps of the processor, as they were measured for rank 8.
    let usesRecords = visits * 27 > rowOfRating.count * 27 + indices.count * 60 + rowCount * 30
    let rowWork = (0..<rowCount).map { row in
      usesRecords ? 1 : Int(ratingStarts[row + 1] - ratingStarts[row])
    }
    plans = self.groups.map {
      GroupPlan(features: $0, columns: (columnStarts, columnRows), rowWork: rowWork)
    }
    self.usesRecords = usesRecords
    self.rowOfRating = StableArray(rowOfRating, filler: 0)
    self.starts = StableArray(starts.map(UInt64.init), filler: 0)
    self.indices = StableArray(indices, filler: 0)
    self.values = StableArray(values, filler: 0)
    self.columnStarts = StableArray(columnStarts, filler: 0)
    self.columnRows = StableArray(columnRows, filler: 0)
    columnValues = StableArray(entries.map { values[Int($0)] }, filler: 0)
    self.ratingStarts = StableArray(ratingStarts, filler: 0)
    self.ratings = StableArray(ratings, filler: 0)
  }

  private static func check(
    _ rowOfRating: [UInt32], _ starts: [Int], _ indices: [UInt32], _ values: [Float],
    features: Int
  ) {
    precondition(starts.first == 0 && starts.last == indices.count, "rows cover the entries")
    precondition(indices.count == values.count, "each entry has a value")
    let rows = starts.count - 1
    precondition(rowOfRating.allSatisfy { Int($0) < rows }, "no such row")
    precondition(indices.allSatisfy { Int($0) < features }, "no such feature")
    for row in 0..<rows {
      precondition(starts[row] <= starts[row + 1], "rows are in ascending order")
      for entry in starts[row]..<starts[row + 1] where entry > starts[row] {
        precondition(indices[entry - 1] < indices[entry], "features ascend within a row")
      }
    }
  }

  /// The places of each key below `count`, ascending, one key after the other.
  private static func lists(of keys: [UInt32], count: Int) -> (starts: [UInt64], places: [UInt32]) {
    var starts = [UInt64](repeating: 0, count: count + 1)
    for key in keys { starts[Int(key) + 1] += 1 }
    for key in 0..<count { starts[key + 1] += starts[key] }
    var next = starts
    var places = [UInt32](repeating: 0, count: keys.count)
    for (place, key) in keys.enumerated() {
      places[Int(next[Int(key)])] = UInt32(place)
      next[Int(key)] += 1
    }
    return (starts, places)
  }
}
