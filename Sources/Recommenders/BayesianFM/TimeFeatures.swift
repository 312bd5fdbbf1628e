import Ratings

/// The day of a rating, as one feature for each day of the training rows.
struct DayFeatures: Sendable, Equatable {
  /// The days of training rows since 1970-01-01, ascending.
  let days: [Int64]

  private static let secondsPerDay: Int64 = 86_400

  /// Takes days over.
  init(days: [Int64]) {
    self.days = days
  }

  /// Finds the days of training rows, which must have timestamps.
  init(_ ratings: RatingSubset) {
    var days: [Int64] = []
    for position in 0..<ratings.count {
      let time = ratings.columns.timestamps[ratings.row(at: position)]
      let day = Self.day(of: time)
      if days.last != day { days.append(day) }
    }
    days.sort()
    var distinct: [Int64] = []
    for day in days where distinct.last != day { distinct.append(day) }
    self.days = distinct
  }

  /// The feature of a time, or `nil` if no training row is of its day.
  func feature(of time: Int64) -> Int? {
    let day = Self.day(of: time)
    var (low, high) = (0, days.count)
    while low < high {
      let middle = low + (high - low) / 2
      if days[middle] < day {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low < days.count && days[low] == day ? low : nil
  }

  func block(_ ratings: RatingSubset) -> FeatureBlock {
    let rowOfRating = (0..<ratings.count).map { position in
      UInt32(feature(of: ratings.columns.timestamps[ratings.row(at: position)]) ?? 0)
    }
    return FeatureBlock(
      name: "day", rowOfRating: rowOfRating, starts: Array(0...days.count),
      indices: (0..<days.count).map { UInt32($0) },
      values: Array(repeating: 1, count: days.count),
      groups: [FeatureGroup(name: "day", count: days.count)])
  }

  private static func day(of time: Int64) -> Int64 {
    time / secondsPerDay - (time % secondsPerDay < 0 ? 1 : 0)
  }
}

/// The mean of a user's last residuals, as a number and as one of twenty bins.
struct NeighbourFeatures: Sendable {
  /// What users rated before.
  let history: RatingHistory
  /// The ascending bounds between the bins: quantiles of the training rows' means.
  let bounds: [Float]
  private let trainingMeans: [Float]

  static let bins = 20
  /// The number, then the bins.
  static let count = 1 + bins

  init(_ ratings: RatingSubset, users: Int, items: Int) {
    history = RatingHistory(ratings, users: users, items: items)
    trainingMeans = history.trainingMeans(ratings)
    let sorted = trainingMeans.sorted()
    bounds = (1..<Self.bins).map {
      sorted.isEmpty ? 0 : sorted[sorted.count * $0 / Self.bins]
    }
  }

  /// The bin of a mean: how many bounds it does not lie below.
  static func bin(of mean: Float, bounds: [Float]) -> Int {
    bounds.reduce(0) { $0 + (mean >= $1 ? 1 : 0) }
  }

  func block() -> FeatureBlock {
    var rows = SparseRows()
    rows.reserveCapacity(rows: trainingMeans.count, entries: 2 * trainingMeans.count)
    for mean in trainingMeans {
      rows.append(0, mean)
      rows.append(1 + Self.bin(of: mean, bounds: bounds), 1)
      rows.endRow()
    }
    return FeatureBlock(
      name: "time-neighbours", rowOfRating: (0..<trainingMeans.count).map { UInt32($0) },
      starts: rows.starts, indices: rows.indices, values: rows.values,
      groups: [
        FeatureGroup(name: "neighbour-mean", count: 1),
        FeatureGroup(name: "neighbour-bin", count: Self.bins),
      ])
  }
}
