import Ratings

/// What is known of a rating before it is given, besides what models predict: of its user, of its item,
/// and of what the user rated just before.
///
/// | of | features |
/// |---|---|
/// | the user | b_u, the standard deviation of the residuals, the number of other ratings |
/// | the item | c_i, the standard deviation of the residuals, the number of other ratings, the year of release |
/// | the time | the item's age in years, days since 1970-01-01 |
/// | the user's ratings of earlier times | seconds since the last one, their number, the last, the one before, the mean c_i of the last five items |
///
/// b_u and c_i are the offsets of ``BiasModel`` and residuals are r − μ − b_u − c_i. What is not known
/// is ``missing``.
struct RatingContext: Sendable {
  /// The number of features.
  static let width = userWidth + itemWidth + timeWidth + recentWidth
  /// The number of features of a user, without those of the ratings before.
  static let userWidth = 3
  /// The number of features of an item.
  static let itemWidth = 4
  /// The number of features of the ratings before.
  static let recentWidth = 5
  /// Where the number of ratings stands among the features of a user or an item.
  private static let countPlace = 2
  /// The number of features of the time.
  private static let timeWidth = 2
  /// Lies below every value; not infinite, since bundles hold finite numbers.
  static let missing = -Float.greatestFiniteMagnitude
  /// How many of a user's last items a mean is over.
  private static let recentItems = 5

  /// The features of each user.
  let users: [Float]
  /// The features of each item.
  let items: [Float]
  /// The features of each user's ratings before ``asOf``.
  let recent: [Float]
  /// The time of the newest rating; `nil` where ratings have no times.
  let asOf: Int64?
  /// What users rated before; `nil` in a model that was read back, which knows ``recent``.
  private let history: History?

  /// The ratings of users in the order of time.
  private struct History: Sendable {
    let timelines: UserTimelines
    /// By place.
    let values: [Float]
    let items: [Int]
  }

  /// Takes features over.
  init(users: [Float], items: [Float], recent: [Float], asOf: Int64?) {
    self.users = users
    self.items = items
    self.recent = recent
    self.asOf = asOf
    history = nil
  }

  /// Finds what training rows say.
  init(_ ratings: RatingSubset, users: Int, details: [ItemDetails], threads: Int) {
    let sides = Self.sides(ratings, users: users, details: details, threads: threads)
    (self.users, self.items) = (sides.users, sides.items)
    guard ratings.columns.hasTimestamps, ratings.count > 0 else {
      (history, asOf, recent) = (
        nil, nil, [Float](repeating: Self.missing, count: users * Self.recentWidth)
      )
      return
    }
    let timelines = UserTimelines(ratings, users: users)
    let rows = timelines.positions.map { ratings.row(at: Int($0)) }
    let history = History(
      timelines: timelines, values: rows.map { ratings.columns.values[$0] },
      items: rows.map { ratings.columns.items[$0].position })
    let newest = timelines.times.max() ?? 0
    self.history = history
    asOf = newest
    recent = (0..<users).flatMap {
      Self.recent(before: newest, of: $0, history, items: sides.items)
    }
  }

  /// The features of users and items.
  private static func sides(
    _ ratings: RatingSubset, users: Int, details: [ItemDetails], threads: Int
  ) -> (users: [Float], items: [Float]) {
    let items = details.count
    let offsets = BiasModel.offsets(in: ratings, users: users, items: items, threads: threads)
    var (userSquares, itemSquares) = (
      [Double](repeating: 0, count: users), [Double](repeating: 0, count: items)
    )
    var squares = 0.0
    let columns = ratings.columns
    for position in 0..<ratings.count {
      let row = ratings.row(at: position)
      let (user, item) = (columns.users[row].position, columns.items[row].position)
      let residual =
        Double(columns.values[row]) - offsets.mean - offsets.users[user] - offsets.items[item]
      userSquares[user] += residual * residual
      itemSquares[item] += residual * residual
      squares += residual * residual
    }
    let variance = squares / Double(max(ratings.count, 1))
    func deviation(_ squares: Double, _ count: Int32) -> Float {
      Float(((squares + damping * variance) / (Double(count) + damping)).squareRoot())
    }
    let counts = offsets.counts
    return (
      (0..<users).flatMap {
        [
          Float(offsets.users[$0]), deviation(userSquares[$0], counts.users[$0]),
          Float(counts.users[$0]),
        ]
      },
      (0..<items).flatMap {
        [
          Float(offsets.items[$0]), deviation(itemSquares[$0], counts.items[$0]),
          Float(counts.items[$0]),
          details[$0].title.flatMap { ItemTitle($0).year }.map { Float($0) } ?? missing,
        ]
      }
    )
  }

