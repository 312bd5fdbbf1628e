import Ratings

/// How the errors of a method spread: over their size, and over users and items with many and with few
/// training ratings.
public struct ErrorProfile: Equatable, Sendable {
  /// The rows of the users, or of the items, whose number of training ratings lies in a range.
  public struct Band: Equatable, Sendable {
    /// The least number of training ratings.
    public let lower: Int
    /// The greatest number; `nil` if there is none.
    public let upper: Int?
    /// The users or items with held-out rows.
    public let members: Int
    /// Their held-out rows.
    public let rows: Int
    /// The pooled RMSE of these rows.
    public let rmse: Double
  }

  /// The width of the histogram's bins: a 1, 2, 2.5 or 5 of a power of ten, near an eighteenth of the
  /// rating scale.
  public let binWidth: Double
  /// The number of rows by r̂ − r, in bins of ``binWidth``: the middle one has 0 in its middle. What lies
  /// beyond the ends is in the first and the last.
  public let histogram: [Int]
  /// The bands of users, by rising number of their training ratings; those without rows are left out.
  public let byUserActivity: [Band]
  /// The bands of items.
  public let byItemPopularity: [Band]

  /// The bins on either side of the middle one.
  static let binsPerSide = 20

  init(
    _ rows: RatingColumns, predictions: [Float], counts: TrainingCounts, scale: RatingScale
  ) {
    let range = Double(scale.maximum) - Double(scale.minimum)
    let width = Self.binWidth(range: range)
    var histogram = [Int](repeating: 0, count: 2 * Self.binsPerSide + 1)
    var (users, items) = (BandSums(counts.users), BandSums(counts.items))
    for row in 0..<rows.count {
      let error = Double(predictions[row]) - Double(rows.values[row])
      guard error.isFinite else { continue }
      let place = min(max((error / width).rounded(), -1e6), 1e6)
      let bin = min(max(Int(place) + Self.binsPerSide, 0), histogram.count - 1)
      histogram[bin] += 1
      users.add(error, of: rows.users[row].position)
      items.add(error, of: rows.items[row].position)
    }
    binWidth = width
    self.histogram = histogram
    byUserActivity = users.bands
    byItemPopularity = items.bands
  }

  static func binWidth(range: Double) -> Double {
    guard range > 0, range.isFinite else { return 0.1 }
    // A power of ten with a quotient of whole numbers, so that it is the nearest double.
    var (power, inverse) = (1.0, 1.0)
    while power * 10 <= range / 18 { power *= 10 }
    while power / inverse > range / 18 { inverse *= 10 }
    return [1, 2, 2.5, 5, 10].map { $0 * power / inverse }.first { $0 >= range / 18 } ?? range / 18
  }
}

/// Squared errors by bands of training ratings: 0, 1–4, 5–9, 10–19, 20–49 and so on.
private struct BandSums {
  private static let lowerBounds =
    [0, 1]
    + (0..<9).flatMap { power in
      let ten = (0..<power).reduce(1) { ten, _ in ten * 10 }
      return [5 * ten, 10 * ten, 20 * ten]
    }

  private let counts: [Int32]
  private var hasRows: [Bool]
  private var members: [Int]
  private var rows: [Int]
  private var squares: [Double]

  init(_ counts: [Int32]) {
    self.counts = counts
    hasRows = Array(repeating: false, count: counts.count)
    let bands = Self.lowerBounds.count
    (members, rows) = (Array(repeating: 0, count: bands), Array(repeating: 0, count: bands))
    squares = Array(repeating: 0, count: bands)
  }

  mutating func add(_ error: Double, of position: Int) {
    let count = Int(counts[position])
    let band = (Self.lowerBounds.firstIndex { $0 > count } ?? Self.lowerBounds.count) - 1
    if !hasRows[position] {
      hasRows[position] = true
      members[band] += 1
    }
    rows[band] += 1
    squares[band] += error * error
  }

  var bands: [ErrorProfile.Band] {
    rows.indices.filter { rows[$0] > 0 }.map { band in
      let next = band + 1
      return ErrorProfile.Band(
        lower: Self.lowerBounds[band],
        upper: next < Self.lowerBounds.count ? Self.lowerBounds[next] - 1 : nil,
        members: members[band], rows: rows[band],
        rmse: (squares[band] / Double(rows[band])).squareRoot())
    }
  }
}
