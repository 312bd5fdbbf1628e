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
  /// By feature: where its entries begin, the rows and the feature's values there; the ratings where
  /// there are no records, ascending.
  let columnStarts: StableArray<UInt64>
  let columnRows: StableArray<UInt32>
  let columnValues: StableArray<Float>
  /// By row: where its ratings begin, and their numbers; empty where there are no records.
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
    var columns = Columns(
      starts: columnStarts, rows: entries.map { rowOfEntry[Int($0)] },
      values: entries.map { values[Int($0)] })
    var first = 0
    self.groups = groups.map { count in
      defer { first += count }
      return first..<first + count
    }
    let visits = columns.rows.reduce(0) {
      $0 + Int(ratingStarts[Int($1) + 1] - ratingStarts[Int($1)])
    }
    // In steps of the processor, as they were measured for rank 8.
    let usesRecords = visits * 27 > rowOfRating.count * 27 + indices.count * 60 + rowCount * 30
    if !usesRecords { columns = columns.ofRatings(starts: ratingStarts, ratings: ratings) }
    let columnRowCount = usesRecords ? rowCount : rowOfRating.count
    plans = self.groups.map {
      GroupPlan(features: $0, columns: (columns.starts, columns.rows), rowCount: columnRowCount)
    }
    self.usesRecords = usesRecords
    self.rowOfRating = StableArray(rowOfRating, filler: 0)
    self.starts = StableArray(starts.map(UInt64.init), filler: 0)
    self.indices = StableArray(indices, filler: 0)
    self.values = StableArray(values, filler: 0)
    self.columnStarts = StableArray(columns.starts, filler: 0)
    columnRows = StableArray(columns.rows, filler: 0)
    columnValues = StableArray(columns.values, filler: 0)
    self.ratingStarts = StableArray(usesRecords ? ratingStarts : [], filler: 0)
    self.ratings = StableArray(usesRecords ? ratings : [], filler: 0)
  }

  /// The entries of each feature.
  private struct Columns {
    var starts: [UInt64]
    var rows: [UInt32]
    var values: [Float]

    /// Puts the ratings of each row in its place.
    func ofRatings(starts ratingStarts: [UInt64], ratings: [UInt32]) -> Columns {
      var result = Columns(starts: [0], rows: [], values: [])
      for feature in 0..<starts.count - 1 {
        var visits: [(rating: UInt32, value: Float)] = []
        for entry in Int(starts[feature])..<Int(starts[feature + 1]) {
          let row = Int(rows[entry])
          for place in Int(ratingStarts[row])..<Int(ratingStarts[row + 1]) {
            visits.append((ratings[place], values[entry]))
          }
        }
        visits.sort { $0.rating < $1.rating }
        result.rows += visits.lazy.map(\.rating)
        result.values += visits.lazy.map(\.value)
        result.starts.append(UInt64(result.rows.count))
      }
      return result
    }
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
