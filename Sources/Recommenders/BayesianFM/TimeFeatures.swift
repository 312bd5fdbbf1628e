import Ratings

/// The day of a rating, as one feature for each day of the training rows.
struct DayFeatures: Sendable, Equatable {
  /// The days of training rows since 1970-01-01, ascending.
  let days: [Int64]

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
      groups: [FeatureGroup(name: "day", count: days.count, share: .time)])
  }

  private static func day(of time: Int64) -> Int64 {
    Int64(CivilTime.day(ofSecond: time))
  }
}

/// The means of a user's last residuals, each as a number and as one of twenty bins.
struct NeighbourFeatures: Sendable {
  /// What users rated before.
  let history: RatingHistory
  /// For each mean the ascending bounds between its bins, the quantiles of the training rows' means.
  let bounds: [Float]
  private let trainingMeans: [[Float]]

  static let bins = 20
  /// The numbers, then the bins of one mean after the other.
  static let count = RatingHistory.means * (1 + bins)
  /// How many bounds there are.
  static let boundCount = RatingHistory.means * (bins - 1)

  init(_ ratings: RatingSubset, users: Int, items: Int) {
    history = RatingHistory(ratings, users: users, items: items)
    let means = history.trainingMeans(ratings)
    trainingMeans = means
    bounds = (0..<RatingHistory.means).flatMap { window in
      let sorted = means.map { $0[window] }.sorted()
      return (1..<Self.bins).map {
        sorted.isEmpty ? 0 : sorted[sorted.count * $0 / Self.bins]
      }
    }
  }

  /// Calls `body` with the features of some means, ascending, and their values.
  static func forEach(
    _ means: [Float], bounds: [Float], _ body: (_ feature: Int, _ value: Float) -> Void
  ) {
    for (window, mean) in means.enumerated() { body(window, mean) }
    for (window, mean) in means.enumerated() {
      let own = bounds[window * (bins - 1)..<(window + 1) * (bins - 1)]
      // How many bounds the mean does not lie below.
      let bin = own.reduce(0) { $0 + (mean >= $1 ? 1 : 0) }
      body(means.count + window * bins + bin, 1)
    }
  }

  func block() -> FeatureBlock {
    var rows = SparseRows()
    rows.reserveCapacity(rows: trainingMeans.count, entries: 4 * trainingMeans.count)
    for means in trainingMeans {
      Self.forEach(means, bounds: bounds) { rows.append($0, $1) }
      rows.endRow()
    }
    return FeatureBlock(
      name: "time-neighbours", rowOfRating: (0..<trainingMeans.count).map { UInt32($0) },
      starts: rows.starts, indices: rows.indices, values: rows.values,
      groups: [
        FeatureGroup(name: "neighbour-mean", count: RatingHistory.means, share: .time),
        FeatureGroup(
          name: "neighbour-bin", count: RatingHistory.means * Self.bins, share: .time),
      ])
  }
}
