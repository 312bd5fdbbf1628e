import Ratings

/// What each user thought of the items rated before, in the order of time.
///
/// The residual of a training row is e = r − μ − b_i with b_i = Σ (r − μ) / (n_i + 5) over the item's
/// training rows. What a rating at time t finds is
///
/// x = Σ w·(e − b_u) / (d + Σ w), w = h / (h + t − t′),
///
/// over the user's last training rows of an earlier time t′, where b_u = Σ e / (n_u + 5) leaves out
/// the row that x is made for: its own rating must not shine through. There are two such means, a
/// short one over two rows (h 60 seconds, d 1) and a longer one over ten (h 120 seconds, d 2).
struct RatingHistory: Sendable {
  private let timelines: UserTimelines
  /// By place.
  private let residuals: [Float]
  private let sums: [Double]
  private let mean: Double
  private let itemOffsets: [Double]

  /// How many rows a mean is over, the age in seconds at which a row counts for half, and what is added
  /// to the weights.
  private struct Window {
    let rows: Int
    let halfLife: Float
    let damping: Float
  }

  private static let windows = [
    Window(rows: 2, halfLife: 60, damping: 1), Window(rows: 10, halfLife: 120, damping: 2),
  ]
  /// How many means there are.
  static let means = windows.count

  private static let damping = 5.0

  /// Takes the histories of training rows, which must have timestamps.
  init(_ ratings: RatingSubset, users: Int, items: Int) {
    let columns = ratings.columns
    let mean = BiasModel.mean(of: ratings)
    var itemSums = [Double](repeating: 0, count: items)
    var itemCounts = [Double](repeating: 0, count: items)
    for position in 0..<ratings.count {
      let row = ratings.row(at: position)
      itemSums[columns.items[row].position] += Double(columns.values[row]) - mean
      itemCounts[columns.items[row].position] += 1
    }
    let offsets = (0..<items).map { itemSums[$0] / (itemCounts[$0] + Self.damping) }
    var residuals = [Double](repeating: 0, count: ratings.count)
    var sums = [Double](repeating: 0, count: users)
    for position in 0..<ratings.count {
      let row = ratings.row(at: position)
      residuals[position] =
        Double(columns.values[row]) - mean - offsets[columns.items[row].position]
      sums[columns.users[row].position] += residuals[position]
    }
    timelines = UserTimelines(ratings, users: users)
    self.residuals = timelines.positions.map { Float(residuals[Int($0)]) }
    self.sums = sums
    self.mean = mean
    itemOffsets = offsets
  }

  /// What a rating of a user at some time finds; `own` is the residual of the rating itself where the
  /// history has it.
  func means(before time: Int64, of user: Int, own: Float? = nil) -> [Float] {
    let range = timelines.places(of: user)
    let end = timelines.firstPlace(notBefore: time, of: user)
    let count = Double(range.count) - (own == nil ? 0 : 1)
    let bias = Float((sums[user] - Double(own ?? 0)) / (count + Self.damping))
    return Self.windows.map { window in
      var (sum, weights): (Float, Float) = (0, 0)
      for place in (max(end - window.rows, range.lowerBound)..<end).reversed() {
        // Never negative, but it may be more than `Int64.max`.
        let passed = UInt64(bitPattern: time &- timelines.times[place])
        let weight = window.halfLife / (window.halfLife + Float(passed))
        sum += weight * (residuals[place] - bias)
        weights += weight
      }
      return sum / (window.damping + weights)
    }
  }

  /// What each training row finds, by position.
  func trainingMeans(_ ratings: RatingSubset) -> [[Float]] {
    let columns = ratings.columns
    return (0..<ratings.count).map { position in
      let row = ratings.row(at: position)
      let own = Double(columns.values[row]) - mean - itemOffsets[columns.items[row].position]
      return means(
        before: columns.timestamps[row], of: columns.users[row].position, own: Float(own))
    }
  }
}
