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
  private let starts: [Int]
  private let times: [Int64]
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
    var counts = [Int](repeating: 0, count: users + 1)
    for position in 0..<ratings.count {
      let row = ratings.row(at: position)
      itemSums[columns.items[row].position] += Double(columns.values[row]) - mean
      itemCounts[columns.items[row].position] += 1
      counts[columns.users[row].position + 1] += 1
    }
    for user in 0..<users { counts[user + 1] += counts[user] }
    starts = counts
    var next = counts
    let offsets = (0..<items).map { itemSums[$0] / (itemCounts[$0] + Self.damping) }
    var entries = [(time: Int64, position: Int, residual: Float)](
      repeating: (0, 0, 0), count: ratings.count)
    var sums = [Double](repeating: 0, count: users)
    for position in 0..<ratings.count {
      let row = ratings.row(at: position)
      let (user, item) = (columns.users[row].position, columns.items[row].position)
      let residual = Double(columns.values[row]) - mean - offsets[item]
      entries[next[user]] = (columns.timestamps[row], position, Float(residual))
      next[user] += 1
      sums[user] += residual
    }
    for user in 0..<users {
      entries[starts[user]..<starts[user + 1]].sort {
        $0.time != $1.time ? $0.time < $1.time : $0.position < $1.position
      }
    }
    times = entries.map(\.time)
    residuals = entries.map(\.residual)
    self.sums = sums
    self.mean = mean
    itemOffsets = offsets
  }

  /// What a rating of a user at some time finds; `own` is the residual of the rating itself where the
  /// history has it.
  func means(before time: Int64, of user: Int, own: Float? = nil) -> [Float] {
    let range = starts[user]..<starts[user + 1]
    let end = firstPlace(notBefore: time, in: range)
    let count = Double(range.count) - (own == nil ? 0 : 1)
    let bias = Float((sums[user] - Double(own ?? 0)) / (count + Self.damping))
    return Self.windows.map { window in
      var (sum, weights): (Float, Float) = (0, 0)
      for place in (max(end - window.rows, range.lowerBound)..<end).reversed() {
        // Never negative, but it may be more than `Int64.max`.
        let passed = UInt64(bitPattern: time &- times[place])
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

  private func firstPlace(notBefore time: Int64, in range: Range<Int>) -> Int {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = low + (high - low) / 2
      if times[middle] < time {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }
}