  /// How many ratings of the mean variance are added to those of a user or an item.
  private static let damping = 5.0

  // MARK: - Features

  /// The features of an item's rating by a user: at a time where training rows had times, as of the
  /// newest one where `time` is `nil`.
  func features(of item: Int, by user: Int, at time: Int64?) -> [Float] {
    userFeatures(of: user) + itemFeatures(of: item, at: time) + [days(at: time)]
      + recentFeatures(of: user, at: time, items: items)
  }

  /// What ``features(of:by:at:)`` has for all items as of the newest training row, with `nil` in the
  /// place of ``itemFeatures(of:at:)``.
  func knownFeatures(of user: Int) -> [Float?] {
    userFeatures(of: user) + [Float?](repeating: nil, count: Self.itemWidth + 1)
      + [days(at: nil)] + recentFeatures(of: user, at: nil, items: items)
  }

  private func userFeatures(of user: Int) -> [Float] {
    Array(users[user * Self.userWidth..<(user + 1) * Self.userWidth])
  }

  /// Those of the item, its age the last.
  func itemFeatures(of item: Int, at time: Int64? = nil) -> [Float] {
    let own = items[item * Self.itemWidth..<(item + 1) * Self.itemWidth]
    guard let year = own.last, year != Self.missing, let moment = asOf.map({ time ?? $0 }) else {
      return own + [Self.missing]
    }
    let years = Double(moment) / Self.secondsOfDay / Self.daysOfYear + Self.epoch
    return own + [Float(years - Double(year))]
  }

  private func days(at time: Int64?) -> Float {
    asOf.map { Float(Double(time ?? $0) / Self.secondsOfDay) } ?? Self.missing
  }

  private static let secondsOfDay = 86_400.0
  private static let daysOfYear = 365.2425
  private static let epoch = 1970.0

  /// Those of the ratings before, with the c_i among `items`, the features of items.
  private func recentFeatures(of user: Int, at time: Int64?, items: [Float]) -> [Float] {
    guard let time, let history else {
      return Array(recent[user * Self.recentWidth..<(user + 1) * Self.recentWidth])
    }
    return Self.recent(before: time, of: user, history, items: items)
  }

  /// Those of the ratings before, with the c_i among the features of items.
  private static func recent(
    before time: Int64, of user: Int, _ history: History, items: [Float]
  ) -> [Float] {
    let start = history.timelines.places(of: user).lowerBound
    let end = history.timelines.firstPlace(notBefore: time, of: user)
    guard start < end else { return [missing, 0, missing, missing, missing] }
    // Never negative, but it may be more than `Int64.max`.
    let passed = UInt64(bitPattern: time &- history.timelines.times[end - 1])
    let last = history.items[max(end - recentItems, start)..<end].map { items[$0 * itemWidth] }
    return [
      Float(passed), Float(end - start), history.values[end - 1],
      end - start > 1 ? history.values[end - 2] : missing,
      last.reduce(0, +) / Float(last.count),
    ]
  }

  /// The features of training rows, by position, as a model meets them that has not seen their ratings:
  /// `parts` are the contexts of the rows outside each fold, which say offsets and deviations; `fold` is
  /// that of a position.
  func trainingFeatures(
    _ ratings: RatingSubset, parts: [RatingContext], fold: (Int) -> Int
  ) -> [Float] {
    let columns = ratings.columns
    var rows: [Float] = []
    rows.reserveCapacity(ratings.count * Self.width)
    for position in 0..<ratings.count {
      let row = ratings.row(at: position)
      let (user, item) = (columns.users[row].position, columns.items[row].position)
      let time = columns.hasTimestamps ? columns.timestamps[row] : nil
      let first = rows.count
      let part = parts[fold(position)]
      rows += part.userFeatures(of: user) + part.itemFeatures(of: item, at: time)
      rows.append(days(at: time))
      rows += recentFeatures(of: user, at: time, items: part.items)
      // The ratings besides this one.
      rows[first + Self.countPlace] = users[user * Self.userWidth + Self.countPlace] - 1
      rows[first + Self.userWidth + Self.countPlace] =
        items[item * Self.itemWidth + Self.countPlace] - 1
    }
    return rows
  }
}
